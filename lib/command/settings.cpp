#include "command/settings.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "command/json_time.hpp"
#include "command/known_account.hpp"
#include "command/reason.hpp"
#include "report/words.hpp"

namespace lethe::command {
namespace {

std::string known_in_words(const std::optional<int>& days) {
  return days ? core::window_in_words(*days) : "a restore window that isn't known yet";
}

/// Says all of it, since nobody can take it back for contacts that are deleted sooner.
Failure not_confirmed(const WindowView& view, const WindowRequest& request, std::int64_t open) {
  const auto line = fmt::format(
      "account {} would get {} instead of {}, for everybody who deletes contacts there, and for operations that wait "
      "already, {} of Lethe's among them; nothing was done, say it again with --yes",
      view.account, core::window_in_words(request.days), known_in_words(view.known_days), open);
  return failure(ExitStatus::usage, line);
}

std::string asked_in_words(const core::Wish& wish) {
  if (!wish.settled_at) return "the daemon has yet to do it";
  const auto at = core::rfc3339(*wish.settled_at);
  if (!wish.refusal.empty()) return fmt::format("refused at {}: {}", at, report::printable(wish.refusal));
  return fmt::format("the cloud took it at {}", at);
}

}  // namespace

Outcome<WindowView> window_view(store::Store& store, const core::Settings& settings, const std::string& account) {
  if (auto known = known_account(settings, account); !known) return std::unexpected(std::move(known.error()));
  const auto record = store.account(account);
  if (!record) return std::unexpected(failure(record.error()));
  auto wish = store.newest_window_wish(account);
  if (!wish) return std::unexpected(failure(wish.error()));
  return WindowView{.account = account, .known_days = record->restorable_days, .asked = std::move(*wish)};
}

Outcome<void> check_days(int days) {
  if (days == -1 || days > 0) return {};
  return std::unexpected(failure(
      ExitStatus::usage, fmt::format("--suppression-days: {} means nothing to the cloud; give -1 for no window, or the "
                                     "days, from 1 on",
                                     days)));
}

boost::asio::awaitable<Outcome<WindowView>> ask_for_window(store::Store& store, const core::Settings& settings,
                                                           WindowRequest request, core::Time now) {
  if (auto checked = check_days(request.days); !checked) co_return std::unexpected(std::move(checked.error()));
  if (auto checked = check_reason(request.why); !checked) co_return std::unexpected(std::move(checked.error()));
  auto view = window_view(store, settings, request.account);
  if (!view) co_return std::unexpected(std::move(view.error()));
  if (!request.confirmed) {
    const auto counts = store.counts(request.account);
    if (!counts) co_return std::unexpected(failure(counts.error()));
    co_return std::unexpected(not_confirmed(*view, request, counts->suppressing + counts->deleting));
  }
  auto wish = co_await store.wish_window(request.account, request.days, request.why, now);
  if (!wish) co_return std::unexpected(failure(wish.error()));
  view->asked = std::move(*wish);
  co_return std::move(*view);
}

std::string window_text(const WindowView& view) {
  auto text = fmt::format("account {} has {}\n", view.account, known_in_words(view.known_days));
  if (view.asked) {
    const auto& wish = *view.asked;
    text +=
        fmt::format("asked for at {}: {}{}; {}\n", core::rfc3339(wish.made_at), core::in_words(wish),
                    wish.why.empty() ? "" : fmt::format(" ({})", report::printable(wish.why)), asked_in_words(wish));
  }
  return text;
}

std::string window_json(const WindowView& view) {
  boost::json::object entry;
  entry["account"] = view.account;
  entry["suppression_days"] = view.known_days ? boost::json::value(*view.known_days) : nullptr;
  entry["asked"] = nullptr;
  if (view.asked) {
    boost::json::object asked;
    asked["suppression_days"] = view.asked->days.value_or(-1);
    asked["why"] = view.asked->why;
    asked["made_at"] = core::rfc3339(view.asked->made_at);
    asked["settled_at"] = json_time(view.asked->settled_at);
    asked["refusal"] = view.asked->refusal;
    entry["asked"] = std::move(asked);
  }
  return boost::json::serialize(entry);
}

}  // namespace lethe::command
