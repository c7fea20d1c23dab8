// When to ask the cloud next about an operation: pure functions of the operation, the settings and the clock's reading.
#pragma once

#include <cstdint>
#include <optional>

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

/// restorable_until and 13 h (observed: 6 to 12.75 h after it); a restrict has no window: acceptance and 12 h.
Time expected_end(const Operation& operation);

struct Poll {
  Time at;
  int attempt = 0;  ///< of the leg that this poll belongs to
};

/// The next poll after one made, or an acceptance seen, at `now`; `operation` as it stands after that (state, attempt
/// and polls count what was made). Legs: suppression (backoff from acceptance), heartbeats while the window is open
/// (evenly spread, at most 1.1 x heartbeat apart), the end (backoff from restorable_until). Jitter +-5 %, at most 2
/// min, is hash(instance, operation, polls): it survives the cap, a restart and a test. Never sooner than poll_floor.
Poll next_poll(const ScheduleSettings& settings, const Operation& operation, std::uint64_t instance, Time now);

}  // namespace lethe::core
