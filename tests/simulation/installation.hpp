// A whole installation on virtual time: the real engine, the real SQLite over a file system in memory, the simulated
// cloud. It can be stopped, killed and started again; everything is decided by the seed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "engine/engine.hpp"
#include "intake/intake.hpp"
#include "report/log.hpp"
#include "simulation/memory_vfs.hpp"
#include "simulation/network.hpp"
#include "simulation/virtual_clock.hpp"
#include "simulator/cloud_model.hpp"
#include "store/store.hpp"
#include "support/task_group.hpp"

namespace lethe::simulation {

struct InstallationSettings {
  std::uint64_t seed = 1;
  core::Settings settings;
  simulator::ModelSettings model;
  NetworkFaults faults;
};

/// Settings of `accounts` accounts that point at the simulated cloud.
core::Settings settings_for(const std::vector<std::string>& accounts);

class Installation {
 public:
  explicit Installation(InstallationSettings settings);
  ~Installation();
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  void start();
  /// SIGTERM: what is in progress is finished and recorded.
  void stop();
  /// kill -9: nothing more is written or sent; what SQLite had not synced is forgotten.
  void kill();
  /// The machine is off for so long.
  void stay_down(core::Duration duration) { clock_.set(clock_.now() + duration); }
  bool running() const { return engine_ != nullptr; }

  /// Lets virtual time pass.
  void run_for(core::Duration duration);
  /// Drops a job, as the intake does.
  void drop(intake::JobRequest request);

  core::Time now() const { return clock_.now(); }
  simulator::CloudModel& model() { return model_; }
  /// Reads of the running daemon's store.
  store::Store& store() { return *store_; }
  Network& network() { return *network_; }
  /// Everything logged, over all lives.
  std::string log() const { return log_.str(); }

 private:
  InstallationSettings settings_;
  VirtualClock clock_;
  simulator::CloudModel model_;
  MemoryVfs files_;
  std::ostringstream log_;
  std::ostringstream lost_;  ///< what a killed daemon says no more
  std::ostream out_;         ///< writes to one of them
  std::uint64_t lives_ = 0;

  std::unique_ptr<boost::asio::io_context> loop_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<report::Log> logger_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<support::TaskGroup> tasks_;
  std::exception_ptr bug_;

  void settle();
  void wind_down();
  void dismantle();
};

}  // namespace lethe::simulation
