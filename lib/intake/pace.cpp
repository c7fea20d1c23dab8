#include "intake/pace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "core/forecast.hpp"

namespace lethe::intake {
namespace {

/// All that is to be submitted up to the last contact of the new job; a job of few contacts leaves with those of its
/// kind.
std::int64_t operations_through(const Queue& queue, const core::AccountSettings& account, store::Waiting added) {
  std::int64_t operations = queue.queued_again;
  for (const store::Waiting& waiting : queue.waiting) {
    if (waiting.action == added.action && waiting.selector == added.selector) {
      added.contacts += waiting.contacts;
      added.bytes += waiting.bytes;
    } else {
      operations += core::operations_for(account, waiting.selector, waiting.contacts, waiting.bytes);
    }
  }
  return operations + core::operations_for(account, added.selector, added.contacts, added.bytes);
}

std::string counted(std::int64_t operations) {
  return operations == 1 ? "1 operation" : fmt::format("{} operations", operations);
}

}  // namespace

store::Result<Queue> queue_of(store::Store& store, const core::AccountSettings& account, core::Time now) {
  // What is overdue counts no more; the usual time for that is near enough for a forecast.
  const auto facts = store.facts(account.name, now, core::ScheduleSettings{}.overdue);
  if (!facts) return std::unexpected(facts.error());
  const auto again =
      store.in_state(account.name, core::State::queued, static_cast<std::size_t>(std::numeric_limits<int>::max()));
  if (!again) return std::unexpected(again.error());
  auto waiting = store.waiting(account.name);
  if (!waiting) return std::unexpected(waiting.error());
  return Queue{.first = core::first_submission(account, *facts, now),
               .queued_again = std::ssize(*again),
               .waiting = std::move(*waiting)};
}

std::int64_t operations_ahead(const Queue& queue, const core::AccountSettings& account) {
  return operations_through(queue, account, {});
}

std::optional<support::Fault> check_pace(const JobRequest& request, const core::AccountSettings& account,
                                         const Queue& queue, std::int64_t contacts, std::int64_t bytes,
                                         core::Time now) {
  if (request.accept_warnings) return std::nullopt;
  const store::Waiting added{.action = request.action,
                             .selector = request.selector,
                             .jobs = 1,
                             .contacts = request.list ? 1 : contacts,
                             .bytes = bytes};
  const std::int64_t operations = operations_through(queue, account, added);
  const core::Time last = core::submission_after(account, operations - 1, queue.first);
  const core::Time not_after = request.not_after.value_or(now + core::default_job_life);
  if (last <= not_after) return std::nullopt;
  return support::Fault{
      .what = fmt::format("can't be kept at the present pace: {} with those before it, the last about {}",
                          counted(operations), core::rfc3339(std::chrono::floor<std::chrono::seconds>(last))),
      .file = request.file,
      .line = 0,
      .column = 0,
      .key = "not_after",
      .remedy =
          "give a later one, or let the account send more (max_contacts_per_operation, "
          "max_operations_in_suppression); " +
          accept_remedy(form_of(request))};
}

}  // namespace lethe::intake
