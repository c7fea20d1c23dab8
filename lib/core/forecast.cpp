#include "core/forecast.hpp"

#include <algorithm>

#include "core/schedule.hpp"

namespace lethe::core {

Time submission_after(const AccountSettings& account, std::int64_t before, Time first, Duration suppression) {
  // Rounds of as many operations as may be in suppression: within a round they are a spacing apart, and a round takes
  // until its first operation has left suppression, or until its spacings are over.
  const std::int64_t in_round = std::max(account.max_operations_in_suppression, 1);
  const Duration round = std::max(in_round * account.min_time_between_submissions, suppression);
  return first + (before / in_round) * round + (before % in_round) * account.min_time_between_submissions;
}

Time end_of_submission(Action action, Time submitted, std::optional<int> account_days) {
  Operation operation;
  operation.action = action;
  operation.created_at = submitted;
  operation.submitted_at = submitted;
  operation.restorable_until = restorable_until(submitted, std::nullopt, account_days);
  return expected_end(operation);
}

}  // namespace lethe::core
