// The contacts of a job leave the store and accepted/ when it has ended and privacy.keep_contacts is over; the index by
// which they are found afterwards is made before.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/work.hpp"

namespace lethe::engine {

/// What the dispatcher remembers between two looks; what must survive a stop is in the store.
struct Erasure {
  bool running = false;
  core::Time not_before;      ///< somebody read what was to go, or a write failed
  core::Time files_again_at;  ///< files that couldn't be erased with their job are tried again
};

/// When erase() has something to do (contacts to index are always due); now or earlier: at once.
core::Time next_erasure(Work& work, const Erasure& erasure);

/// Indexes what the cloud has accepted, and erases all that is due, a few jobs at a time. An ended job's operations are
/// final, so none of them is ever queued again and needs its contacts.
boost::asio::awaitable<void> erase(Work& work, Erasure& erasure);

}  // namespace lethe::engine
