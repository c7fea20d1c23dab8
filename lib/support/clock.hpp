// Time as the engine sees it: real, scaled (--time-scale) or virtual (the simulation).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "core/time.hpp"

namespace lethe::support {

/// Waits on a clock. One waiter at a time.
class Timer {
 public:
  virtual ~Timer() = default;
  /// Returns at `until`, as soon as wake() was called (a wake without a waiter ends the next wait at once), or when the
  /// clock has stepped back meanwhile: what was planned by it is to be looked at again.
  virtual boost::asio::awaitable<void> wait_until(core::Time until) = 0;
  virtual void wake() = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual core::Time now() const = 0;
  /// Since an arbitrary instant, never backwards (token life, gathering of writes); runs at the clock's pace.
  virtual core::Duration monotonic() const = 0;
  virtual std::unique_ptr<Timer> make_timer(boost::asio::any_io_executor executor) = 0;
};

/// Of a clock that runs `factor` times as fast as real time, and outlives it.
std::unique_ptr<Timer> make_paced_timer(const Clock& clock, double factor,
                                        const boost::asio::any_io_executor& executor);

/// The machine's clock. Its timers are armed for at most 60 s of real time and look again: suspend and clock steps.
std::unique_ptr<Clock> make_system_clock();

/// Runs `factor` times as fast, and showed `epoch` at the real instant `real_epoch`.
std::unique_ptr<Clock> make_scaled_clock(double factor, core::Time epoch, core::Time real_epoch);

}  // namespace lethe::support
