// A whole installation on virtual time: the real engine, the real SQLite over a file system in memory, the simulated
// cloud. It can be stopped, killed and started again; everything is decided by the seed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "engine/engine.hpp"
#include "engine/transition_log.hpp"
#include "intake/intake.hpp"
#include "report/log.hpp"
#include "simulation/memory_vfs.hpp"
#include "simulation/network.hpp"
#include "simulation/virtual_clock.hpp"
#include "simulator/cloud_model.hpp"
#include "store/store.hpp"
#include "support/task_group.hpp"

namespace lethe::simulation {

inline constexpr core::Time start_of_time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

struct InstallationSettings {
  std::uint64_t seed = 1;
  core::Settings settings;
  simulator::ModelSettings model;
  NetworkFaults faults;
  /// Whether what a killed daemon had handed to a connection may still reach the cloud.
  bool requests_outlive_the_daemon = false;
};

/// Settings of `accounts` accounts that point at the simulated cloud.
core::Settings settings_for(const std::vector<std::string>& accounts);

using Accepted = std::expected<store::Acceptance, intake::Refusal>;

class Installation {
 public:
  explicit Installation(InstallationSettings settings);
  ~Installation();
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  /// False: it died meanwhile, by a crash that was planned.
  bool start();
  /// SIGTERM: what is in progress is finished and recorded.
  void stop();
  /// kill -9, or a power failure: nothing more is written or sent; of what SQLite had not synced, so much survives.
  void kill(MemoryVfs::Survives survives = MemoryVfs::Survives::synced);
  /// The machine is off for so long.
  void stay_down(core::Duration duration) { clock_.set(clock_.true_time() + duration); }
  bool running() const { return engine_ != nullptr; }
  /// Stopped, and started again with other settings.
  void restart_with(const std::function<void(core::Settings&)>& change) {
    stop();
    change(settings_.settings);
    start();
  }

  /// Plans a crash at the n-th change of a file, or at the n-th begin or end of a wait, from now, counted from 1. The
  /// daemon is down as soon as run_for() meets it, and `survives` says what is left.
  void crash_at_change(std::int64_t n, MemoryVfs::Survives survives);
  void crash_at_await(std::int64_t n, MemoryVfs::Survives survives);

  /// Lets virtual time pass; less, when the daemon dies.
  void run_for(core::Duration duration);
  /// Drops a job, as the intake does.
  void drop(intake::JobRequest request);
  /// The same where it may be refused, or lost because the daemon dies; `answered` hears of it.
  void offer(intake::JobRequest request, std::function<void(const Accepted&)> answered);
  /// A command of another process: opens the store, writes, closes it. False: the store can't be opened.
  using Command = std::function<boost::asio::awaitable<void>(store::Store&)>;
  bool command(const Command& write);

  /// A person lets an account's submissions go on.
  void resume(const std::string& account);
  /// A person lets a held job go.
  void release(const std::string& job);

  core::Time now() const { return clock_.now(); }
  VirtualClock& clock() { return clock_; }
  simulator::CloudModel& model() { return model_; }
  MemoryVfs& files() { return files_; }
  /// Reads of the running daemon's store.
  store::Store& store() { return *store_; }
  Network& network() { return *network_; }
  engine::Engine& engine() { return *engine_; }
  /// All bytes of the store's files.
  std::string stored_bytes() const;
  /// Everything logged, over all lives.
  std::string log() const { return log_.str(); }
  /// A line of the simulation's own into the log.
  void narrate(const std::string& line) { log_ << line << '\n'; }

  /// Over all lives: what went over the wire, the access tokens used, faults played.
  const std::vector<Exchange>& journal() const { return journal_; }
  const std::set<std::string>& tokens() const { return tokens_; }
  std::int64_t faults_played() const { return faults_played_ + (network_ ? network_->faults_played : 0); }
  std::uint64_t lives() const { return lives_; }
  /// See Network; to be set before start().
  std::function<std::optional<core::OperationNumber>(const std::string& account)> intent_of;
  std::function<void(const Exchange&)> submission_arrived;

 private:
  InstallationSettings settings_;
  VirtualClock clock_;
  simulator::CloudModel model_;
  MemoryVfs files_;
  std::ostringstream log_;
  std::ostringstream lost_;  ///< what a killed daemon says no more
  std::ostream out_;         ///< writes to one of them
  std::uint64_t lives_ = 0;
  std::vector<Exchange> journal_;
  std::set<std::string> tokens_;
  std::int64_t faults_played_ = 0;
  std::optional<std::int64_t> awaits_to_live_;
  MemoryVfs::Survives survives_ = MemoryVfs::Survives::synced;

  std::unique_ptr<boost::asio::io_context> loop_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<report::Log> logger_;
  std::unique_ptr<engine::TransitionLog> transitions_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<support::TaskGroup> tasks_;
  std::exception_ptr bug_;

  std::expected<std::unique_ptr<store::Store>, store::Error> open(store::OpenSettings::As as);
  void make_network();
  void make_engine();
  void settle();
  void heed_await();
  void heed_error(std::string_view error);
  void wind_down();
  void dismantle();
};

}  // namespace lethe::simulation
