// Ways of watching operations: Lethe's own, and the published ones.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/lives.hpp"

namespace lethe::bench {

/// One operation after the other, by the engine's own schedule, with so many durations known of each phase.
Seen watch_by_schedule(const Case& played, const Life& life, int known, std::uint64_t number, Random& random);

/// The backoff of [schedule] alone, and a heartbeat a day: written without the engine's code.
Seen watch_by_backoff(const Case& played, const Life& life);

/// The n-th wait of a policy that knows nothing of phases, n from 0.
struct Policy {
  std::string name;
  std::function<Duration(int, Random&)> wait;
};
const std::vector<Policy>& published_policies();
Seen watch_by_policy(const Case& played, const Life& life, const Policy& policy, Random& random);

/// An account that accepts so many operations a day, at random instants, for so many days, and is swept. Thirty
/// durations are known at the beginning, further ones as they are seen. What is returned begins when the first
/// operations have ended; calls of the list are shared out among all.
std::vector<Seen> watch_by_sweep(const Case& played, double operations_a_day, int days);

}  // namespace lethe::bench
