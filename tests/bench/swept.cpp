#include <algorithm>
#include <cmath>
#include <map>
#include <queue>

#include "bench/watching.hpp"
#include "core/sweep.hpp"

namespace lethe::bench {

namespace {

constexpr std::int64_t rows_of_a_page = 500;
constexpr int known_at_first = 30;

struct Watched {
  Life life;
  core::Operation operation;
  Seen seen;
  bool seen_ended = false;
};

/// The simulated account; time goes from one call to the next.
class Fleet {
 public:
  Fleet(const Case& played, double operations_a_day, int days)
      : played_(played), rate_(operations_a_day), random_(played.seed), lasts_(std::chrono::days{days}) {
    for (int i = 0; i < known_at_first; ++i) learn(draw(played.kind, random_));
    std::exponential_distribution<double> gap(operations_a_day / 24);
    for (Time at = begin_ + hours(gap(random_)); at < begin_ + lasts_; at += hours(gap(random_))) accept(at);
  }

  std::vector<Seen> watch() {
    while (!polls_.empty()) {
      const auto [due, index] = polls_.top();
      const std::optional<Time> look = next_look();
      if (look && *look <= due) {
        take_look(*look);
        continue;
      }
      polls_.pop();
      if (watched_[index].operation.due_at == due) poll(index, due);
    }
    return measured();
  }

 private:
  using Due = std::pair<Time, std::size_t>;

  const Case played_;
  const double rate_;
  Random random_;
  const Time begin_{std::chrono::hours{1}};
  const Duration lasts_;
  core::History history_;
  std::vector<Watched> watched_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> polls_;
  std::multimap<Time, std::size_t> deleting_;  ///< not seen as ended, by the end of the window
  Time looked_at_ = begin_;
  std::optional<Time> planned_;
  int reads_ = 0;
  double list_calls_ = 0;

  void learn(const Life& life) {
    history_.suppression.add(life.suppression);
    history_.deletion.add(life.end);
  }

  void accept(Time at) {
    Watched made;
    made.life = draw(played_.kind, random_);
    made.operation.number = {static_cast<std::int64_t>(watched_.size() + 1)};
    made.operation.state = core::State::suppressing;
    made.operation.submitted_at = at;
    made.operation.restorable_until = at + std::chrono::days{played_.window_days};
    watched_.push_back(made);
    plan(watched_.size() - 1, at);
  }

  void plan(std::size_t index, Time now) {
    core::Operation& operation = watched_[index].operation;
    const core::Poll next = core::next_swept_poll({}, operation, history_, played_.seed, now);
    operation.attempt = next.attempt;
    ask(index, next.at);
  }

  void ask(std::size_t index, Time at) {
    watched_[index].operation.due_at = at;
    polls_.emplace(at, index);
  }

  void poll(std::size_t index, Time now) {
    Watched& one = watched_[index];
    core::Operation& operation = one.operation;
    ++one.seen.calls;
    ++operation.polls;
    ++operation.attempt;
    const Time suppressed = suppressed_at(*operation.submitted_at, one.life);
    if (operation.state == core::State::suppressing && now >= suppressed) {
      one.seen.suppression_delay = now - suppressed;
      history_.suppression.add(one.life.suppression);
      operation.state = core::State::deleting;
      operation.attempt = 0;
      deleting_.emplace(*operation.restorable_until, index);
      planned_.reset();
    }
    const Time ended = ended_at(*operation.submitted_at, one.life, played_.window_days);
    if (now < ended) return plan(index, now);
    one.seen.end_delay = now - ended;
    one.seen_ended = true;
    operation.due_at.reset();
    history_.deletion.add(one.life.end);
    forget(index);
    planned_.reset();
  }

  void forget(std::size_t index) {
    const auto [first, last] = deleting_.equal_range(*watched_[index].operation.restorable_until);
    for (auto at = first; at != last; ++at) {
      if (at->second == index) {
        deleting_.erase(at);
        return;
      }
    }
  }

  std::vector<std::size_t> at_risk(Time now) const {
    std::vector<std::size_t> found;
    for (const auto& [window_ends, index] : deleting_) {
      if (window_ends > now) break;
      found.push_back(index);
    }
    return found;
  }

  /// As the engine plans it: from the last look, over what is at risk by the next one.
  std::optional<Time> next_look() {
    if (planned_) return planned_;
    if (deleting_.empty()) return std::nullopt;
    const Time from = std::max(looked_at_, deleting_.begin()->first);
    std::vector<Duration> past_window;
    for (const std::size_t index : at_risk(from)) {
      past_window.push_back(from - *watched_[index].operation.restorable_until);
    }
    planned_ = from + core::sweep_gap({}, history_.deletion, past_window);
    return planned_;
  }

  void take_look(Time now) {
    const std::vector<std::size_t> risky = at_risk(now);
    looked_at_ = now;
    planned_.reset();
    if (risky.size() == 1) return ask(risky.front(), now);
    ++reads_;
    const Duration range = watched_[risky.back()].operation.submitted_at->time_since_epoch() -
                           watched_[risky.front()].operation.submitted_at->time_since_epoch() + std::chrono::days{2};
    list_calls_ += std::ceil(std::max(1.0, rate_ * minutes(range) / 1440) / rows_of_a_page);
    for (const std::size_t index : risky) {
      const Watched& one = watched_[index];
      if (now >= ended_at(*one.operation.submitted_at, one.life, played_.window_days)) ask(index, now);
    }
    if (const auto witness = core::witness_of(reads_, risky.size())) ask(risky[*witness], now);
  }

  std::vector<Seen> measured() const {
    std::vector<Seen> result;
    const Time from = begin_ + std::chrono::days{played_.window_days + 2};
    const double share = list_calls_ / static_cast<double>(watched_.size());
    for (const Watched& one : watched_) {
      if (*one.operation.submitted_at < from || !one.seen_ended) continue;
      result.push_back(one.seen);
      result.back().calls += share;
      const Time accepted = *one.operation.submitted_at;
      result.back().outstanding_days = minutes(ended_at(accepted, one.life, played_.window_days) - accepted) / 1440;
    }
    return result;
  }
};

}  // namespace

std::vector<Seen> watch_by_sweep(const Case& played, double operations_a_day, int days) {
  return Fleet(played, operations_a_day, days).watch();
}

}  // namespace lethe::bench
