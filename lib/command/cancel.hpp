// `lethe cancel`: what of a job isn't sent never is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "command/failure.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::command {

/// Exit status 3: no such job. 1: nothing is left to cancel, since all of it was sent or it has ended otherwise.
boost::asio::awaitable<Outcome<store::Cancellation>> cancel(store::Store& store, std::string job, std::string why,
                                                            core::Time now);

std::string cancel_text(const store::Cancellation& cancellation);
/// {id, state, cancelled, sent, operations}
std::string cancel_json(const store::Cancellation& cancellation);

}  // namespace lethe::command
