#include "engine/work.hpp"

#include <algorithm>
#include <utility>

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;

namespace {

/// What a person does about it; the line with what was seen goes before.
std::string remedy_of(const cloud::Failure& failure) {
  using Kind = cloud::Failure::Kind;
  if (failure.kind == Kind::secret) return "; mend it: it is read again within a minute";
  if (failure.kind == Kind::forbidden && !failure.request_sent) return "; mend auth_url, or what stands before it";
  if (failure.kind == Kind::forbidden) return "; mend the installed package's scopes and access, or the addresses";
  if (failure.request_sent) return "; see that the package may use this business unit (account_id)";
  return "; correct the client secret (it is read again within a minute), or client_id and account_id and reload";
}

core::Duration wait_of(const cloud::Failure& failure) {
  const core::Duration asked = failure.retry_after.value_or(core::Duration::zero());
  return asked > core::Duration::zero() ? asked : core::wait_unasked(failure.http_status);
}

}  // namespace

bool is_the_stores_fault(const store::Error& error) {
  return error.kind != store::Error::Kind::stale && error.kind != store::Error::Kind::not_found &&
         error.kind != store::Error::Kind::duplicate;
}

asio::awaitable<void> Work::sleep(core::Duration duration) const {
  const auto timer = parts.clock.make_timer(parts.executor);
  co_await timer->wait_until(now() + duration);
}

void Work::heed(const store::Error& error) {
  if (!is_the_stores_fault(error)) {
    parts.log.message(LogLevel::warning, error.what);
    return;
  }
  if (!std::exchange(store_failing, true)) {
    parts.log.message(LogLevel::error,
                      "the store can't be written; nothing is submitted or polled until it can: " + error.what);
  }
}

void Work::store_works() {
  if (std::exchange(store_failing, false)) parts.log.message(LogLevel::info, "the store can be written again");
}

asio::awaitable<store::Result<core::Operation>> Work::record_surely(core::Operation operation, std::string cause,
                                                                    std::optional<core::Wish> wish) {
  auto recorded = co_await surely([this, &operation, &cause, &wish, at = now()] {
    return wish ? parts.store.record_and_wish(operation, at, cause, *wish) : parts.store.record(operation, at, cause);
  });
  if (!recorded) {
    parts.log.message(LogLevel::error, "a change of an operation could not be recorded",
                      {{"operation", std::to_string(operation.number.value)},
                       {"operation_id", operation.operation_id ? std::to_string(operation.operation_id->value) : ""},
                       {"to", std::string(core::word(operation.state))},
                       {"cause", cause},
                       {"why", recorded.error().what}});
  }
  co_return recorded;
}

asio::awaitable<void> Work::succeeded(Account& account) {
  if (account.failures_in_a_row > 0) {
    parts.log.message(LogLevel::info, "the cloud answers again",
                      {{"account", account.settings.name}, {"failures", std::to_string(account.failures_in_a_row)}});
  }
  account.failures_in_a_row = 0;
  account.circuit = {};
  const bool asked_to_wait = account.asked_to_wait(now());
  const bool blocked = account.blocked_until && core::still_waits(*account.blocked_until, now());
  if (!asked_to_wait) account.exhausted_in_a_row = 0;
  if (account.held && !asked_to_wait && !blocked) co_await release(account);
}

