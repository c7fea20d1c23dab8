// When to ask the cloud next about an operation: pure functions of the operation, the settings and the clock's reading.
#pragma once

#include <cstdint>
#include <optional>

#include "core/expected_delay.hpp"
#include "core/operation.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::core {

inline constexpr Duration poll_floor = std::chrono::seconds{10};
/// No interval of any phase is longer: a due time further away than this comes from a clock that stepped, and is due
/// now.
inline constexpr Duration longest_interval = std::chrono::hours{24 * 4};

/// The instant from which the background delete can end: acceptance + days x 24 h; -1 or 0 days: acceptance; unknown:
/// the account's last known value, else 14 days.
Time restorable_until(Time accepted, std::optional<int> days, std::optional<int> account_days);

/// The acceptance, or the last retry: where the operation's way through the cloud began.
Time way_began(const Operation& operation);

/// How long an account's operations took so far, by phase.
struct History {
  Durations suppression;  ///< from the acceptance
  Durations deletion;     ///< from restorable_until
};

/// restorable_until and the account's median, else 13 h (observed: 6 to 12.75 h after it); a restrict has no window:
/// acceptance and 12 h.
Time expected_end(const Operation& operation, const History& history);

/// In the cloud's hands for longer than its expected end and `settings.overdue`: a flag for a person, never a failure.
bool overdue(const Operation& operation, const History& history, const ScheduleSettings& settings, Time now);

/// Counts an answer that the cloud doesn't know the operation. It moves nothing: it may be a fault of the cloud's.
Operation not_known(Operation operation, Time now);
/// Three such answers within a day, and none since that knows it: a flag for a person, and it is asked about daily.
bool is_unknown(const Operation& operation);

/// What of an operation's account bears on when it is asked about, beside the history.
struct Circumstances {
  /// Heartbeats are at most this far apart; absent: a tenth more than settings.heartbeat.
  std::optional<Duration> longest_heartbeat{};
  /// How many operations of the account the cloud suppresses before this one.
  std::int64_t ahead = 0;
};

struct Poll {
  Time at;
  int attempt = 0;  ///< to be stored as Operation::attempt together with `at` as due_at
};

/// The next poll, planned at `now`: just after a status call, an acceptance or a change of the window.
///
/// Legs, each with its own count in Operation::attempt:
/// - suppression. A restrict knows this leg only.
///   The cloud suppresses one operation at a time: with one ahead of it the wait is four times as long (a day at most),
///   with more it is a day.
/// - heartbeats, while the restore window is open: evenly spread, at most 1.1 x heartbeat (or what the circumstances
///   say) apart, jitter included. The last interval ends at the first poll of the next leg.
/// - the end, from restorable_until on.
/// Where the history of a leg suffices, the expected-delay rule says how long to wait: by the account's own past, at
/// the price of settings.patience a call, at most nine tenths of deletion.cap past the first likely end, in
/// suppression suppression.cap (an hour once 6 h old). Else it is a backoff: from the acceptance, slower once 6 h old;
/// from `now`.
///
/// After an answer that doesn't know the operation it is asked about 10 min later, then an hour, then a day.
///
/// Who counts: the caller adds one to `polls` and `attempt` for each status call made, answered or not, sets `attempt`
/// to 0 when the state changed, calls this, and stores what it returns. The change from heartbeats to the end is no
/// change of state: the returned attempt takes care of it (0 while the window is open).
///
/// Jitter +-5 % of the interval, at most 2 min, is hash(instance, operation, polls): it survives the cap, a restart and
/// a test, and doesn't bring the first poll of the end before restorable_until. The delay is never below poll_floor nor
/// above longest_interval.
Poll next_poll(const ScheduleSettings& settings, const Operation& operation, const History& history,
               std::uint64_t instance, Time now, const Circumstances& circumstances = {});

/// The longest wait that next_poll makes by itself for an oldest operation that was last heard of at `since`. More than
/// that has other reasons: a stop, an outage, a place further back.
Duration longest_wait(const ScheduleSettings& settings, const Operation& operation, const History& history, Time since);

}  // namespace lethe::core
