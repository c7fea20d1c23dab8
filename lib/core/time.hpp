// Instants and durations as the whole program counts them: milliseconds, instants in UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lethe::core {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;

/// "2026-11-22T08:31:44.442Z"; whole seconds are written without a fraction. Years beyond 0000 to 9999 have no such
/// form: the first or last instant that has one is written.
std::string rfc3339(Time time);

/// The day in UTC, as days since 1970: what daily limits count by.
std::int64_t utc_day(Time time);

/// Reads RFC 3339 with a zone ("Z" or "+01:00") and up to nine fractional digits, which are cut to milliseconds. As the
/// RFC allows, "t", "z" and a space for the "T" are taken too; a leap second (":60") isn't, since our clock has none.
std::optional<Time> parse_rfc3339(std::string_view text);

/// "14d 6h", "12m 30s", "-5m", "250ms": the largest unit and the one below it, cut, for people.
std::string in_words(Duration duration);

}  // namespace lethe::core
