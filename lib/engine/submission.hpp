// From what waits to an operation in the cloud's hands: the intent is on disk before a byte leaves.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/work.hpp"

namespace lethe::engine {

/// Forms and submits the account's next operation, where there is one; admission has let it go.
boost::asio::awaitable<void> submit_next(Work& work, Account& account);

/// What an earlier stop left in `submitting`: nobody knows whether it was accepted, so it becomes `unconfirmed`
/// and is looked up.
boost::asio::awaitable<void> settle_interrupted(Work& work, Account& account);

}  // namespace lethe::engine