asio::awaitable<void> Work::failed(Account& account, cloud::Failure failure) {
  using Kind = cloud::Failure::Kind;
  if (failure.kind == Kind::held_back) co_return;  // nothing was asked
  if (++account.failures_in_a_row == 1) {
    parts.log.message(LogLevel::warning, failure.what, {{"account", account.settings.name}});
  }
  switch (failure.kind) {
    case Kind::credentials:
    case Kind::secret:
    case Kind::forbidden:
      account.token_refused = failure.kind != Kind::forbidden && !failure.request_sent;
      co_await hold(account, core::AccountState::blocked, failure.what + remedy_of(failure), probe_interval);
      break;
    case Kind::throttled:
      co_await hold(account, core::AccountState::waiting, failure.what, wait_of(failure));
      break;
    case Kind::exhausted:
      co_await pause_exhausted(account, failure.what);
      break;
    case Kind::rationed:  // not the cloud's wish: a restart, or a reload with another secret, may try at once
    case Kind::unreachable:
    case Kind::server:
    case Kind::contract:
      account.failing_with = failure.kind == Kind::rationed
                                 ? failure.what
                                 : "the network or the cloud fails (" + failure.what + "): one call at a time is tried";
      account.circuit = core::after_failure(account.circuit, parts.store.instance(), account.settings.name,
                                            failure.retry_after, now());
      break;
    case Kind::unknown_operation:
    case Kind::missing:
      account.circuit = {};  // the cloud works: it has said so
      break;
    case Kind::held_back:
      break;
  }
  const auto noted = co_await parts.store.note_error(account.settings.name, std::move(failure.what), now());
  if (!noted) heed(noted.error());
}

asio::awaitable<void> Work::pause_exhausted(Account& account, std::string why) {
  // Calls that were under way together hear it together.
  if (account.asked_to_wait(now()) && account.exhausted_in_a_row > 0) co_return;
  const core::Duration pause = core::pause_when_exhausted(++account.exhausted_in_a_row);
  parts.log.message(
      LogLevel::error,
      "the cloud says that the account has sent more requests than it may: nothing is asked for " +
          core::in_words(pause),
      {{"account", account.settings.name}, {"times_in_a_row", std::to_string(account.exhausted_in_a_row)}});
  co_await hold(account, core::AccountState::waiting, std::move(why), pause);
}

asio::awaitable<void> Work::hold(Account& account, core::AccountState state, std::string why, core::Duration duration) {
  core::Time until = now() + duration;
  const bool blocked = state == core::AccountState::blocked;
  const bool waits = account.asked_to_wait(now());
  // A shorter wait that another call heard doesn't end the longer one.
  if (!blocked && waits) until = std::max(until, *account.asked_to_wait_until);
  parts.log.message(blocked ? LogLevel::error : LogLevel::warning,
                    blocked ? "the account is blocked: " + why : "the account waits: " + why,
                    {{"account", account.settings.name}, {"until", core::rfc3339(until)}});
  account.held = true;
  if (blocked) {
    account.blocked_until = until;
    account.blocked_why = why;
  } else {
    account.asked_to_wait_until = until;
  }
  // Of both the wait is recorded, since a restart and commands know of it from there alone; the block when it is over.
  account.block_unrecorded = account.blocked_until.has_value() && (waits || !blocked);
  if (blocked && waits) co_return;
  const auto held = co_await parts.store.set_account_state(account.settings.name, state, why, until);
  if (!held) heed(held.error());
}

asio::awaitable<void> Work::record_block(Account& account) {
  if (!account.block_unrecorded || !account.blocked_until) co_return;
  account.block_unrecorded = false;
  const auto recorded = co_await parts.store.set_account_state(account.settings.name, core::AccountState::blocked,
                                                               account.blocked_why, account.blocked_until);
  if (!recorded) heed(recorded.error());
}

asio::awaitable<void> Work::release(Account& account) {
  account.held = false;
  account.blocked_until.reset();
  account.block_unrecorded = false;
  account.token_refused = false;
  const auto known = parts.store.account(account.settings.name);
  if (!known) co_return heed(known.error());
  // A person may have paused it meanwhile.
  if (known->state != core::AccountState::waiting && known->state != core::AccountState::blocked) co_return;
  parts.log.message(LogLevel::info, "the account is ready again", {{"account", account.settings.name}});
  const auto ready = co_await parts.store.set_account_state(account.settings.name, core::AccountState::ready, "", {});
  if (!ready) heed(ready.error());
}

}  // namespace lethe::engine
