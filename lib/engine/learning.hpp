// How long operations take, learned from how they end.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/operation.hpp"
#include "engine/work.hpp"

namespace lethe::engine {

/// Notes in the operation how long the phase took that `next` ends, where that can be told; true: it was. At most once
/// a day a list of the cloud's is asked when exactly.
boost::asio::awaitable<bool> learn(Work& work, Account& account, core::Operation& operation, core::State next);

}  // namespace lethe::engine
