// Which calls of an account start now, in the order of their classes, and a task for each.
#pragma once

#include <memory>

#include "engine/work.hpp"
#include "support/clock.hpp"
#include "support/task_group.hpp"

namespace lethe::engine {

/// How far ahead the store is asked for what comes due; it is looked at again by then at the latest.
inline constexpr core::Duration look_ahead = std::chrono::hours{1};

class Dispatcher {
 public:
  /// The timer is woken when a call has ended: what waited for it may start then. All three outlive the tasks.
  Dispatcher(Work& work, support::TaskGroup& tasks, support::Timer& timer);
  ~Dispatcher();
  /// Starts what can start now and returns when to look again.
  core::Time dispatch(Account& account);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lethe::engine
