// Instants and durations as the whole program counts them: milliseconds, instants in UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lethe::core {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;

/// "2026-11-22T08:31:44.442Z"; whole seconds are written without a fraction.
std::string rfc3339(Time time);

/// Reads RFC 3339 with a zone ("Z" or "+01:00") and up to nine fractional digits, which are cut to milliseconds.
std::optional<Time> parse_rfc3339(std::string_view text);

/// "14d 6h", "12m 30s": the two largest units, for people.
std::string in_words(Duration duration);

}  // namespace lethe::core
