// The dates of HTTP headers (RFC 9110, section 5.6.7): IMF-fixdate, and the two old forms that a reader must know too.
#pragma once

#include <optional>
#include <string_view>

#include "core/time.hpp"

namespace lethe::core {

/// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or "Sun Nov  6 08:49:37 1994"; anything else is
/// none. A year of two digits is the one that lies at most 50 years after `now`. The weekday isn't checked against the
/// date; a leap second counts as the second after it.
std::optional<Time> parse_http_date(std::string_view text, Time now);

}  // namespace lethe::core
