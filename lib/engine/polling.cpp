#include "engine/polling.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/schedule.hpp"
#include "engine/learning.hpp"
#include "engine/planning.hpp"

namespace lethe::engine {

namespace asio = boost::asio;

namespace {

std::string cause_of(const core::Operation& before, const core::Decision& decision) {
  if (decision.state == before.state) return "the cloud's word changed";
  if (decision.state == core::State::restored) return "the contacts were restored: they are active again";
  return "the cloud's status says so";
}

asio::awaitable<void> note(Work& work, core::Operation operation) {
  const auto noted = co_await work.parts.store.note_poll(std::move(operation));
  if (!noted) work.heed(noted.error());
}

/// Once in a daemon's life; `lethe status` shows it for as long as it lasts.
void tell_overdue(const Work& work, Account& account, const core::Operation& operation) {
  const core::History& history = history_of(work, operation.account);
  if (!core::overdue(operation, history, work.parts.settings.schedule, work.now())) {
    account.told_overdue.erase(operation.number);
    return;
  }
  if (!account.told_overdue.insert(operation.number).second) return;
  work.parts.log.message(core::LogLevel::warning,
                         "the operation is overdue: it should have ended long ago, and is polled on",
                         {{"account", operation.account},
                          {"operation", std::to_string(operation.number.value)},
                          {"expected_end", core::rfc3339(core::expected_end(operation, history))}});
}

/// Once when it is flagged; `lethe status` shows it for as long as it lasts.
void count_unknown(const Work& work, core::Operation& operation) {
  const bool told = core::is_unknown(operation);
  operation = core::not_known(std::move(operation), work.now());
  if (told || !core::is_unknown(operation)) return;
  work.parts.log.message(core::LogLevel::error,
                         "the cloud says again and again that it doesn't know the operation: it stays as it is, and is "
                         "asked about daily",
                         {{"account", operation.account},
                          {"operation", std::to_string(operation.number.value)},
                          {"operation_id", std::to_string(operation.operation_id->value)}});
}

/// A heartbeat that got no answer isn't left for a day.
constexpr core::Duration longest_after_failure = std::chrono::hours{1};

asio::awaitable<void> ask_later(Work& work, Account& account, core::Operation operation, cloud::Failure failure) {
  // A call that never left says nothing of this operation and doesn't count as asked.
  using Kind = cloud::Failure::Kind;
  const bool asked = failure.kind != Kind::credentials && failure.kind != Kind::secret &&
                     failure.kind != Kind::held_back && failure.kind != Kind::rationed;
  if (asked) {
    ++operation.polls;
    ++operation.attempt;
  }
  if (failure.kind == Kind::unknown_operation) count_unknown(work, operation);
  tell_overdue(work, account, operation);
  plan_without_list(work, operation);
  if (failure.kind != Kind::unknown_operation) {
    operation.due_at = std::min(*operation.due_at, work.now() + longest_after_failure);
  }
  // What was said of a token request is the account's.
  const bool own = failure.retry_after && failure.request_sent;
  if (own) operation.due_at = std::max(*operation.due_at, work.now() + *failure.retry_after);
  co_await work.failed(account, std::move(failure));
  co_await note(work, std::move(operation));
}

/// What `cloud_retries` lets Lethe ask for by itself.
core::Wish own_retry(const Work& work, const Account& account, int number) {
  core::Wish wish;
  wish.kind = core::Wish::Kind::retry;
  wish.why = "cloud_retries: the cloud is asked for retry " + std::to_string(number) + " of at most " +
             std::to_string(account.settings.cloud_retries);
  wish.made_at = work.now();
  return wish;
}

asio::awaitable<void> record(Work& work, const Account& account, core::Operation operation, std::string cause) {
  if (operation.state == core::State::failed && operation.own_retries < account.settings.cloud_retries) {
    core::Wish wish = own_retry(work, account, ++operation.own_retries);
    wish.operation = operation.number;
    co_await work.record_surely(std::move(operation), std::move(cause), std::move(wish));
    co_return;
  }
  co_await work.record_surely(std::move(operation), std::move(cause));
}

/// What its news means for the others of the account.
asio::awaitable<void> tell_others(Work& work, core::Operation operation, core::State was, bool learned) {
  if (learned) load_history(work, operation.account);
  if (was == operation.state) co_return;
  if (was == core::State::suppressing) co_await move_up(work, operation.account);
  if (was == core::State::deleting && core::is_final(operation.state)) co_await pull_neighbours(work, operation);
}

asio::awaitable<void> move(Work& work, Account& account, core::Operation operation, core::Decision decision) {
  std::string cause = cause_of(operation, decision);
  const core::State was = operation.state;
  const bool learned = co_await learn(work, account, operation, decision.state);
  operation.answered_at = work.now();
  if (decision.state != operation.state) operation.attempt = 0;
  operation.state = decision.state;
  operation.status = std::move(decision.status);
  operation.background_status = std::move(decision.background_status);
  operation.retry_count = decision.retry_count;
  operation.old_verdict = decision.old_verdict;
  operation.due_at.reset();
  if (!core::is_final(operation.state)) plan(work, operation);
  co_await record(work, account, operation, std::move(cause));
  co_await tell_others(work, std::move(operation), was, learned);
}

/// An answer about the operation: its window, and what became of it.
asio::awaitable<void> heed_answer(Work& work, Account& account, core::Operation operation, core::Observation answer,
                                  core::Decision decision) {
  operation.unknown_answers = 0;
  operation.unknown_since.reset();
  const std::string name = operation.account;
  const auto window = learn_window(operation, answer, work.now());
  if (decision.news) {
    if (core::is_final(decision.state)) account.told_overdue.erase(operation.number);
    co_await move(work, account, std::move(operation), std::move(decision));
  } else {
    operation.answered_at = work.now();
    tell_overdue(work, account, operation);
    plan(work, operation);
    co_await note(work, std::move(operation));
  }
  if (window) co_await take_window(work, name, *window);
}

}  // namespace

asio::awaitable<void> poll(Work& work, Account& account, core::Operation operation) {
  auto answer = co_await account.client->status(operation.action, *operation.operation_id);
  if (!answer) {
    co_await ask_later(work, account, std::move(operation), std::move(answer.error()));
    co_return;
  }
  co_await work.succeeded(account);
  core::Decision decision = core::decide(operation, *answer, work.now());
  ++operation.polls;
  ++operation.attempt;
  if (!decision.evidence) {
    work.parts.log.message(core::LogLevel::warning, "an answer of the cloud says nothing about the operation asked for",
                           {{"account", operation.account}, {"operation", std::to_string(operation.number.value)}});
    plan(work, operation);
    co_await note(work, std::move(operation));
    co_return;
  }
  co_await heed_answer(work, account, std::move(operation), std::move(*answer), std::move(decision));
}

core::Operation accepted(const Work& work, core::Operation operation, core::OperationId id, core::Time at,
                         std::optional<int> account_days) {
  operation.state = core::State::suppressing;
  operation.operation_id = id;
  operation.submitted_at = at;
  operation.answered_at = at;
  if (operation.action == core::Action::delete_contacts) {
    operation.restorable_until = core::restorable_until(*operation.submitted_at, {}, account_days);
  }
  operation.polls = 0;
  operation.attempt = 0;
  plan(work, operation);
  return operation;
}

core::Operation begun_anew(const Work& work, core::Operation operation, std::optional<int> account_days) {
  if (operation.action == core::Action::delete_contacts) {
    operation.restorable_until =
        core::restorable_until(core::way_began(operation), operation.restorable_days, account_days);
  }
  plan(work, operation);
  return operation;
}

}  // namespace lethe::engine
