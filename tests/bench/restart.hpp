// What a daemon asks after long downtime, paced by the engine's budget.
#pragma once

#include <cstdint>

#include "core/settings.hpp"

namespace lethe::bench {

struct Drained {
  std::int64_t overdue = 0;
  std::int64_t most_in_a_second = 0;  ///< of calls begun
  std::int64_t most_in_an_hour = 0;
  std::int64_t most_in_a_utc_day = 0;
  double days = 0;  ///< until the last one was asked about
};

/// So many operations are due when the daemon starts, at noon, with nothing used of the day's budget. Each call takes
/// 300 ms. Only the pace of polls is looked at, with the account's requests_per_day and requests_in_flight.
Drained drain(const core::AccountSettings& settings, std::int64_t overdue);

}  // namespace lethe::bench
