// `lethe settings`: the restore window of an account, as a wish that the daemon carries out.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "command/failure.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "core/wish.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct WindowView {
  std::string account;
  std::optional<int> known_days;    ///< the last that the cloud told or took; -1: none
  std::optional<core::Wish> asked;  ///< the newest wish about it
};

/// What is known and what was asked for. Exit status 3: no such account is configured.
Outcome<WindowView> window_view(store::Store& store, const core::Settings& settings, const std::string& account);

/// Exit status 2, with the reason: the cloud knows no such window.
Outcome<void> check_days(int days);

struct WindowRequest {
  std::string account;
  int days = -1;
  std::string why;
  bool confirmed = false;  ///< --yes; without it, exit status 2 and a line for all that would change
};

/// Makes the wish.
boost::asio::awaitable<Outcome<WindowView>> ask_for_window(store::Store& store, const core::Settings& settings,
                                                           WindowRequest request, core::Time now);

std::string window_text(const WindowView& view);
/// {account, suppression_days, asked: {suppression_days, why, made_at, settled_at, refusal}}
std::string window_json(const WindowView& view);

}  // namespace lethe::command
