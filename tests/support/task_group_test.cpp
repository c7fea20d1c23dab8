#include "support/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace lethe::support {
namespace {

namespace asio = boost::asio;

/// Opened by the test; tasks wait for it.
class Gate {
 public:
  explicit Gate(asio::any_io_executor executor) : timer_(executor, asio::steady_timer::time_point::max()) {}
  asio::awaitable<void> wait() { co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable)); }
  void open() { timer_.cancel(); }

 private:
  asio::steady_timer timer_;
};

class Tasks : public testing::Test {
 protected:
  void note_failure(std::exception_ptr exception) {
    try {
      std::rethrow_exception(exception);
    } catch (const std::exception& what) {
      failures_.emplace_back(what.what());
    }
    if (on_failure_) on_failure_();
  }

  /// Runs join() beside the tasks and notes when it returned.
  void join() {
    asio::co_spawn(context_, joined(), [](std::exception_ptr exception) {
      if (exception) std::rethrow_exception(exception);
    });
  }
  asio::awaitable<void> joined() {
    co_await group_->join();
    joined_ = true;
  }

  asio::awaitable<void> pass(Gate& gate) {
    co_await gate.wait();
    ++ended_;
  }
  asio::awaitable<void> end_at_once() {
    ++ended_;
    co_return;
  }
  asio::awaitable<void> fail(std::string why) {
    co_await asio::post(context_, asio::use_awaitable);
    throw std::runtime_error(why);
  }

  /// Everything that can happen now.
  void settle() {
    context_.restart();
    context_.poll();
  }

  asio::io_context context_;
  std::vector<std::string> failures_;
  std::function<void()> on_failure_;
  int ended_ = 0;
  bool joined_ = false;
  std::optional<TaskGroup> group_{std::in_place, context_.get_executor(),
                                  [this](std::exception_ptr exception) { note_failure(exception); }};
};

TEST_F(Tasks, join_of_none_returns) {
  join();
  settle();
  EXPECT_TRUE(joined_);
}

TEST_F(Tasks, join_waits_for_the_last) {
  Gate first(context_.get_executor());
  Gate second(context_.get_executor());
  group_->spawn(pass(first));
  group_->spawn(pass(second));
  group_->spawn(end_at_once());
  join();
  settle();
  EXPECT_EQ(group_->running(), 2U);
  EXPECT_FALSE(joined_);
  second.open();
  settle();
  EXPECT_EQ(group_->running(), 1U);
  EXPECT_FALSE(joined_);
  first.open();
  settle();
  EXPECT_EQ(group_->running(), 0U);
  EXPECT_TRUE(joined_);
  EXPECT_EQ(ended_, 3);
  EXPECT_TRUE(failures_.empty());
}

TEST_F(Tasks, join_waits_for_one_spawned_meanwhile) {
  Gate first(context_.get_executor());
  Gate second(context_.get_executor());
  group_->spawn(pass(first));
  join();
  settle();
  group_->spawn(pass(second));
  first.open();
  settle();
  EXPECT_FALSE(joined_);
  second.open();
  settle();
  EXPECT_TRUE(joined_);
}

TEST_F(Tasks, join_waits_for_one_spawned_when_the_last_has_just_ended) {
  Gate gate(context_.get_executor());
  on_failure_ = [&] { group_->spawn(pass(gate)); };
  group_->spawn(fail("last"));
  join();
  settle();
  EXPECT_EQ(group_->running(), 1U);
  EXPECT_FALSE(joined_);
  gate.open();
  settle();
  EXPECT_TRUE(joined_);
}

TEST_F(Tasks, several_joins_return_together) {
  Gate gate(context_.get_executor());
  group_->spawn(pass(gate));
  join();
  settle();
  bool other = false;
  asio::co_spawn(context_, group_->join(), [&other](std::exception_ptr) { other = true; });
  settle();
  EXPECT_FALSE(other);
  gate.open();
  settle();
  EXPECT_TRUE(joined_);
  EXPECT_TRUE(other);
}

TEST_F(Tasks, exception_is_reported_and_the_others_go_on) {
  Gate gate(context_.get_executor());
  group_->spawn(fail("one"));
  group_->spawn(pass(gate));
  group_->spawn(fail("two"));
  join();
  settle();
  EXPECT_EQ(failures_, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(group_->running(), 1U);
  EXPECT_FALSE(joined_);
  gate.open();
  settle();
  EXPECT_TRUE(joined_);
  EXPECT_EQ(ended_, 1);
}

TEST_F(Tasks, group_is_used_again_after_a_join) {
  group_->spawn(end_at_once());
  join();
  settle();
  EXPECT_TRUE(joined_);
  joined_ = false;
  Gate gate(context_.get_executor());
  group_->spawn(pass(gate));
  join();
  settle();
  EXPECT_FALSE(joined_);
  gate.open();
  settle();
  EXPECT_TRUE(joined_);
}

TEST_F(Tasks, loop_that_is_torn_down_takes_its_tasks_along) {
  auto context = std::make_unique<asio::io_context>();
  auto gate = std::make_unique<Gate>(context->get_executor());
  {
    TaskGroup group(context->get_executor(), [this](std::exception_ptr exception) { note_failure(exception); });
    group.spawn(pass(*gate));
    context->poll();
    EXPECT_EQ(group.running(), 1U);
  }
  gate.reset();
  context.reset();
  EXPECT_EQ(ended_, 0);
  EXPECT_TRUE(failures_.empty());
}

}  // namespace
}  // namespace lethe::support
