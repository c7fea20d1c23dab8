#include "engine/submission.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "core/admission.hpp"
#include "core/batching.hpp"
#include "core/reply.hpp"
#include "engine/forming.hpp"
#include "engine/polling.hpp"
#include "engine/reconciliation.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;
using core::State;

namespace {

/// What a list was declared to hold, for the fuse.
std::int64_t declared(const core::Operation& operation) {
  return operation.contacts > 0 ? operation.contacts : core::contacts_of_undeclared_list;
}

/// The cloud says how many contacts a list really has: that is what the operation holds from here on.
std::string learn_rows(const Work& work, core::Operation& operation, std::optional<std::int64_t> rows) {
  std::string cause = "the cloud accepted it";
  if (operation.selector != core::Selector::list || rows.value_or(0) <= 0) return cause;
  const std::int64_t expected = declared(operation);
  operation.contacts = *rows;
  if (*rows <= expected) return cause;
  const std::string larger =
      fmt::format("the list has {} contacts, more than the {} that the fuse counted before", *rows, expected);
  work.parts.log.message(LogLevel::warning, larger,
                         {{"account", operation.account}, {"operation", std::to_string(operation.number.value)}});
  return cause + ", and " + larger;
}

asio::awaitable<void> enter_suppression(Work& work, core::Operation operation, core::OperationId id,
                                        std::optional<std::int64_t> rows) {
  // In the log before anything else can go wrong: with it a person can settle what a failing store would lose.
  work.parts.log.message(LogLevel::info, "the cloud accepted the operation",
                         {{"account", operation.account},
                          {"operation", std::to_string(operation.number.value)},
                          {"operation_id", std::to_string(id.value)}});
  const auto known = work.parts.store.account(operation.account);
  core::Operation taken = accepted(work, operation, id, work.now(), known ? known->restorable_days : std::nullopt);
  std::string cause = learn_rows(work, taken, rows);
  const auto recorded = co_await work.record_surely(std::move(taken), std::move(cause));
  if (!recorded && recorded.error().kind == store::Error::Kind::duplicate) {
    co_await leave_unconfirmed(work, std::move(operation),
                               "the cloud answered with the operationID of another operation");
  }
}

/// Rejected, halved or with the account paused: the store decides it in one step with the record, and is asked until it
/// takes it. A stop before that leaves an intent whose answer nobody knows, which is the truth by then.
asio::awaitable<void> take_refusal(Work& work, core::Operation operation, std::string cause) {
  const auto refused = co_await work.surely(
      [&work, &operation, &cause, at = work.now()] { return work.parts.store.take_refusal(operation, at, cause); });
  if (!refused) {
    work.parts.log.message(LogLevel::error, "a refusal could not be recorded: " + refused.error().what,
                           {{"account", operation.account}, {"operation", std::to_string(operation.number.value)}});
  } else if (refused->after == core::AfterRefusal::pause) {
    work.parts.log.message(
        LogLevel::error,
        "the account is paused: two refusals in a row of jobs that have nothing in common; mend what "
        "is wrong, then `lethe resume` it",
        {{"account", operation.account}, {"cause", cause}});
  }
}

/// What an answer that accepts and refuses nothing is to the account, as a call's failure.
cloud::Failure failure_of(const core::Effect& effect, const core::Answer& answer) {
  using Kind = cloud::Failure::Kind;
  using Next = core::Effect::Next;
  const auto kind = [&] {
    if (effect.next == Next::wait) return effect.exhausted ? Kind::exhausted : Kind::throttled;
    const bool refused = answer.http_status == 401 && effect.next != Next::unconfirmed;
    if (effect.next == Next::authorise || refused) return Kind::credentials;
    if (effect.next == Next::block) return Kind::forbidden;
    if (answer.delivery != core::Answer::Delivery::answered) return Kind::unreachable;
    return answer.http_status / 100 == 5 ? Kind::server : Kind::contract;
  };
  return {.kind = kind(),
          .request_sent = effect.next != Next::queue,
          .http_status = answer.http_status,
          .retry_after = effect.wait ? effect.wait : answer.retry_after,
          .what = effect.cause};
}

asio::awaitable<void> finish(Work& work, Account& account, core::Operation operation,
                             cloud::Client::Submitted submitted) {
  using Next = core::Effect::Next;
  const core::Effect effect = core::judge(submitted.answer, submitted.authorised_again);
  cloud::Failure failure = submitted.failure.value_or(failure_of(effect, submitted.answer));
  switch (effect.next) {
    case Next::suppressing:
      // The record first: what was learned here can't be asked for again.
      co_await enter_suppression(work, std::move(operation), *effect.operation_id, submitted.answer.row_count);
      co_await work.succeeded(account);
      co_return;
    case Next::unconfirmed:
      // First what holds the calls back, or a look-up would start before. A stop between leaves it unconfirmed, too.
      co_await work.failed(account, std::move(failure));
      co_await leave_unconfirmed(work, std::move(operation), effect.cause);
      co_return;
    case Next::rejected:
      co_await take_refusal(work, std::move(operation), effect.cause);
      co_await work.succeeded(account);
      co_return;
    case Next::wait:
    case Next::authorise:  // the client has spent the one refresh that a 401 allows
    case Next::block:
    case Next::queue:
      co_await work.failed(account, std::move(failure));
      operation.state = State::queued;
      co_await work.record_surely(std::move(operation), effect.cause);
      co_return;
  }
}

}  // namespace

asio::awaitable<void> submit_next(Work& work, Account& account) {
  const auto prospect = prospect_of(work.parts.store, work.parts.settings.schedule, account.settings, work.now());
  if (!prospect) co_return work.heed(prospect.error());
  if (prospect->admission.hold) {
    co_await hold(work, prospect->next.job.value(), prospect->admission.why);
    co_return;
  }
  if (!prospect->admission.go) co_return;

  // The token first: without one nothing could be sent, and there would be an intent for nothing.
  const auto authorised = co_await account.client->authorise();
  if (!authorised) {
    co_await work.failed(account, authorised.error());
    co_return;
  }
  const bool searchable = co_await know_highest(work, account);
  if (!searchable || work.stopping) co_return;
  auto intent = co_await form_next(work, account);
  if (!intent) co_return work.heed(intent.error());
  if (!*intent) co_return;
  auto submitted = co_await account.client->submit(std::move((*intent)->submission));
  co_await finish(work, account, std::move((*intent)->operation), std::move(submitted));
}

asio::awaitable<void> settle_interrupted(Work& work, Account& account) {
  const auto interrupted = work.parts.store.in_state(account.settings.name, State::submitting, 1000);
  if (!interrupted) co_return work.heed(interrupted.error());
  for (const core::Operation& operation : *interrupted) {
    co_await leave_unconfirmed(work, operation, "a stop came between the submission and the record of its reply");
  }
}

}  // namespace lethe::engine
