#include "core/forecast.hpp"

#include <algorithm>

#include "core/batching.hpp"

namespace lethe::core {

namespace {

/// Of the body around the contacts.
constexpr std::int64_t surroundings = 1'000;

std::int64_t rounded_up(std::int64_t whole, std::int64_t part) {
  return (whole + part - 1) / part;
}

}  // namespace

Time first_submission(const AccountSettings& account, const AccountFacts& facts, Time now) {
  if (!facts.last_submission_at) return now;
  const bool full = facts.suppressing - facts.overdue >= account.max_operations_in_suppression;
  const Duration spacing = account.min_time_between_submissions;
  // One that lies ahead was recorded by a clock that has stepped back since.
  const Time last = std::min(*facts.last_submission_at, now);
  return std::max(now, last + (full ? std::max(assumed_suppression, spacing) : spacing));
}

std::int64_t operations_for(const AccountSettings& account, Selector selector, std::int64_t contacts,
                            std::int64_t bytes) {
  if (selector == Selector::list) return contacts;
  const std::int64_t between = selector == Selector::keys ? 3 : 1;  // a comma, and the quotes of a key
  const std::int64_t body = bytes + contacts * between;
  const std::int64_t most = std::min(account.max_contacts_per_operation, most_contacts_per_operation);
  return std::max(rounded_up(contacts, std::max<std::int64_t>(most, 1)),
                  rounded_up(body, static_cast<std::int64_t>(most_bytes_per_request) - surroundings));
}

Time submission_after(const AccountSettings& account, std::int64_t before, Time first, Duration suppression) {
  // Rounds of as many operations as may be in suppression: within a round they are a spacing apart, and a round takes
  // until its first operation has left suppression, or until its spacings are over.
  const std::int64_t in_round = std::max(account.max_operations_in_suppression, 1);
  const Duration round = std::max(in_round * account.min_time_between_submissions, suppression);
  return first + (before / in_round) * round + (before % in_round) * account.min_time_between_submissions;
}

Time end_of_submission(Action action, Time submitted, std::optional<int> account_days, const History& history) {
  Operation operation;
  operation.action = action;
  operation.created_at = submitted;
  operation.submitted_at = submitted;
  operation.restorable_until = restorable_until(submitted, std::nullopt, account_days);
  return expected_end(operation, history);
}

}  // namespace lethe::core
