// How fast a rehearsal may go.
#pragma once

namespace lethe::support {

inline constexpr double most_time_scale = 100'000;

/// False for what is no number, too.
constexpr bool is_time_scale(double factor) {
  return factor > 0 && factor <= most_time_scale;
}

}  // namespace lethe::support
