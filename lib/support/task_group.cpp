#include "support/task_group.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace lethe::support {

/// Shared with the handlers of the tasks, so that one that ends late never finds it gone.
struct TaskGroup::State {
  State(boost::asio::any_io_executor on, std::function<void(std::exception_ptr)> hears)
      : executor(std::move(on)), failed(std::move(hears)), ended(executor) {
    ended.expires_at(boost::asio::steady_timer::time_point::max());
  }

  boost::asio::any_io_executor executor;
  std::function<void(std::exception_ptr)> failed;
  boost::asio::steady_timer ended;  ///< never expires; cancelled when the last task has ended
  std::size_t running = 0;
};

TaskGroup::TaskGroup(boost::asio::any_io_executor executor, std::function<void(std::exception_ptr)> failed)
    : state_(std::make_shared<State>(std::move(executor), std::move(failed))) {}

TaskGroup::~TaskGroup() = default;

void TaskGroup::spawn(boost::asio::awaitable<void> task) {
  ++state_->running;
  auto on_end = [state = state_](const std::exception_ptr& exception) {
    if (--state->running == 0) state->ended.cancel();
    if (exception && state->failed) state->failed(exception);
  };
  boost::asio::co_spawn(state_->executor, std::move(task), std::move(on_end));
}

std::size_t TaskGroup::running() const {
  return state_->running;
}

boost::asio::awaitable<void> TaskGroup::join() {
  const std::shared_ptr<State> state = state_;
  while (state->running > 0) {
    co_await state->ended.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
}

}  // namespace lethe::support
