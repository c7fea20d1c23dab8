#include "support/clock.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>

namespace lethe::support {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

core::Time real_now() {
  return std::chrono::floor<core::Duration>(std::chrono::system_clock::now());
}

TEST(system_clock, shows_the_machines_time) {
  const auto clock = make_system_clock();
  const core::Time before = real_now();
  const core::Time shown = clock->now();
  EXPECT_LE(before, shown);
  EXPECT_LE(shown, real_now());
}

TEST(system_clock, monotonic_never_goes_backwards) {
  const auto clock = make_system_clock();
  core::Duration last = clock->monotonic();
  for (int i = 0; i < 1000; ++i) {
    const core::Duration next = clock->monotonic();
    EXPECT_LE(last, next);
    last = next;
  }
}

TEST(scaled_clock, showed_the_epoch_at_the_real_epoch_and_runs_faster_since) {
  const core::Time epoch = *core::parse_rfc3339("2026-01-01T00:00:00Z");
  const core::Time started = real_now() - 10s;
  const auto clock = make_scaled_clock(3600, epoch, started);
  const core::Time before = epoch + (real_now() - started) * 3600;
  const core::Time shown = clock->now();
  const core::Time after = epoch + (real_now() + 1ms - started) * 3600;
  EXPECT_LE(before, shown);
  EXPECT_LE(shown, after);
  EXPECT_GE(shown, epoch + 10h);
}

TEST(scaled_clock, goes_on_after_a_restart) {
  const core::Time epoch = *core::parse_rfc3339("2026-01-01T00:00:00Z");
  const core::Time started = real_now() - 1h;
  const core::Time first = make_scaled_clock(1000, epoch, started)->now();
  const core::Time second = make_scaled_clock(1000, epoch, started)->now();
  EXPECT_LE(first, second);
  EXPECT_LE(second - first, core::Duration{1h});
}

TEST(scaled_clock, slower_than_real) {
  const core::Time epoch = *core::parse_rfc3339("2026-01-01T00:00:00Z");
  const core::Time shown = make_scaled_clock(0.5, epoch, real_now() - 100s)->now();
  EXPECT_GE(shown, epoch + 50s);
  EXPECT_LT(shown, epoch + 80s);
}

TEST(scaled_clock, monotonic_runs_at_its_pace) {
  const auto clock = make_scaled_clock(1e6, core::Time{}, real_now());
  // What lies between the readings counts for the scaled clock, never against it.
  const core::Duration before = clock->monotonic();
  const auto real_before = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - real_before < 2ms) {
  }
  const core::Duration passed = clock->monotonic() - before;
  EXPECT_GE(passed, core::Duration{2ms} * 990'000);
}

class Waits : public testing::Test {
 protected:
  /// Runs one wait to its end, unless nothing ends it.
  void start(core::Time until) {
    ended_ = false;
    asio::co_spawn(context_, wait(until), [](std::exception_ptr exception) {
      if (exception) std::rethrow_exception(exception);
    });
    settle();
  }
  asio::awaitable<void> wait(core::Time until) {
    co_await timer_->wait_until(until);
    ended_ = true;
  }
  void settle() {
    context_.restart();
    context_.poll();
  }

  asio::io_context context_;
  std::unique_ptr<Clock> clock_ = make_system_clock();
  std::unique_ptr<Timer> timer_ = clock_->make_timer(context_.get_executor());
  bool ended_ = false;
};

TEST_F(Waits, instant_that_is_past_ends_at_once) {
  start(clock_->now());
  EXPECT_TRUE(ended_);
  start(core::Time::min());
  EXPECT_TRUE(ended_);
}

TEST_F(Waits, wake_ends_a_wait) {
  start(core::Time::max());
  EXPECT_FALSE(ended_);
  timer_->wake();
  settle();
  EXPECT_TRUE(ended_);
}

TEST_F(Waits, wake_without_a_waiter_ends_the_next_wait_and_only_that) {
  timer_->wake();
  timer_->wake();
  start(clock_->now() + 1h);
  EXPECT_TRUE(ended_);
  start(clock_->now() + 1h);
  EXPECT_FALSE(ended_);
  timer_->wake();
  settle();
  EXPECT_TRUE(ended_);
}

TEST_F(Waits, wake_is_spent_by_the_wait_that_it_ended) {
  start(clock_->now() + 1h);
  timer_->wake();
  settle();
  ASSERT_TRUE(ended_);
  start(clock_->now() + 1h);
  EXPECT_FALSE(ended_);
  timer_->wake();
  settle();
}

TEST_F(Waits, wake_just_before_a_past_instant_is_spent_too) {
  timer_->wake();
  start(clock_->now() - 1s);
  EXPECT_TRUE(ended_);
  start(clock_->now() + 1h);
  EXPECT_FALSE(ended_);
  timer_->wake();
  settle();
}

/// Shows what it is set to.
class SetClock : public Clock {
 public:
  core::Time shown = *core::parse_rfc3339("2026-01-01T00:00:00Z");
  core::Time now() const override { return shown; }
  core::Duration monotonic() const override { return {}; }
  std::unique_ptr<Timer> make_timer(asio::any_io_executor) override { return nullptr; }
};

TEST_F(Waits, wait_ends_when_the_clock_has_stepped_back) {
  SetClock clock;
  timer_ = make_paced_timer(clock, 1e7, context_.get_executor());
  start(clock.now() + 1h);
  context_.restart();
  context_.run_for(20ms);
  EXPECT_FALSE(ended_) << "the clock stands still";
  clock.shown -= 24h * 365;
  context_.restart();
  context_.run_for(1s);
  EXPECT_TRUE(ended_);
}

TEST_F(Waits, wait_ends_not_before_its_instant) {
  const core::Time until = clock_->now() + 20ms;
  start(until);
  EXPECT_FALSE(ended_);
  context_.restart();
  context_.run();
  EXPECT_TRUE(ended_);
  EXPECT_GE(clock_->now(), until);
}

TEST_F(Waits, scaled_days_pass_in_real_milliseconds) {
  const core::Time epoch = *core::parse_rfc3339("2026-01-01T00:00:00Z");
  timer_.reset();
  clock_ = make_scaled_clock(1e8, epoch, real_now());
  timer_ = clock_->make_timer(context_.get_executor());
  const core::Time until = clock_->now() + 14 * 24h;
  const auto real_before = std::chrono::steady_clock::now();
  start(until);
  context_.restart();
  context_.run();
  EXPECT_TRUE(ended_);
  EXPECT_GE(clock_->now(), until);
  EXPECT_LT(std::chrono::steady_clock::now() - real_before, 10s);
}

}  // namespace
}  // namespace lethe::support
