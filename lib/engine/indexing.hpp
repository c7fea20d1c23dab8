// The index by which `lethe find` knows a contact after its erasure, and the contacts that two open jobs share.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/work.hpp"

namespace lethe::engine {

/// Is there an operation to be indexed?
bool has_to_index(Work& work);

/// Indexes every operation that the cloud has accepted, a few contacts a turn of the loop, and looks each one's
/// contacts up in the operations that run already. False: something failed; it is to be tried again later.
boost::asio::awaitable<bool> index_accepted(Work& work);

/// What is to be done before a job's contacts are erased: the index of those that no operation took, or, without an
/// index, the note that there is none. False: it failed, and the contacts must stay.
boost::asio::awaitable<bool> index_rest(Work& work, core::Job job);

}  // namespace lethe::engine
