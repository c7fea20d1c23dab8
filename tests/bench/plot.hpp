// A picture of what was measured: calls an operation against the delay of seeing the end, both on logarithmic axes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lethe::bench {

struct Point {
  std::string name;
  double calls = 0;  ///< an operation
  double delay = 0;  ///< of seeing the end, mean, in minutes
  enum class Of : std::uint8_t { lethe, lethe_swept, others } of = Of::others;
};

/// Writes an SVG; false: it couldn't be written.
bool plot(const std::filesystem::path& file, const std::string& title, const std::vector<Point>& points);

}  // namespace lethe::bench
