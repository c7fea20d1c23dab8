// A network that ends at a CloudModel in the same process: latency, faults, a plug that can be pulled, and a journal of
// what went over it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/operation.hpp"
#include "http/client.hpp"
#include "simulation/memory_vfs.hpp"
#include "simulation/virtual_clock.hpp"
#include "simulator/cloud_model.hpp"

namespace lethe::simulation {

struct NetworkFaults {
  double unreachable = 0;  ///< of each exchange: the connection fails before the last byte was handed over
  core::Duration slow{0};  ///< what a status or a list may take beside the usual latency, so that calls overlap
};

/// One exchange, in true time.
struct Exchange {
  std::string account;
  enum class Call : std::uint8_t { token, submission, other } call = Call::other;
  std::uint64_t life = 0;  ///< the daemon's life, counted from 1
  core::Time started;
  std::optional<core::Time> arrived;  ///< absent: it never reached the cloud
  std::optional<core::Time> ended;    ///< absent: the daemon died before
  int status = 0;                     ///< of a whole answer that the daemon got
  std::optional<std::chrono::seconds> retry_after;
  std::optional<core::OperationNumber> operation;  ///< of a submission, where somebody asked
  std::string words;                               ///< what the cloud did, without contacts
};

/// What the clients of one daemon's life share.
struct Network {
  simulator::CloudModel& model;
  VirtualClock& clock;
  const MemoryVfs& disk;
  NetworkFaults faults;
  std::mt19937_64 random;
  std::uint64_t life = 0;
  /// Of what a killed daemon had handed to the connection, some reaches the cloud all the same.
  bool outlives_the_daemon = false;
  std::vector<Exchange>* journal = nullptr;
  std::set<std::string>* tokens = nullptr;  ///< every one that was used
  /// Which operation a submission that begins now carries.
  std::function<std::optional<core::OperationNumber>(const std::string& account)> intent_of;
  /// Called when the cloud has dealt with a submission.
  std::function<void(const Exchange&)> submission_arrived;

  /// Where set: what arrives of the cloud's answer to a request for this path, in this life.
  std::function<void(const std::string& target, http::Response&)> spoil = {};

  /// The disk stopped, and with it the process: it sends nothing any more.
  bool dead() const { return disk.crashed(); }

  std::int64_t submissions_in_progress = 0;
  std::int64_t faults_played = 0;
};

std::unique_ptr<http::Client> make_client(Network& network, boost::asio::any_io_executor executor, std::string account);

}  // namespace lethe::simulation
