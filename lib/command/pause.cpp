#include "command/pause.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "command/reason.hpp"

namespace lethe::command {
namespace {

std::optional<Failure> unknown(const core::Settings& settings, const std::string& account) {
  if (core::find_account(settings, account) != nullptr) return std::nullopt;
  return failure(ExitStatus::unknown_name, fmt::format("no account {} in {}", account, settings.file.string()));
}

}  // namespace

boost::asio::awaitable<Outcome<std::string>> pause(store::Store& store, const core::Settings& settings,
                                                   std::string account, std::string why, core::Time now) {
  if (auto refused = unknown(settings, account)) co_return std::unexpected(std::move(*refused));
  if (auto checked = check_reason(why); !checked) co_return std::unexpected(std::move(checked.error()));
  const auto paused = co_await store.pause(account, now, std::move(why));
  if (!paused) co_return std::unexpected(failure(paused.error()));
  co_return fmt::format(
      "account {0} is paused: nothing new of it is submitted, and what was sent is followed on; `lethe resume {0}` "
      "ends it\n",
      account);
}

boost::asio::awaitable<Outcome<std::string>> resume(store::Store& store, const core::Settings& settings,
                                                    std::string account) {
  if (auto refused = unknown(settings, account)) co_return std::unexpected(std::move(*refused));
  const auto record = store.account(account);
  if (!record) co_return std::unexpected(failure(record.error()));
  if (!record->paused_at && record->state != core::AccountState::paused)
    co_return fmt::format("account {} isn't paused\n", account);
  const auto resumed = co_await store.resume(account);
  if (!resumed) co_return std::unexpected(failure(resumed.error()));
  co_return fmt::format("account {} is no longer paused\n", account);
}

}  // namespace lethe::command
