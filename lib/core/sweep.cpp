#include "core/sweep.hpp"

#include <algorithm>
#include <cmath>

#include "core/ascii.hpp"

namespace lethe::core {

namespace {

using std::chrono::hours;

constexpr double price_of_a_look = 1.8;  ///< in status calls
/// As `./dev bench schedule` shows, this and the longer cap save one call an operation, and an end of suppression is
/// seen four to five minutes later.
constexpr double price_in_suppression = 3.5;
constexpr Duration longest_usual = hours{13};  ///< observed: 6 to 12.75 h
constexpr Duration net_after_the_longest = hours{1};
constexpr Duration net_interval = hours{3};
constexpr Duration precision = std::chrono::seconds{5};

/// The list's only word for what hasn't ended.
constexpr std::string_view under_way = "processing";

bool is_under_way(std::string_view word) {
  return std::ranges::equal(word, under_way, {}, lower);
}

/// The expected delay of seeing the end of an operation that is `elapsed` past its window, when nobody looks for `gap`.
double expected_delay(const Durations& past, Duration elapsed, Duration gap) {
  const auto& sorted = past.sorted();
  const auto longer = std::ranges::upper_bound(sorted, elapsed);
  const auto likely = std::ranges::lower_bound(longer, sorted.end(), elapsed + gap);
  double sum = 0;
  for (auto at = longer; at != likely; ++at) sum += static_cast<double>((elapsed + gap - *at).count());
  return sum / static_cast<double>(std::distance(longer, sorted.end()) + 1);
}

double expected_delay(const Durations& past, const std::vector<Duration>& past_window, Duration gap) {
  double sum = 0;
  for (const Duration elapsed : past_window) sum += expected_delay(past, elapsed, gap);
  return sum;
}

ScheduleSettings frugal(ScheduleSettings settings) {
  settings.patience = Duration{std::llround(price_in_suppression * static_cast<double>(settings.patience.count()))};
  settings.suppression.cap = settings.suppression.cap * 4 / 3;
  return settings;
}

/// Where an end is likely. Several share a call of the list, so that it is made more often.
Duration longest_between_looks(const ScheduleSettings& settings, std::size_t at_risk) {
  return at_risk == 1 ? settings.deletion.cap : settings.deletion.cap * 2 / 3;
}

}  // namespace

Duration sweep_gap(const ScheduleSettings& settings, const Durations& past, const std::vector<Duration>& past_window) {
  const Duration oldest = std::ranges::max(past_window);
  const Duration until_likely = past.suffice() ? std::max(first_likely(past) - oldest, Duration::zero()) : Duration{0};
  Duration longest = std::max(until_likely + longest_between_looks(settings, past_window.size()), shortest_sweep);
  if (!past.suffice()) return std::max(settings.deletion.cap, shortest_sweep);
  const auto price = static_cast<double>(settings.patience.count()) * price_of_a_look;
  Duration shortest = shortest_sweep;
  // The delay grows with the gap, so that halving finds where it reaches the price.
  while (longest - shortest > precision) {
    const Duration middle = shortest + (longest - shortest) / 2;
    (expected_delay(past, past_window, middle) < price ? shortest : longest) = middle;
  }
  return longest;
}

bool is_swept(const Operation& operation) {
  return operation.state == State::deleting && operation.action == Action::delete_contacts &&
         operation.unknown_answers == 0 && (operation.listed.empty() || is_under_way(operation.listed));
}

Poll next_swept_poll(const ScheduleSettings& settings, const Operation& operation, const History& history,
                     std::uint64_t instance, Time now, Circumstances circumstances) {
  circumstances.longest_heartbeat = longest_swept_heartbeat;
  const ScheduleSettings priced = operation.state == State::suppressing ? frugal(settings) : settings;
  const Poll poll = next_poll(priced, operation, history, instance, now, circumstances);
  if (!is_swept(operation) || !operation.restorable_until || poll.at < *operation.restorable_until) return poll;
  const auto& past = history.deletion;
  const Time likely_over = *operation.restorable_until + (past.suffice() ? past.sorted().back() : longest_usual);
  const Time net = std::max(likely_over + net_after_the_longest, now + net_interval);
  return {.at = std::min(net, now + longest_interval), .attempt = poll.attempt};
}

RowNews compare_row(std::string_view listed, std::string_view word) {
  if (word == not_listed) return listed == not_listed ? RowNews::gone : RowNews::changed;
  return word == listed || is_under_way(word) ? RowNews::none : RowNews::changed;
}

std::optional<std::size_t> witness_of(int reads, std::size_t at_risk) {
  if (reads % reads_per_witness != 0 || at_risk == 0) return std::nullopt;
  return static_cast<std::size_t>(reads / reads_per_witness) % at_risk;
}

bool lags_behind(State state, Time ended_at, std::string_view word, Time as_of) {
  const bool has_a_word = state == State::deleted || state == State::deleted_with_errors || state == State::invalid;
  return has_a_word && is_under_way(word) && ended_at + most_lag_of_list < as_of;
}

}  // namespace lethe::core
