// What becomes of a submission whose answer was lost: it is looked up in the cloud's lists, and adopted, queued again
// or left to a person (core/matching.hpp decides).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/operation.hpp"
#include "engine/work.hpp"

namespace lethe::engine {

/// Nobody knows whether the cloud accepted the operation: from now on it is looked up.
boost::asio::awaitable<void> leave_unconfirmed(Work& work, core::Operation operation, std::string cause);

/// One look for an operation that is unconfirmed.
boost::asio::awaitable<void> look_up(Work& work, Account& account, core::Operation operation);

/// Before an account's first submission: the highest operationID that a list shows is noted, so that a lost submission
/// can be told from what was there before. False: nothing may be submitted yet.
boost::asio::awaitable<bool> know_highest(Work& work, Account& account);

}  // namespace lethe::engine
