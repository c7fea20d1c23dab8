#include "engine/work.hpp"

#include <algorithm>
#include <utility>

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;

namespace {

constexpr core::Duration first_quiet = std::chrono::seconds{30};
constexpr core::Duration longest_quiet = std::chrono::minutes{15};

core::Duration quiet_after(int failures) {
  core::Duration quiet = first_quiet;
  for (int i = 1; i < failures && quiet < longest_quiet; ++i) quiet *= 2;
  return std::min(quiet, longest_quiet);
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
  account.quiet_until.reset();
  const bool asked_to_wait = account.asked_to_wait_until && *account.asked_to_wait_until > now();
  if (account.held && !asked_to_wait) co_await release(account);
}

asio::awaitable<void> Work::failed(Account& account, cloud::Failure failure) {
  ++account.failures_in_a_row;
  account.quiet_until = now() + quiet_after(account.failures_in_a_row);
  if (account.failures_in_a_row == 1) {
    parts.log.message(LogLevel::warning, failure.what, {{"account", account.settings.name}});
  }
  const auto noted = co_await parts.store.note_error(account.settings.name, failure.what, now());
  if (!noted) heed(noted.error());

  using Kind = cloud::Failure::Kind;
  switch (failure.kind) {
    case Kind::credentials:
    case Kind::secret:
    case Kind::forbidden:
      co_await hold(account, core::AccountState::blocked, failure.what, probe_interval);
      break;
    case Kind::throttled:
      co_await hold(account, core::AccountState::waiting, failure.what,
                    failure.retry_after.value_or(std::chrono::minutes{30}));
      break;
    case Kind::unreachable:
    case Kind::server:
    case Kind::contract:
    case Kind::unknown_operation:
    case Kind::missing:
      break;
  }
}

asio::awaitable<void> Work::hold(Account& account, core::AccountState state, std::string why, core::Duration duration) {
  const core::Time until = now() + duration;
  const bool blocked = state == core::AccountState::blocked;
  parts.log.message(blocked ? LogLevel::error : LogLevel::warning,
                    blocked ? "the account is blocked: " + why : "the account waits: " + why,
                    {{"account", account.settings.name}, {"until", core::rfc3339(until)}});
  account.held = true;
  if (!blocked) account.asked_to_wait_until = std::max(account.asked_to_wait_until.value_or(until), until);
  const auto held = co_await parts.store.set_account_state(account.settings.name, state, why, until);
  if (!held) heed(held.error());
}

asio::awaitable<void> Work::release(Account& account) {
  account.held = false;
  const auto known = parts.store.account(account.settings.name);
  if (!known) co_return heed(known.error());
  // A person may have paused it meanwhile.
  if (known->state != core::AccountState::waiting && known->state != core::AccountState::blocked) co_return;
  parts.log.message(LogLevel::info, "the account is ready again", {{"account", account.settings.name}});
  const auto ready = co_await parts.store.set_account_state(account.settings.name, core::AccountState::ready, "", {});
  if (!ready) heed(ready.error());
}

}  // namespace lethe::engine
