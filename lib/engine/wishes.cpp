#include "engine/wishes.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/remedy.hpp"
#include "engine/polling.hpp"

namespace lethe::engine {

namespace asio = boost::asio;

namespace {

constexpr core::Duration first_wait = std::chrono::minutes{1};
constexpr core::Duration longest_wait = std::chrono::hours{1};

/// It stays open, and waits longer each time.
void try_later(const Work& work, Account& account, core::Duration at_least = {}) {
  core::Duration wait = first_wait;
  for (int i = 0; i < account.wish_failures && wait < longest_wait; ++i) wait *= 2;
  ++account.wish_failures;
  account.wishes_after = work.now() + std::max(std::min(wait, longest_wait), at_least);
}

void settled(Account& account) {
  account.wish_failures = 0;
  account.wishes_after.reset();
}

asio::awaitable<void> unanswered(Work& work, Account& account, cloud::Failure failure) {
  try_later(work, account, failure.retry_after.value_or(core::Duration{0}));
  co_await work.failed(account, std::move(failure));
}

asio::awaitable<void> refuse(Work& work, Account& account, core::Wish wish, std::string reason) {
  report::Fields about{{"account", account.settings.name}};
  if (wish.operation) about.emplace_back("operation", std::to_string(wish.operation->value));
  work.parts.log.message(core::LogLevel::warning, core::in_words(wish) + " is refused: " + reason, about);
  const auto refused = co_await work.parts.store.refuse(wish.number, work.now(), std::move(reason));
  if (refused) co_return settled(account);
  work.heed(refused.error());
  try_later(work, account);
}

/// A write that lost to another one leaves the wish as it is; the next try looks at the operation as it stands then.
asio::awaitable<void> grant(Work& work, Account& account, core::Wish wish, core::Operation operation,
                            std::string cause) {
  const auto granted = co_await work.parts.store.grant(wish.number, std::move(operation), work.now(), cause);
  if (granted) co_return settled(account);
  if (granted.error().kind == store::Error::Kind::duplicate) {
    co_await refuse(work, account, std::move(wish), "this operationID belongs to another operation");
    co_return;
  }
  work.heed(granted.error());
  try_later(work, account);
}

std::optional<int> days_of(const Work& work, const Account& account) {
  const auto known = work.parts.store.account(account.settings.name);
  return known ? known->restorable_days : std::nullopt;
}

std::string with_why(std::string cause, const core::Wish& wish) {
  return wish.why.empty() ? cause : std::move(cause) + ": " + wish.why;
}

asio::awaitable<void> begin_anew(Work& work, Account& account, core::Wish wish, core::Operation operation,
                                 std::string cause) {
  core::Operation anew = begun_anew(work, std::move(operation), days_of(work, account));
  std::string told = with_why(std::move(cause), wish);
  co_await grant(work, account, std::move(wish), std::move(anew), std::move(told));
}

asio::awaitable<void> post_retry(Work& work, Account& account, core::Wish wish, core::Operation operation,
                                 core::Observation seen) {
  const auto restart = co_await account.client->retry(operation.action, *operation.operation_id);
  if (!restart) {
    co_await unanswered(work, account, restart.error());
    co_return;
  }
  co_await work.succeeded(account);
  if (!restart->restarted) {
    co_await refuse(work, account, std::move(wish), restart->refusal);
    co_return;
  }
  core::Operation anew = core::retried(std::move(operation), core::RetryStep::ask, seen, work.now());
  co_await begin_anew(work, account, std::move(wish), std::move(anew), "the cloud began it anew");
}

/// The status first: it tells whether an earlier try was carried out whose reply or record was lost.
asio::awaitable<void> retry(Work& work, Account& account, core::Wish wish, core::Operation operation) {
  if (auto why_not = core::why_no_retry(operation)) {
    co_await refuse(work, account, std::move(wish), std::move(*why_not));
    co_return;
  }
  const auto answer = co_await account.client->status(operation.action, *operation.operation_id);
  if (!answer && answer.error().kind == cloud::Failure::Kind::unknown_operation) {
    co_await refuse(work, account, std::move(wish), answer.error().what);
    co_return;
  }
  if (!answer) {
    co_await unanswered(work, account, answer.error());
    co_return;
  }
  co_await work.succeeded(account);
  const core::RetryStep step = core::next_step(operation, *answer);
  if (step == core::RetryStep::unclear) co_return try_later(work, account);
  if (step == core::RetryStep::ask) {
    co_await post_retry(work, account, std::move(wish), std::move(operation), *answer);
    co_return;
  }
  core::Operation anew = core::retried(std::move(operation), step, *answer, work.now());
  co_await begin_anew(work, account, std::move(wish), std::move(anew), "the cloud has begun it anew already");
}

asio::awaitable<void> adopt(Work& work, Account& account, core::Wish wish, core::Operation operation) {
  if (auto why_not = core::why_no_adoption(operation)) {
    co_await refuse(work, account, std::move(wish), std::move(*why_not));
    co_return;
  }
  const auto answer = co_await account.client->status(operation.action, *wish.operation_id);
  if (!answer && answer.error().kind == cloud::Failure::Kind::unknown_operation) {
    const std::string reason = "the cloud knows no " + std::string(core::word(operation.action)) +
                               " under this operationID: " + answer.error().what;
    co_await refuse(work, account, std::move(wish), reason);
    co_return;
  }
  if (!answer) {
    co_await unanswered(work, account, answer.error());
    co_return;
  }
  co_await work.succeeded(account);
  if (answer->operation_id != wish.operation_id) {
    co_await refuse(work, account, std::move(wish), "the cloud's answer is not about this operationID");
    co_return;
  }
  const core::Time sent_at = operation.intent_at;
  operation.absent_at.reset();
  core::Operation taken = accepted(work, std::move(operation), *wish.operation_id, sent_at, days_of(work, account));
  std::string cause = with_why("a person found it in the cloud, and its status call agrees", wish);
  co_await grant(work, account, std::move(wish), std::move(taken), std::move(cause));
}

/// A lost reply, or a kill before the record, leaves the wish open, and the window is set once more: to the same value,
/// which changes nothing. What other requests for it were made meanwhile is seen when this one is recorded: the newer
/// wish is carried out after it, so that the last word stands.
asio::awaitable<void> set_window(Work& work, Account& account, core::Wish wish) {
  const auto refusal = co_await account.client->set_window(wish.days.value_or(-1));
  if (!refusal) {
    co_await unanswered(work, account, refusal.error());
    co_return;
  }
  co_await work.succeeded(account);
  if (!refusal->empty()) {
    co_await refuse(work, account, std::move(wish), *refusal);
    co_return;
  }
  // The operations that wait learn it from their next status calls.
  const auto granted = co_await work.parts.store.grant_window(wish.number, work.now());
  if (!granted) {
    work.heed(granted.error());
    co_return try_later(work, account);
  }
  settled(account);
  work.parts.log.message(core::LogLevel::info, with_why("the cloud has taken it: " + core::in_words(wish), wish),
                         {{"account", account.settings.name}});
}

}  // namespace

asio::awaitable<void> carry_out(Work& work, Account& account, core::Wish wish) {
  if (wish.kind == core::Wish::Kind::window) {
    co_await set_window(work, account, std::move(wish));
    co_return;
  }
  auto operation = work.parts.store.operation(wish.operation.value_or(core::OperationNumber{}));
  if (!operation) {
    work.heed(operation.error());
    co_return try_later(work, account);
  }
  if (wish.kind == core::Wish::Kind::retry) {
    co_await retry(work, account, std::move(wish), std::move(*operation));
  } else {
    co_await adopt(work, account, std::move(wish), std::move(*operation));
  }
}

}  // namespace lethe::engine
