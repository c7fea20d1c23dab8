// How long an account leaves the cloud alone after answers that say nothing of an operation: pure functions of what was
// seen, of the store's instance number and of the clock's reading. None of them ever changes an operation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time.hpp"

namespace lethe::core {

/// Retry-After is believed up to a day.
inline constexpr Duration longest_retry_after = std::chrono::hours{24};

/// Whether a wait until then goes on. One that is longer than any could be comes from a clock that stepped back since,
/// and is over; a step of less than an hour is none.
bool still_waits(Time until, Time now);

/// How long to wait where the cloud asks for it without saying how long: 503 (50300) or 429.
Duration wait_unasked(int http_status);

/// 429/50200 without Retry-After: the account has sent more than it may. The first time 30 min, then twice as long each
/// time in a row, to 6 h.
Duration pause_when_exhausted(int times_in_a_row);

/// Full jitter, for failures of the network and the server: after the n-th in a row somewhere between 1 s and
/// 30 s x 2^(n-1), at most 15 min. Where in between is a hash of these arguments, so that neither accounts nor
/// installations keep time with each other.
Duration backoff(int failures_in_a_row, std::uint64_t instance, std::string_view account);

/// What keeps an account's calls back while the network or the server fails. After a failure nothing starts for a
/// while; then one call at a time tries, until one is answered.
struct Circuit {
  int failures = 0;           ///< in a row; 0: closed, every call may go
  Duration wait{0};           ///< chosen after the last failure
  std::optional<Time> until;  ///< that wait's end
};

/// Nothing may start before; absent: a call may (one at a time where the circuit isn't closed). A wait that has become
/// longer than it was chosen comes from a clock that stepped back, and is over.
std::optional<Time> open_until(const Circuit& circuit, Time now);

/// After a failure of a call at `now`. One that was under way when the circuit opened adds nothing to the count.
/// `asked`: a Retry-After of that answer, a lower bound.
Circuit after_failure(const Circuit& circuit, std::uint64_t instance, std::string_view account,
                      std::optional<Duration> asked, Time now);

}  // namespace lethe::core
