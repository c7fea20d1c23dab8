#include "command/pause.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "command/known_account.hpp"
#include "command/reason.hpp"

namespace lethe::command {
namespace {

std::string account_json(const std::string& account, core::AccountState state, const std::string& why) {
  boost::json::object entry;
  entry["account"] = account;
  entry["state"] = word(state);
  entry["why"] = why;
  return boost::json::serialize(entry);
}

}  // namespace

boost::asio::awaitable<Outcome<Spoken>> pause(store::Store& store, const core::Settings& settings, std::string account,
                                              std::string why, core::Time now) {
  if (auto known = known_account(settings, account); !known) co_return std::unexpected(std::move(known.error()));
  if (auto checked = check_reason(why); !checked) co_return std::unexpected(std::move(checked.error()));
  const auto paused = co_await store.pause(account, now, why);
  if (!paused) co_return std::unexpected(failure(paused.error()));
  auto text = fmt::format(
      "account {0} is paused: nothing new of it is submitted, and what was sent is followed on; `lethe resume {0}` "
      "ends it\n",
      account);
  co_return Spoken{.text = std::move(text), .json = account_json(account, core::AccountState::paused, why)};
}

boost::asio::awaitable<Outcome<Spoken>> resume(store::Store& store, const core::Settings& settings,
                                               std::string account) {
  if (auto known = known_account(settings, account); !known) co_return std::unexpected(std::move(known.error()));
  const auto record = store.account(account);
  if (!record) co_return std::unexpected(failure(record.error()));
  const bool paused = record->paused_at.has_value();
  if (paused) {
    const auto resumed = co_await store.resume(account);
    if (!resumed) co_return std::unexpected(failure(resumed.error()));
  }
  const auto now = store.account(account);
  if (!now) co_return std::unexpected(failure(now.error()));
  auto text = fmt::format("account {} {}\n", account, paused ? "is no longer paused" : "isn't paused");
  co_return Spoken{.text = std::move(text), .json = account_json(account, now->state, now->why)};
}

}  // namespace lethe::command
