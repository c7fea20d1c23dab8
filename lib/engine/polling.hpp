// One status call of one operation, and what its answer changes.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/operation.hpp"
#include "engine/work.hpp"

namespace lethe::engine {

/// Asks, decides, records. A failure of the network or of the server never moves the operation: it is asked again by
/// the schedule.
boost::asio::awaitable<void> poll(Work& work, Account& account, core::Operation operation);

/// An operation that was accepted at `at`, as it is to be recorded: its window, its first poll.
core::Operation accepted(const Work& work, core::Operation operation, core::OperationId id, core::Time at,
                         std::optional<int> account_days);

/// An operation that begins anew, with the window and the first poll that follow.
core::Operation begun_anew(const Work& work, core::Operation operation, std::optional<int> account_days);

}  // namespace lethe::engine
