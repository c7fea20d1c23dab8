#include "core/schedule.hpp"

#include <algorithm>
#include <cmath>

#include "core/jitter.hpp"

namespace lethe::core {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int days_when_unknown = 14;  ///< the window of older accounts, the longest default
constexpr Duration usual_end_after_window = hours{13};
constexpr Duration usual_end_of_restrict = hours{12};

constexpr Duration age_of_slower_polls = hours{6};
constexpr Duration cap_of_slower_polls = hours{1};

constexpr int answers_that_flag = 3;
constexpr Duration within_which_unknown = hours{24};

constexpr int share_of_the_second = 4;  ///< it is asked about every fourth time
constexpr Duration wait_of_the_rest = hours{24};

constexpr double jitter_share = 0.05;
constexpr Duration most_jitter = minutes{2};

Time window_end(const Operation& operation) {
  if (operation.restorable_until) return *operation.restorable_until;
  return restorable_until(way_began(operation), operation.restorable_days, std::nullopt);
}

Duration backoff(const Backoff& settings, Duration cap, int attempt) {
  const double grown = static_cast<double>(settings.first.count()) * std::pow(settings.factor, std::max(attempt, 0));
  // A power that overflows is infinite, and the cap is the smaller one then too.
  return Duration{std::llround(std::min(static_cast<double>(cap.count()), grown))};
}

/// Evenly in [-1, 1), the same for the same poll of the same operation of the same store. The odd constants keep small
/// numbers of operations and polls from meeting in one input.
double jitter_of(std::uint64_t instance, const Operation& operation) {
  std::uint64_t hash = scrambled(instance + 0x9e3779b97f4a7c15);
  hash = scrambled(hash ^ (static_cast<std::uint64_t>(operation.number.value) * 0xc2b2ae3d27d4eb4f));
  hash = scrambled(hash ^ (static_cast<std::uint64_t>(operation.polls) * 0x165667b19e3779f9));
  return 2.0 * share_of(hash) - 1.0;
}

Duration shift(Duration gap, double jitter) {
  const double most =
      std::min(static_cast<double>(gap.count()) * jitter_share, static_cast<double>(most_jitter.count()));
  return Duration{std::llround(most * jitter)};
}

/// The instant of a poll whose delay is kept where every phase's must be.
Time after(Time now, Duration delay) {
  return now + std::clamp(delay, poll_floor, longest_interval);
}

Duration cap_in_suppression(const ScheduleSettings& settings, Duration age) {
  const Duration cap = settings.suppression.cap;
  return age >= age_of_slower_polls ? std::max(cap, cap_of_slower_polls) : cap;
}

Duration suppression_gap(const ScheduleSettings& settings, const Operation& operation, const Durations& past,
                         Duration age) {
  if (past.suffice()) {
    return expected_delay_wait(past, age, {settings.patience, cap_in_suppression(settings, age)});
  }
  return backoff(settings.suppression, cap_in_suppression(settings, age), operation.attempt);
}

/// The cloud works on one operation at a time, so those behind the oldest have little to tell.
Duration in_the_queue(Duration gap, std::int64_t ahead) {
  if (ahead == 0) return gap;
  return ahead == 1 ? std::min(gap * share_of_the_second, wait_of_the_rest) : wait_of_the_rest;
}

/// `elapsed` since the window's end, or before it.
Duration end_gap(const ScheduleSettings& settings, int attempt, const Durations& past, Duration elapsed) {
  // A little less, so that the cap holds with the jitter too, and late ends are seen as early as soon ones.
  if (past.suffice()) return expected_delay_wait(past, elapsed, {settings.patience, settings.deletion.cap * 9 / 10});
  return backoff(settings.deletion, settings.deletion.cap, attempt);
}

Poll wait(Duration gap, int attempt, double jitter, Time now) {
  return Poll{.at = after(now, gap + shift(gap, jitter)), .attempt = attempt};
}

Duration gap_of_unknown(int answers) {
  if (answers >= answers_that_flag) return hours{24};
  return answers == 1 ? Duration{minutes{10}} : Duration{hours{1}};
}

/// The last of the even intervals ends at the first poll of the end leg, `first` after the window.
Poll in_the_window(Duration longest, Time window_ends, Duration first, double jitter, Time now) {
  const Duration rest = window_ends + first - now;
  const std::int64_t intervals = (rest.count() + longest.count() - 1) / longest.count();
  const Duration gap = rest / intervals;

  Duration moved = shift(gap, jitter);
  // Turned round rather than cut, so that operations of one instant don't gather at the longest interval.
  if (gap + moved > longest) moved = -moved;
  const Time at = after(now, gap + moved);
  // An end before the window's can't be, so the first poll of the end leg is no sooner.
  return Poll{.at = intervals == 1 ? std::max(at, window_ends) : at, .attempt = 0};
}

}  // namespace

