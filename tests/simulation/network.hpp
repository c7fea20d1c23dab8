// A network that ends at a CloudModel in the same process: latency, faults and a plug that can be pulled.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <random>

#include "http/client.hpp"
#include "simulation/virtual_clock.hpp"
#include "simulator/cloud_model.hpp"

namespace lethe::simulation {

struct NetworkFaults {
  double unreachable = 0;  ///< of each exchange: the connection fails before the last byte was handed over
};

/// What the clients of one daemon's life share.
struct Network {
  simulator::CloudModel& model;
  VirtualClock& clock;
  NetworkFaults faults;
  std::mt19937_64 random;
  bool dead = false;  ///< the daemon was killed: nothing reaches the cloud any more

  std::int64_t submissions_in_progress = 0;
};

std::unique_ptr<http::Client> make_client(Network& network, boost::asio::any_io_executor executor);

}  // namespace lethe::simulation
