#include "core/learning.hpp"

#include <algorithm>

namespace lethe::core {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration tolerated_lateness = minutes{15};
constexpr Duration most_before_an_end = minutes{15};
constexpr Duration most_before_suppressed = seconds{450};

/// From where the phase's time counts.
Time began(const Operation& operation, Phase phase) {
  return phase == Phase::suppression ? way_began(operation) : *operation.restorable_until;
}

bool expected(const Durations& past, Duration after, Duration until) {
  const auto& sorted = past.sorted();
  const auto first = std::ranges::upper_bound(sorted, after);
  return first != sorted.end() && *first <= until;
}

}  // namespace

Phase phase_ended(const Operation& operation, State next, Time seen) {
  if (operation.state == State::suppressing && (next == State::deleting || next == State::restricted)) {
    return Phase::suppression;
  }
  const bool deleted = next == State::deleted || next == State::deleted_with_errors;
  const bool deletes = operation.state == State::deleting && operation.restorable_until.has_value();
  return deleted && deletes && seen > *operation.restorable_until ? Phase::deletion : Phase::none;
}

std::optional<Duration> learned(const ScheduleSettings& settings, const Operation& operation, const History& history,
                                State next, Time seen, std::optional<Time> stamp) {
  const Phase phase = phase_ended(operation, next, seen);
  if (phase == Phase::none || !operation.typical || !operation.answered_at) return std::nullopt;
  const Time start = began(operation, phase);
  const Time since = std::max(*operation.answered_at, start);
  const Duration gap = seen - since;
  if (gap < Duration::zero()) return std::nullopt;  // the clock was set back
  if (gap > longest_wait(settings, operation, history, since) + tolerated_lateness) return std::nullopt;
  if (stamp && *stamp > since && *stamp <= seen) return *stamp - start;

  const bool suppression = phase == Phase::suppression;
  const Durations& past = suppression ? history.suppression : history.deletion;
  const Duration most = suppression ? most_before_suppressed : most_before_an_end;
  const Duration before = expected(past, since - start, seen - start) ? std::min(gap / 2, most) : gap / 2;
  return seen - before - start;
}

}  // namespace lethe::core
