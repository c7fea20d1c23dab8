// A clock that stands still until the simulation moves it on. True time is the cloud's; what this machine's clock shows
// differs from it after a step, and what it counts of elapsed time leaves out a suspend.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "support/clock.hpp"

namespace lethe::simulation {

class VirtualClock final : public support::Clock {
 public:
  explicit VirtualClock(core::Time start) : true_(start), start_(start) {}

  core::Time now() const override { return true_ + offset_; }
  core::Duration monotonic() const override { return true_ - start_ - suspended_; }
  std::unique_ptr<support::Timer> make_timer(boost::asio::any_io_executor executor) override;

  core::Time true_time() const { return true_; }
  /// For the wire: its waits are in true time, whatever the machine's clock shows.
  std::unique_ptr<support::Timer> make_true_timer(boost::asio::any_io_executor executor);

  /// The true time at which the next waiter wants to go on; nothing: nobody waits.
  std::optional<core::Time> next() const;
  /// Moves to a true time and lets go on whoever waited until then.
  void advance_to(core::Time time);
  /// For a restart: nobody waits, and the true time is this.
  void set(core::Time time) { true_ = time; }
  /// From now on the clock shows so much more, or less. Who waited for what it shows now goes on.
  void step(core::Duration by);
  /// The machine sleeps for so long and nobody runs meanwhile.
  void suspend(core::Duration duration);
  /// Called before and after each wait: where a process can die between two lines.
  void on_await(std::function<void()> heard) { on_await_ = std::move(heard); }

 private:
  class VirtualTimer;
  // Waiters in the order of their time, then of their coming: the same run twice lets them go on in the same order.
  using Waiter = std::pair<core::Time, std::pair<std::uint64_t, VirtualTimer*>>;
  core::Time true_;
  core::Time start_;
  core::Duration offset_{0};
  core::Duration suspended_{0};
  std::uint64_t arrivals_ = 0;
  std::set<Waiter> shown_waiters_;
  std::set<Waiter> true_waiters_;
  std::function<void()> on_await_;

  void let_go(std::set<Waiter>& waiters, core::Time until);
  void let_go_all();
};

}  // namespace lethe::simulation
