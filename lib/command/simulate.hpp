// `lethe simulate`: the simulated Marketing Cloud alone, on a port of this machine, to rehearse against.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>

#include "command/failure.hpp"
#include "core/time.hpp"
#include "simulator/cloud_model.hpp"
#include "simulator/server.hpp"

namespace lethe::command {

struct SimulateOptions {
  std::string listen = "127.0.0.1:8421";  ///< loopback only; port 0: any free one
  double time_scale = 1;
  int days = 2;        ///< of restore window; -1: none
  std::string faults;  ///< a SPEC of simulator/fault_spec.hpp; empty: none
  std::uint64_t seed = 1;
  bool tls = false;
  bool quiet = false;                              ///< no log of requests
  std::optional<std::filesystem::path> directory;  ///< where the configuration goes and stays; absent: a temporary one
};

/// What the options ask for, checked; what can't be had is a `usage` failure that says why.
struct SimulatePlan {
  std::string address;
  std::uint16_t port = 0;
  simulator::ModelSettings model;
};
Outcome<SimulatePlan> plan_simulation(const SimulateOptions& options, core::Time start);

/// A line of the log: simulated time, HTTP status ("---": none was sent), what it was, the fault.
std::string in_line(const simulator::Exchange& exchange);

/// Works until SIGINT, SIGTERM or SIGHUP, and tells `out` what to do with it and what is asked of it.
Outcome<void> simulate(const SimulateOptions& options, std::ostream& out);

}  // namespace lethe::command
