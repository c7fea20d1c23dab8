// Whether the calls of an account may start: what the cloud asked for, a block, the circuit, the day's budget and the
// pace of polls, in this order. Every call of the cloud begins and ends here.
#pragma once

#include <optional>
#include <string>

#include "core/budget.hpp"
#include "engine/work.hpp"

namespace lethe::engine {

/// Until when no call of the account starts at all; absent: calls may. Time::max(): until the call that tries whether
/// the cloud answers again has ended.
std::optional<core::Time> barred(const Work& work, const Account& account, core::Time now);

/// Whether a call of this class may start; what hinders one that is due is kept for `lethe status`.
core::Leave ask_leave(const Work& work, Account& account, core::CallClass wanted, core::Time now);

/// A call under way. Where the account was failing or held, it is the one that tries.
struct Call {
  bool tries = false;
};
Call begin_call(const Work& work, Account& account, core::CallClass wanted);
void end_call(Account& account, Call call);

/// For the client, asked before each request: why it may not be made now; empty: it may. No request passes the day's
/// budget, and none begins while the cloud has asked to wait or once the daemon stops, whatever call it belongs to.
std::string held_back(const Work& work, const Account& account);

/// Whether a poll of many pages may ask for one more: it leaves to submissions what is kept for them.
bool may_read_on(const Work& work, const Account& account);

/// Requests that were made and aren't counted in the store yet are noted there; nobody waits for it, so a kill forgets
/// those of the last second.
boost::asio::awaitable<void> count_requests(Work& work, Account& account);

/// Writes down what keeps the account's calls back, where that has changed, and logs what a person should know.
boost::asio::awaitable<void> tell_hindrance(Work& work, Account& account);

}  // namespace lethe::engine
