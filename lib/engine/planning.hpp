// When each operation is asked about next, and what one operation's news changes for the others of its account.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "core/operation.hpp"
#include "engine/work.hpp"

namespace lethe::engine {

/// The account's history as the store has it, at the beginning and after each duration that was learned.
void load_history(Work& work, const std::string& account);
/// None where the account is no longer configured.
const core::History& history_of(const Work& work, const std::string& account);

/// Sets when the operation is asked about next, as it stands now.
void plan(const Work& work, core::Operation& operation);
/// The same by the ordinary schedule, even where a list is swept: after a call without an answer.
void plan_without_list(const Work& work, core::Operation& operation);

/// The window as the answer says it: an administrator can change it while operations wait. The value where it is news
/// of the cloud's.
std::optional<int> learn_window(core::Operation& operation, const core::Observation& observation, core::Time now);

/// Notes the account's window. Where the account had another one, all it has in the cloud's hands gets the window and
/// the due time that follow, piece by piece; what a stop leaves out learns it from its own next poll.
boost::asio::awaitable<void> take_window(Work& work, std::string account, int days);

/// After an operation left suppression, and at the beginning: those behind what has left move up.
boost::asio::awaitable<void> move_up(Work& work, std::string account);

/// After an operation's background delete ended: those submitted within minutes of it are asked about next.
boost::asio::awaitable<void> pull_neighbours(Work& work, core::Operation ended);

}  // namespace lethe::engine
