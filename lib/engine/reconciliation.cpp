#include "engine/reconciliation.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "core/matching.hpp"
#include "engine/listing.hpp"
#include "engine/polling.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using cloud::Failure;
using core::LogLevel;
using core::State;
using Outcome = core::Reading::Outcome;
using Next = core::Verdict::Next;

namespace {

void tell(const Work& work, const core::Operation& operation, LogLevel level, const std::string& what,
          const std::string& why) {
  work.parts.log.message(
      level, what,
      {{"account", operation.account}, {"operation", std::to_string(operation.number.value)}, {"why", why}});
}

/// The key of the list that an operation carries; empty for contacts.
store::Result<std::string> list_key(Work& work, const core::Operation& operation) {
  if (operation.selector != core::Selector::list) return std::string{};
  const auto slices = work.parts.store.slices(operation.number);
  if (!slices) return std::unexpected(slices.error());
  if (slices->empty()) return std::string{};
  const auto job = work.parts.store.job(slices->front().job);
  if (!job) return std::unexpected(job.error());
  return job->list ? job->list->key : std::string{};
}

store::Result<std::set<core::OperationId>> claimed(Work& work, const core::Operation& operation,
                                                   const std::vector<core::ListedOperation>& rows) {
  std::vector<core::OperationId> ids;
  ids.reserve(rows.size());
  for (const core::ListedOperation& row : rows) ids.push_back(row.id);
  const auto known = work.parts.store.claimed(operation.account, operation.action, ids);
  if (!known) return std::unexpected(known.error());
  return std::set<core::OperationId>(known->begin(), known->end());
}

store::Result<core::Search> search_for(Work& work, const core::Operation& operation, const Listing& requests,
                                       const Listing& operations) {
  core::Search search;
  search.action = operation.action;
  search.selector = operation.selector;
  search.contacts = operation.contacts;
  auto key = list_key(work, operation);
  if (!key) return std::unexpected(key.error());
  search.list_key = std::move(*key);
  search.intent_at = operation.intent_at;
  search.known_above = operation.known_above;
  std::vector<core::ListedOperation> rows = requests.rows;
  rows.insert(rows.end(), operations.rows.begin(), operations.rows.end());
  search.rows = core::merge(rows);
  auto ours = claimed(work, operation, search.rows);
  if (!ours) return std::unexpected(ours.error());
  search.claimed = std::move(*ours);
  search.requests = requests.reading;
  search.operations = operations.reading;
  search.absent_at = operation.absent_at;
  search.looks = operation.attempt + 1;
  const auto newest = work.parts.store.newest_transition_at();
  if (!newest) return std::unexpected(newest.error());
  search.newest_transition = *newest;
  search.now = work.now();
  return search;
}

/// A look that moves nothing. It is noted, so that a restart goes on with the next one.
asio::awaitable<void> put_off(Work& work, core::Operation operation, core::Time until, bool absent) {
  ++operation.attempt;
  operation.due_at = until;
  if (!absent) operation.absent_at.reset();
  if (absent && !operation.absent_at) operation.absent_at = work.now();
  const auto noted = co_await work.parts.store.note_poll(std::move(operation));
  if (!noted) work.heed(noted.error());
}

/// Nothing was learned: the network or the server failed, or the cloud asks to wait.
asio::awaitable<void> put_off_after(Work& work, Account& account, core::Operation operation, Failure failure) {
  // The account waits where the cloud says how long: no due time of a look lies as far away as that can.
  if (failure.retry_after && failure.request_sent) failure.kind = Failure::Kind::throttled;
  const core::Time until = core::next_look(operation.intent_at, operation.attempt + 1, work.now());
  co_await work.failed(account, std::move(failure));
  const bool absent = operation.absent_at.has_value();
  co_await put_off(work, std::move(operation), until, absent);
}

/// The cloud has it, so it was accepted, at about the time of its intent.
asio::awaitable<void> adopt(Work& work, core::Operation operation, core::OperationId id, std::string cause) {
  operation.absent_at.reset();
  const auto known = work.parts.store.account(operation.account);
  const core::Operation adopted =
      accepted(work, operation, id, operation.intent_at, known ? known->restorable_days : std::nullopt);
  const auto recorded = co_await work.record_surely(adopted, std::move(cause));
  if (recorded || recorded.error().kind != store::Error::Kind::duplicate) co_return;
  // Somebody else claimed it since the lists were compared; the next look sees that.
  const core::Time until = core::next_look(operation.intent_at, operation.attempt + 1, work.now());
  co_await put_off(work, std::move(operation), until, false);
}

asio::awaitable<void> carry_out(Work& work, core::Operation operation, core::Verdict verdict) {
  switch (verdict.next) {
    case Next::confirm:
      co_await adopt(work, std::move(operation), *verdict.candidate, std::move(verdict.why));
      co_return;
    case Next::look_again:
      tell(work, operation, LogLevel::info, "an unconfirmed operation was looked up and stays so", verdict.why);
      co_await put_off(work, std::move(operation), *verdict.at, verdict.absent);
      co_return;
    case Next::queue_again:
      operation.state = State::queued;
      break;
    case Next::needs_operator:
      operation.state = State::needs_operator;
      tell(work, operation, LogLevel::error,
           "nobody but a person can tell whether the cloud accepted this operation; nothing else of the account is "
           "submitted until `lethe resolve` has settled it",
           verdict.why);
      break;
  }
  operation.due_at.reset();
  operation.absent_at.reset();
  operation.attempt = 0;
  co_await work.record_surely(std::move(operation), std::move(verdict.why));
}

bool is_unknown(const std::expected<core::Observation, Failure>& answer) {
  return !answer && answer.error().kind == Failure::Kind::unknown_operation;
}

/// An answer came, and says neither yes nor no.
bool is_unreadable(const std::expected<core::Observation, Failure>& answer) {
  return !answer && answer.error().kind == Failure::Kind::contract && answer.error().request_sent;
}

/// The candidate's own status call has the last word.
asio::awaitable<void> confirm(Work& work, Account& account, core::Operation operation, core::Search search,
                              core::Verdict verdict) {
  const core::OperationId candidate = *verdict.candidate;
  auto answer = co_await account.client->status(operation.action, candidate);
  if (!answer && !is_unknown(answer) && !is_unreadable(answer)) {
    co_await put_off_after(work, account, std::move(operation), std::move(answer.error()));
    co_return;
  }
  if (is_unknown(answer)) {
    tell(work, operation, LogLevel::warning, "a candidate's status call didn't agree", answer.error().what);
  }
  if (is_unreadable(answer)) {
    tell(work, operation, LogLevel::warning, "a candidate's status call can't be read", answer.error().what);
    search.unreadable.insert(candidate);
    verdict = core::judge(search);
  } else if (!answer || !core::agrees(search, candidate, *answer)) {
    search.disowned.insert(candidate);
    verdict = core::judge(search);
  }
  co_await carry_out(work, std::move(operation), std::move(verdict));
}

asio::awaitable<void> note_highest(Work& work, std::string account, const std::vector<core::ListedOperation>& rows) {
  std::int64_t highest = 0;
  for (const core::ListedOperation& row : rows) highest = std::max(highest, row.id.value);
  const auto noted = co_await work.parts.store.note_highest(std::move(account), highest);
  if (!noted) work.heed(noted.error());
}

void heed_contract(const Work& work, const core::Operation& operation, const Listing& listing) {
  if (listing.failure && listing.reading.outcome == Outcome::broken) {
    tell(work, operation, LogLevel::warning, "a list of the cloud can't be read", listing.failure->what);
  }
}

}  // namespace

