// What a request says: its target taken apart, and JSON properties by name, all without regard to case.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace lethe::simulator {

bool equal_ignoring_case(std::string_view one, std::string_view other);

struct Target {
  std::vector<std::string> path;                           ///< segments, decoded, in small letters
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, as written

  /// The first parameter of that name; null: none.
  const std::string* parameter(std::string_view name) const;
};

/// "/path?query", or an absolute URL. Absent where a percent code is broken.
std::optional<Target> read_target(std::string_view url);

/// The whole text as a number.
std::optional<std::int64_t> read_number(std::string_view text);

/// "2019-02-18T00:00:00", "2019-02-18", with or without "Z" or an offset and a fraction. Without a zone it is UTC.
std::optional<core::Time> read_time(std::string_view text);

/// Null: there is none.
const boost::json::value* property(const boost::json::object& object, std::string_view name);

}  // namespace lethe::simulator
