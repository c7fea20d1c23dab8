// The one place that spawns: tasks that are counted, joined at the end, and whose exceptions are not lost.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace lethe::support {

class TaskGroup {
 public:
  /// `failed` hears of an exception that left a task: a bug, so the owner stops.
  TaskGroup(boost::asio::any_io_executor executor, std::function<void(std::exception_ptr)> failed);
  ~TaskGroup();  ///< all tasks have ended by then
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  void spawn(boost::asio::awaitable<void> task);
  std::size_t running() const;
  /// Returns when no task runs any more.
  boost::asio::awaitable<void> join();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lethe::support
