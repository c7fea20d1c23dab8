// The sweep of an account (`sweep = true`): the cloud's list of requests is read when core::sweep_gap says so, and what
// changed in it is asked about. Nothing here moves an operation; a list that can't be relied on is left alone for a
// day.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/time.hpp"
#include "engine/work.hpp"

namespace lethe::engine {

/// When the sweep has something to do next; Time::max(): never, as things stand. Says in `work` whether the account's
/// operations are left to the list now.
core::Time next_sweep(Work& work, Account& account);

/// One look: at the list, or at the operation where only one is at risk. What it shows to be asked about is due now.
/// Where the account is no longer to be swept: its operations go back to the ordinary schedule.
boost::asio::awaitable<void> sweep(Work& work, Account& account);

}  // namespace lethe::engine
