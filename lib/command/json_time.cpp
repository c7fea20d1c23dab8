#include "command/json_time.hpp"

namespace lethe::command {

boost::json::value json_time(const std::optional<core::Time>& time) {
  return time ? boost::json::value(core::rfc3339(*time)) : boost::json::value(nullptr);
}

}  // namespace lethe::command
