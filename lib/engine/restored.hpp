// The first run on a restored copy: what the cloud has that the store has forgotten.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/work.hpp"

namespace lethe::engine {

/// Logs the account's operations that the cloud lists above the highest one known, for who decides on what is held.
boost::asio::awaitable<void> tell_forgotten(Work& work, Account& account, core::Time copied_at);

}  // namespace lethe::engine
