// A clock that stands still until the simulation moves it on.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "support/clock.hpp"

namespace lethe::simulation {

class VirtualClock final : public support::Clock {
 public:
  explicit VirtualClock(core::Time start) : now_(start), start_(start) {}

  core::Time now() const override { return now_; }
  core::Duration monotonic() const override { return now_ - start_; }
  std::unique_ptr<support::Timer> make_timer(boost::asio::any_io_executor executor) override;

  /// When the next waiter wants to go on; nothing: nobody waits.
  std::optional<core::Time> next() const;
  /// Moves to `time` and lets go on whoever waited until then.
  void advance_to(core::Time time);
  /// For a restart: nobody waits, and the clock shows what it showed at the crash.
  void set(core::Time time) { now_ = time; }

 private:
  class VirtualTimer;
  // Waiters in the order of their time, then of their coming: the same run twice lets them go on in the same order.
  using Waiter = std::pair<core::Time, std::pair<std::uint64_t, VirtualTimer*>>;
  core::Time now_;
  core::Time start_;
  std::uint64_t arrivals_ = 0;
  std::set<Waiter> waiters_;
};

}  // namespace lethe::simulation
