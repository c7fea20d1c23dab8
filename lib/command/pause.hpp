// `lethe pause` and `lethe resume`: whether anything new of an account is submitted.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "command/failure.hpp"
#include "command/spoken.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::command {

/// As JSON {account, state, why}. Exit status 3: no such account is configured.
boost::asio::awaitable<Outcome<Spoken>> pause(store::Store& store, const core::Settings& settings, std::string account,
                                              std::string why, core::Time now);
boost::asio::awaitable<Outcome<Spoken>> resume(store::Store& store, const core::Settings& settings,
                                               std::string account);

}  // namespace lethe::command
