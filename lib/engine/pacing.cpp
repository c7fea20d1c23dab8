#include "engine/pacing.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/backoff.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;
using core::Time;
using Hindrance = core::Leave::Hindrance;

namespace {

/// How soon a corrected secret is noticed.
constexpr core::Duration secret_look_interval = std::chrono::minutes{1};

/// What the store has counted (commands count there too), and what isn't there yet.
core::Spending spending_of(const Work& work, const Account& account) {
  core::Spending spending;
  spending.day = core::utc_day(work.now());
  spending.requests = account.uncounted_requests + account.counting_requests;
  spending.calls = account.calls;
  const auto known = work.parts.store.account(account.settings.name);
  if (known && known->requests_day == spending.day) spending.requests += known->requests;
  return spending;
}

/// The cloud has failed or refused lately, and nobody knows yet whether it works again.
bool in_doubt(const Account& account) {
  return account.held || account.circuit.failures > 0;
}

store::Hindrance hindrance_of(const Work& work, const Account& account, Time now) {
  if (account.exhausted_in_a_row > 0 && account.asked_to_wait(now)) {
    return {.why =
                "the cloud says that the account has sent more requests than it may (429, 50200): see who else uses "
                "the package's account, or lower requests_per_day",
            .until = account.asked_to_wait_until,
            .alarm = true};
  }
  if (account.circuit.failures > 0) {
    return {.why = account.failing_with, .until = core::open_until(account.circuit, now), .alarm = false};
  }
  if (account.refused.hindrance == Hindrance::budget) {
    return {.why = account.refused.why, .until = account.refused.not_before, .alarm = false};
  }
  if (account.refused.hindrance == Hindrance::pace && account.crowded) {
    const auto apart = core::time_between_polls(account.settings, spending_of(work, account), now);
    return {.why = account.refused.why + (apart ? ", about one each " + core::in_words(*apart) : ""),
            .until = std::nullopt,
            .alarm = false};
  }
  return {};
}

}  // namespace

std::optional<Time> barred(const Work& work, const Account& account, Time now) {
  if (account.asked_to_wait(now)) return account.asked_to_wait_until;
  if (account.blocked_until && core::still_waits(*account.blocked_until, now)) {
    if (!account.token_refused) return account.blocked_until;
    if (!account.client->credentials_mended()) return std::min(*account.blocked_until, now + secret_look_interval);
  }
  if (const auto open = core::open_until(account.circuit, now)) return open;
  if (in_doubt(account) && account.trying) return Time::max();
  if (work.stopping) return Time::max();
  return std::nullopt;
}

core::Leave ask_leave(const Work& work, Account& account, core::CallClass wanted, Time now) {
  core::Leave leave;
  if (const auto until = barred(work, account, now)) {
    leave.hindrance = Hindrance::in_flight;
    if (*until != Time::max()) leave.not_before = until;
    return leave;
  }
  leave = core::may_start(account.settings, spending_of(work, account), account.pace, wanted, now);
  if (leave.hindrance == Hindrance::budget || leave.hindrance == Hindrance::pace) account.refused = leave;
  return leave;
}

Call begin_call(const Work& work, Account& account, core::CallClass wanted) {
  const Time now = work.now();
  account.pace = core::after_start(account.settings, spending_of(work, account), account.pace, wanted, now);
  ++account.calls;
  const Call call{.tries = in_doubt(account)};
  account.trying = account.trying || call.tries;
  return call;
}

void end_call(Account& account, Call call) {
  --account.calls;
  if (call.tries) account.trying = false;
}

std::string held_back(const Work& work, const Account& account) {
  const Time now = work.now();
  if (work.stopping) return "the daemon stops, or takes another configuration";
  if (account.asked_to_wait(now)) {
    return "the account waits until " + core::rfc3339(*account.asked_to_wait_until);
  }
  if (!core::may_request(account.settings, spending_of(work, account), core::CallClass::reconcile, now)) {
    return "requests_per_day, which is " + std::to_string(account.settings.requests_per_day) + ", is used up";
  }
  return {};
}

bool may_read_on(const Work& work, const Account& account) {
  return core::may_request(account.settings, spending_of(work, account), core::CallClass::flip, work.now());
}

asio::awaitable<void> count_requests(Work& work, Account& account) {
  const std::int64_t count = std::exchange(account.uncounted_requests, 0);
  if (count == 0) co_return;
  account.counting_requests += count;
  const std::int64_t day = core::utc_day(work.now());
  const auto noted = co_await work.parts.store.note_requests(account.settings.name, day, count);
  account.counting_requests -= count;
  if (noted) co_return;
  account.uncounted_requests += count;
  work.heed(noted.error());
}

asio::awaitable<void> tell_hindrance(Work& work, Account& account) {
  store::Hindrance hindrance = hindrance_of(work, account, work.now());
  if (hindrance == account.told_hindrance) co_return;
  const bool used_up = account.refused.hindrance == Hindrance::budget && hindrance.why == account.refused.why;
  if (used_up && account.told_budget_of != core::utc_day(work.now())) {
    account.told_budget_of = core::utc_day(work.now());
    work.parts.log.message(LogLevel::warning, "the day's budget of requests is used up: " + hindrance.why,
                           {{"account", account.settings.name}, {"until", core::rfc3339(*hindrance.until)}});
  }
  account.told_hindrance = hindrance;
  const auto noted = co_await work.parts.store.note_hindrance(account.settings.name, std::move(hindrance));
  if (!noted) work.heed(noted.error());
}

}  // namespace lethe::engine