asio::awaitable<void> leave_unconfirmed(Work& work, core::Operation operation, std::string cause) {
  operation.state = State::unconfirmed;
  operation.attempt = 0;
  operation.absent_at.reset();
  operation.due_at = core::next_look(operation.intent_at, 0, work.now());
  tell(
      work, operation, LogLevel::warning,
      "nobody knows whether the cloud accepted this operation; it is not posted again, and nothing else of the account "
      "is submitted, until the cloud's lists have told",
      cause);
  co_await work.record_surely(std::move(operation), std::move(cause));
}

asio::awaitable<void> look_up(Work& work, Account& account, core::Operation operation) {
  Listing requests = co_await read_list(work, account, List::requests, operation.intent_at, operation.known_above);
  Listing operations;
  if (requests.reading.outcome != Outcome::unread) {
    operations = co_await read_list(work, account, List::operations, operation.intent_at, operation.known_above);
  }
  for (Listing* listing : {&requests, &operations}) {
    if (!listing->failure || listing->reading.outcome != Outcome::unread) continue;
    co_await put_off_after(work, account, std::move(operation), std::move(*listing->failure));
    co_return;
  }
  if (work.stopping) co_return;  // the next start looks again
  co_await work.succeeded(account);
  heed_contract(work, operation, requests);
  heed_contract(work, operation, operations);

  auto search = search_for(work, operation, requests, operations);
  if (!search) co_return work.heed(search.error());
  if (!search->rows.empty()) co_await note_highest(work, operation.account, search->rows);
  core::Verdict verdict = core::judge(*search);
  if (verdict.next == Next::confirm) {
    co_await confirm(work, account, std::move(operation), std::move(*search), std::move(verdict));
    co_return;
  }
  co_await carry_out(work, std::move(operation), std::move(verdict));
}

asio::awaitable<bool> know_highest(Work& work, Account& account) {
  const auto known = work.parts.store.account(account.settings.name);
  if (!known) {
    work.heed(known.error());
    co_return false;
  }
  if (known->highest_operation_id) co_return true;
  std::vector<core::ListedOperation> rows;
  std::string why_not;
  for (const List list : {List::requests, List::operations}) {
    auto page = co_await read_page(work, account, list, work.now(), 1);
    if (page) {
      rows.insert(rows.end(), page->rows.begin(), page->rows.end());
      continue;
    }
    if (outcome_of(page.error()) == Outcome::unread) {
      co_await work.failed(account, std::move(page.error()));
      co_return false;
    }
    why_not = page.error().what;
  }
  if (rows.empty() && !why_not.empty()) {
    // Too low a mark is no danger: it lets more operations be candidates, and several need a person.
    work.parts.log.message(LogLevel::warning,
                           "the highest operationID of the account can't be learned from the cloud's lists; it is "
                           "taken to be 0",
                           {{"account", account.settings.name}, {"why", why_not}});
  }
  co_await note_highest(work, account.settings.name, rows);
  co_return !work.store_failing;
}

}  // namespace lethe::engine