Time restorable_until(Time accepted, std::optional<int> days, std::optional<int> account_days) {
  const int window = days ? *days : account_days.value_or(days_when_unknown);
  return accepted + hours{24} * std::max(window, 0);
}

Time way_began(const Operation& operation) {
  if (operation.retried_at) return *operation.retried_at;
  return operation.submitted_at.value_or(operation.created_at);
}

Time expected_end(const Operation& operation, const History& history) {
  if (operation.action == Action::restrict_contacts) return way_began(operation) + usual_end_of_restrict;
  const bool known = history.deletion.suffice();
  return window_end(operation) + (known ? *history.deletion.median() : usual_end_after_window);
}

bool overdue(const Operation& operation, const History& history, const ScheduleSettings& settings, Time now) {
  return is_polled(operation.state) && now > expected_end(operation, history) + settings.overdue;
}

Operation not_known(Operation operation, Time now) {
  const bool long_ago = !operation.unknown_since || now - *operation.unknown_since > within_which_unknown;
  if (long_ago && !is_unknown(operation)) {
    operation.unknown_since = now;
    operation.unknown_answers = 0;
  }
  operation.unknown_answers = std::min(operation.unknown_answers + 1, answers_that_flag);
  return operation;
}

bool is_unknown(const Operation& operation) {
  return operation.unknown_answers >= answers_that_flag;
}

Poll next_poll(const ScheduleSettings& settings, const Operation& operation, const History& history,
               std::uint64_t instance, Time now, const Circumstances& circumstances) {
  const double jitter = jitter_of(instance, operation);
  if (operation.unknown_answers > 0) {
    return wait(gap_of_unknown(operation.unknown_answers), operation.attempt, jitter, now);
  }
  if (operation.action == Action::restrict_contacts || operation.state != State::deleting) {
    const Duration age = now - way_began(operation);
    const Duration gap = suppression_gap(settings, operation, history.suppression, age);
    return wait(in_the_queue(gap, circumstances.ahead), operation.attempt, jitter, now);
  }
  const Time window_ends = window_end(operation);
  if (now >= window_ends) {
    const Duration gap = end_gap(settings, operation.attempt, history.deletion, now - window_ends);
    return wait(gap, operation.attempt, jitter, now);
  }
  const Duration longest =
      std::clamp(circumstances.longest_heartbeat.value_or(settings.heartbeat + settings.heartbeat / 10), poll_floor,
                 longest_interval);
  return in_the_window(longest, window_ends, end_gap(settings, 0, history.deletion, Duration::zero()), jitter, now);
}

Duration longest_wait(const ScheduleSettings& settings, const Operation& operation, const History& history,
                      Time since) {
  Duration gap{};
  if (operation.action == Action::restrict_contacts || operation.state != State::deleting) {
    const Duration age = since - way_began(operation);
    gap = history.suppression.suffice() ? suppression_gap(settings, operation, history.suppression, age)
                                        : cap_in_suppression(settings, age);
  } else {
    const Duration elapsed = std::max(since - window_end(operation), Duration::zero());
    gap = history.deletion.suffice() ? end_gap(settings, 0, history.deletion, elapsed) : settings.deletion.cap;
  }
  return gap + shift(gap, 1);
}

}  // namespace lethe::core
