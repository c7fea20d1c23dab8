// How reports tell a time in JSON.
#pragma once

#include <boost/json/value.hpp>
#include <optional>

#include "core/time.hpp"

namespace lethe::command {

/// In RFC 3339; null where there is none.
boost::json::value json_time(const std::optional<core::Time>& time);

}  // namespace lethe::command
