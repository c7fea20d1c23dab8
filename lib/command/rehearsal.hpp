// What `lethe run` needs to rehearse against a simulator: a directory with a configuration that works as it is.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

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

/// lethe.toml, rehearsal.secret (0600), ca.pem, intake/, first-job.toml, and a store that holds nothing but the time
/// scale: the daemon's clock then shows what the simulator's shows, however much later it is started.
class RehearsalDirectory {
 public:
  /// `wanted` must be new or empty, and stays; absent: a temporary one, which goes with this object.
  static Outcome<std::unique_ptr<RehearsalDirectory>> make(const std::optional<std::filesystem::path>& wanted);
  ~RehearsalDirectory();
  RehearsalDirectory(const RehearsalDirectory&) = delete;
  RehearsalDirectory& operator=(const RehearsalDirectory&) = delete;

  Outcome<void> fill(const Rehearsal& rehearsal) const;
  const std::filesystem::path& path() const { return path_; }
  bool stays() const { return stays_; }

 private:
  RehearsalDirectory(std::filesystem::path path, bool stays) : path_(std::move(path)), stays_(stays) {}

  std::filesystem::path path_;
  bool stays_;
};

/// The text of its lethe.toml.
std::string rehearsal_configuration(const Rehearsal& rehearsal);

}  // namespace lethe::command
