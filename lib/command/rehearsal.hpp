// What `lethe run` needs to rehearse against a simulator: a configuration that works as it is, with all around it.
#pragma once

#include <filesystem>
#include <string>

#include "command/failure.hpp"
#include "core/time.hpp"

namespace lethe::command {

struct Rehearsal {
  std::string url;  ///< of the simulator
  std::string client_id;
  std::string client_secret;
  std::string ca_pem;  ///< empty: no TLS
  double time_scale = 1;
  core::Time epoch;  ///< where the simulator's clock began, in real and in simulated time
};

/// Puts into an empty directory: lethe.toml, rehearsal.secret (0600), ca.pem, intake/, first-job.toml, and a store that
/// holds nothing but the time scale: the daemon's clock then shows what the simulator's shows, however much later it is
/// started.
Outcome<void> lay_out(const std::filesystem::path& directory, const Rehearsal& rehearsal);

/// The text of its lethe.toml.
std::string rehearsal_configuration(const Rehearsal& rehearsal);

}  // namespace lethe::command
