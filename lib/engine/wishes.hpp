// What a person asked for that calls the cloud, carried out once: through failures, stops and kills.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/wish.hpp"
#include "engine/work.hpp"

namespace lethe::engine {

/// Asks the cloud and settles the wish by its answer: carried out together with the change of the operation, or refused
/// with the reason. While there is no clear answer it stays open, and is tried again later.
boost::asio::awaitable<void> carry_out(Work& work, Account& account, core::Wish wish);

}  // namespace lethe::engine
