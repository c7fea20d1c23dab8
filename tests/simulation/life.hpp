// Plays a planned life, judges it, and tells what was in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulation/life_plan.hpp"

namespace lethe::simulation {

/// What lives held, so that a reader sees that they weren't empty.
struct Tally {
  std::int64_t lives = 0;
  std::int64_t jobs = 0;
  std::int64_t operations = 0;
  std::int64_t submissions = 0;
  std::int64_t requests = 0;
  std::int64_t transitions = 0;
  std::int64_t commands = 0;
  std::int64_t stops = 0;
  std::int64_t kills = 0;   ///< kill -9, power failures and crashes at a chosen point
  std::int64_t faults = 0;  ///< of the network and the cloud
  std::int64_t lost = 0;    ///< submissions whose reply the daemon never got
  std::int64_t unsettled = 0;
  std::int64_t mistaken = 0;
  std::int64_t days = 0;

  void add(const Tally& other);
  std::string in_words() const;
};

struct LifeReport {
  std::uint64_t seed = 0;
  std::vector<std::string> faults;  ///< promises that were broken; empty: none
  Tally tally;
  std::string log;  ///< the daemon's, with what happened to it
};

/// Never throws: what leaves the engine as an exception is a fault, too.
LifeReport live(std::uint64_t seed);

/// Writes the log of a life that broke a promise into the current folder; returns what to tell: the faults, the file,
/// and the command that replays it.
std::string report_failure(const LifeReport& report);

}  // namespace lethe::simulation
