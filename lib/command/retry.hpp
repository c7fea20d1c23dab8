// `lethe retry`: asks the daemon to have the cloud try a job's failed operations again, in place.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "command/failure.hpp"
#include "core/wish.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct RetryAsked {
  core::Operation operation;
  core::Wish wish;
  store::Store::Carried carried;  ///< a retry acts on all of these jobs
};

/// Exit status 3: no such job. 1: the cloud has nothing of it to retry.
boost::asio::awaitable<Outcome<std::vector<RetryAsked>>> retry(store::Store& store, std::string job, std::string why,
                                                               core::Time now);

std::string retry_text(const std::vector<RetryAsked>& asked, const std::string& job);
/// [{operation, operation_id, jobs, jobs_total}]
std::string retry_json(const std::vector<RetryAsked>& asked);

}  // namespace lethe::command
