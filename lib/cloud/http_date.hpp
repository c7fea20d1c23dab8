// The date of HTTP headers.
#pragma once

#include <optional>
#include <string_view>

#include "core/time.hpp"

namespace lethe::cloud {

/// Reads "Sun, 06 Nov 1994 08:49:37 GMT", the one form that a server may write today (RFC 9110, 5.6.7).
std::optional<core::Time> http_date(std::string_view text);

}  // namespace lethe::cloud
