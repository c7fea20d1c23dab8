#include "engine/submission.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/batching.hpp"
#include "core/reply.hpp"
#include "engine/polling.hpp"
#include "engine/reconciliation.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;
using core::State;

namespace {

/// An operation in `submitting`, on disk, and what it is to send.
struct Intent {
  core::Operation operation;
  cloud::Submission submission;
};

store::Result<std::vector<std::string>> read_contacts(Work& work, const std::vector<store::Slice>& slices) {
  std::vector<std::string> contacts;
  for (const store::Slice& slice : slices) {
    const auto read = work.parts.store.contacts(slice.job, slice.first, slice.count, [&](std::string_view contact) {
      contacts.emplace_back(contact);
      return true;
    });
    if (!read) return std::unexpected(read.error());
  }
  return contacts;
}

/// As many contacts from the job's cursor on as one operation may carry.
store::Result<std::vector<std::string>> next_contacts(Work& work, const Account& account, const core::Job& job) {
  const std::int64_t most = std::min(account.settings.max_contacts_per_operation, core::most_contacts_per_operation);
  core::Batch batch(job.selector, most, cloud::submission_envelope(job.action, job.selector));
  std::vector<std::string> contacts;
  const auto read =
      work.parts.store.contacts(job.number, job.cursor, job.contacts - job.cursor, [&](std::string_view contact) {
        if (!batch.add(contact)) return false;
        contacts.emplace_back(contact);
        return true;
      });
  if (!read) return std::unexpected(read.error());
  return contacts;
}

asio::awaitable<store::Result<Intent>> form_from_job(Work& work, const Account& account, core::Job job) {
  Intent intent{.operation = {}, .submission = {job.action, job.selector, {}, job.list}};
  store::Slice slice{job.number, job.cursor, 1};
  intent.operation.contacts = job.contacts;
  if (job.selector != core::Selector::list) {
    auto contacts = next_contacts(work, account, job);
    if (!contacts) co_return std::unexpected(contacts.error());
    slice.count = static_cast<std::int64_t>(contacts->size());
    intent.operation.contacts = slice.count;
    intent.submission.contacts = std::move(*contacts);
  }
  intent.operation.account = job.account;
  intent.operation.action = job.action;
  intent.operation.selector = job.selector;
  intent.operation.created_at = work.now();
  std::vector<store::Slice> slices{slice};
  auto formed = co_await work.parts.store.form(intent.operation, std::move(slices));
  if (!formed) co_return std::unexpected(formed.error());
  intent.operation = std::move(*formed);
  co_return intent;
}

asio::awaitable<store::Result<Intent>> form_again(Work& work, core::Operation operation) {
  const auto slices = work.parts.store.slices(operation.number);
  if (!slices) co_return std::unexpected(slices.error());
  Intent intent{.operation = operation, .submission = {operation.action, operation.selector, {}, {}}};
  if (operation.selector == core::Selector::list) {
    const auto job = work.parts.store.job(slices->front().job);
    if (!job) co_return std::unexpected(job.error());
    intent.submission.list = job->list;
  } else {
    auto contacts = read_contacts(work, *slices);
    if (!contacts) co_return std::unexpected(contacts.error());
    intent.submission.contacts = std::move(*contacts);
  }
  operation.state = State::submitting;
  auto recorded = co_await work.parts.store.record(std::move(operation), work.now(), "submitted again");
  if (!recorded) co_return std::unexpected(recorded.error());
  intent.operation = std::move(*recorded);
  co_return intent;
}

asio::awaitable<store::Result<Intent>> form(Work& work, const Account& account, store::NextSubmission next) {
  if (next.operation) co_return co_await form_again(work, std::move(*next.operation));
  co_return co_await form_from_job(work, account, std::move(*next.job));
}

asio::awaitable<void> enter_suppression(Work& work, core::Operation operation, core::OperationId id) {
  // In the log before anything else can go wrong: with it a person can settle what a failing store would lose.
  work.parts.log.message(LogLevel::info, "the cloud accepted the operation",
                         {{"account", operation.account},
                          {"operation", std::to_string(operation.number.value)},
                          {"operation_id", std::to_string(id.value)}});
  const auto known = work.parts.store.account(operation.account);
  const core::Operation taken =
      accepted(work, operation, id, work.now(), known ? known->restorable_days : std::nullopt);
  const auto recorded = co_await work.record_surely(taken, "the cloud accepted it");
  if (!recorded && recorded.error().kind == store::Error::Kind::duplicate) {
    co_await leave_unconfirmed(work, std::move(operation),
                               "the cloud answered with the operationID of another operation");
  }
}

asio::awaitable<void> finish(Work& work, Account& account, core::Operation operation,
                             cloud::Client::Submitted submitted) {
  using Next = core::Effect::Next;
  const core::Effect effect = core::judge(submitted.answer, submitted.authorised_again);
  switch (effect.next) {
    case Next::suppressing:
      // The record first: what was learned here can't be asked for again.
      co_await enter_suppression(work, std::move(operation), *effect.operation_id);
      co_await work.succeeded(account);
      co_return;
    case Next::unconfirmed:
      co_await leave_unconfirmed(work, std::move(operation), effect.cause);
      co_return;
    case Next::rejected:
      operation.state = State::rejected;
      co_await work.record_surely(std::move(operation), effect.cause);
      co_await work.succeeded(account);
      co_return;
    case Next::wait:
      co_await work.hold(account, core::AccountState::waiting, effect.cause,
                         effect.wait.value_or(std::chrono::minutes{30}));
      break;
    case Next::authorise:  // the client has spent the one refresh that a 401 allows
    case Next::block:
      co_await work.hold(account, core::AccountState::blocked, effect.cause, probe_interval);
      break;
    case Next::queue:
      if (!submitted.failure) {
        submitted.failure.emplace();  // the connection failed before the request was handed over
        submitted.failure->what = effect.cause;
      }
      co_await work.failed(account, std::move(*submitted.failure));
      break;
  }
  operation.state = State::queued;
  co_await work.record_surely(std::move(operation), effect.cause);
}

}  // namespace

asio::awaitable<void> submit_next(Work& work, Account& account) {
  auto next = work.parts.store.next_submission(account.settings.name);
  if (!next) co_return work.heed(next.error());
  if (!next->operation && !next->job) co_return;

  // The token first: without one nothing could be sent, and there would be an intent for nothing.
  const auto authorised = co_await account.client->authorise();
  if (!authorised) {
    co_await work.failed(account, authorised.error());
    co_return;
  }
  const bool searchable = co_await know_highest(work, account);
  if (!searchable || work.stopping) co_return;
  auto intent = co_await form(work, account, std::move(*next));
  if (!intent) co_return work.heed(intent.error());
  auto submitted = co_await account.client->submit(std::move(intent->submission));
  co_await finish(work, account, std::move(intent->operation), std::move(submitted));
}

asio::awaitable<void> settle_interrupted(Work& work, Account& account) {
  const auto interrupted = work.parts.store.in_state(account.settings.name, State::submitting, 1000);
  if (!interrupted) co_return work.heed(interrupted.error());
  for (const core::Operation& operation : *interrupted) {
    co_await leave_unconfirmed(work, operation, "a stop came between the submission and the record of its reply");
  }
}

}  // namespace lethe::engine
