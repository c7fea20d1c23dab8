// `lethe demo`: the main job in under a minute, the daemon and a simulated cloud in one process.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

#include "command/failure.hpp"

namespace lethe::command {

struct DemoOptions {
  std::optional<std::filesystem::path> keep;  ///< where everything stays to be looked at; absent: nothing stays
  bool live = false;                          ///< a picture that moves, on the terminal that stdout is
};

/// Plays it and tells `out` about it. `failed` when a job ended otherwise than it was to, or when it was interrupted.
Outcome<void> demo(const DemoOptions& options, std::ostream& out);

}  // namespace lethe::command
