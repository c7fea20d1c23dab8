// A place to try the executable in: a directory with a configuration, a simulated cloud on a port, and ways to call it.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "process.hpp"
#include "simulator/server.hpp"
#include "support/clock.hpp"

namespace lethe::system_test {

/// The simulator in a thread of the test, on a clock as fast as the daemon's.
class Cloud {
 public:
  Cloud(simulator::ModelSettings model, double time_scale);
  ~Cloud();
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;
  std::string url() const { return server_->url(); }
  std::vector<simulator::TrueOperation> truth();
  simulator::CloudModel::Calls calls();
  /// An operation of the first account that Lethe knows nothing of.
  void submit_as_administrator(std::string key);

 private:
  std::unique_ptr<support::Clock> clock_;
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<simulator::Server> server_;
  std::thread thread_;
};

/// What a finished command left.
struct Result {
  int status = -1;
  std::string out;
  std::string err;
};

/// A model whose operations live for about a second at the usual scale: no window, short phases, tokens that last.
simulator::ModelSettings quick_model();
simulator::Life quick_life(std::vector<std::string> background = {"Completed"});

struct RigSettings {
  simulator::ModelSettings model = quick_model();
  double time_scale = 5000;
  int accounts = 1;      ///< acme, acme2, …
  std::string settings;  ///< more keys for every account
  bool intake = false;   ///< watches spool()
};

class Rig {
 public:
  explicit Rig(RigSettings settings = {});
  ~Rig();
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path config() const { return directory_ / "lethe.toml"; }
  std::filesystem::path store() const { return directory_ / "state" / "lethe.db"; }
  std::filesystem::path spool() const { return directory_ / "spool"; }
  Cloud& cloud() { return *cloud_; }

  /// Writes a file into the directory (mode 0600) and gives its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const;
  /// A job file NAME.toml of account acme, with `body` behind the account.
  std::filesystem::path job(const std::string& name, const std::string& body) const;

  /// Runs a command with this configuration to its end.
  Result lethe(std::vector<std::string> arguments, const Environment& environment = {}) const;
  /// The same, expects status 0 and reads its stdout as JSON.
  boost::json::value json(std::vector<std::string> arguments) const;
  std::string state_of(const std::string& job) const;

  /// Starts the daemon with --time-scale; returns once it has told systemd that it is ready (a fake one listens).
  Process& start_daemon();
  /// Starts it and doesn't wait; `name` keeps apart the output of several.
  std::unique_ptr<Process> launch_daemon(const std::string& name);
  Process& daemon() { return *daemon_; }
  /// SIGTERM, and its exit status.
  int stop_daemon();
  /// What the daemons have written to stderr.
  std::string daemon_log() const { return read_file(directory_ / "daemon.err"); }
  /// Messages to systemd since the last call, one a line.
  std::string notifications() const;

 private:
  void write_configuration(const RigSettings& settings) const;

  std::filesystem::path directory_;
  double time_scale_;
  int notify_socket_ = -1;
  mutable int commands_ = 0;
  std::unique_ptr<Cloud> cloud_;
  std::unique_ptr<Process> daemon_;
};

/// The markers of secrecy tests: what must be written nowhere.
inline const std::string client_secret = "MARKER-SECRET-5c0b9e";

}  // namespace lethe::system_test
