#include "support/clock.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace lethe::support {

namespace {

using boost::asio::as_tuple;
using boost::asio::use_awaitable;

/// A timer of the operating system doesn't see the wall clock step nor the machine sleep, so none is armed for longer.
constexpr std::chrono::seconds longest_real_wait{60};

using RealMilliseconds = std::chrono::duration<double, std::milli>;

/// Waits on a clock that runs `factor` times as fast as real time.
class PacedTimer : public Timer {
 public:
  PacedTimer(const Clock& clock, double factor, const boost::asio::any_io_executor& executor)
      : clock_(clock), factor_(factor), timer_(executor) {}

  boost::asio::awaitable<void> wait_until(core::Time until) override {
    core::Time latest = clock_.now();
    while (!woken_ && latest < until) {
      timer_.expires_after(real_wait(until));
      co_await timer_.async_wait(as_tuple(use_awaitable));
      if (clock_.now() < latest) break;
      latest = clock_.now();
    }
    woken_ = false;
  }

  void wake() override {
    woken_ = true;
    timer_.cancel();
  }

 private:
  std::chrono::steady_clock::duration real_wait(core::Time until) const {
    const RealMilliseconds wanted{static_cast<double>((until - clock_.now()).count()) / factor_};
    const RealMilliseconds bounded = std::min(wanted, RealMilliseconds{longest_real_wait});
    return std::chrono::ceil<std::chrono::steady_clock::duration>(bounded);
  }

  const Clock& clock_;
  double factor_;
  boost::asio::steady_timer timer_;
  bool woken_ = false;
};

class SystemClock : public Clock {
 public:
  core::Time now() const override { return std::chrono::floor<core::Duration>(std::chrono::system_clock::now()); }
  core::Duration monotonic() const override {
    return std::chrono::floor<core::Duration>(std::chrono::steady_clock::now().time_since_epoch());
  }
  std::unique_ptr<Timer> make_timer(boost::asio::any_io_executor executor) override {
    return make_paced_timer(*this, 1.0, executor);
  }
};

class ScaledClock : public Clock {
 public:
  ScaledClock(double factor, core::Time epoch, core::Time real_epoch)
      : factor_(factor), epoch_(epoch), real_epoch_(real_epoch) {}

  core::Time now() const override { return epoch_ + scaled(std::chrono::system_clock::now() - real_epoch_); }
  core::Duration monotonic() const override { return scaled(std::chrono::steady_clock::now() - started_); }
  std::unique_ptr<Timer> make_timer(boost::asio::any_io_executor executor) override {
    return make_paced_timer(*this, factor_, executor);
  }

 private:
  core::Duration scaled(RealMilliseconds real) const { return std::chrono::floor<core::Duration>(real * factor_); }

  double factor_;
  core::Time epoch_;
  core::Time real_epoch_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

std::unique_ptr<Timer> make_paced_timer(const Clock& clock, double factor,
                                        const boost::asio::any_io_executor& executor) {
  return std::make_unique<PacedTimer>(clock, factor, executor);
}

std::unique_ptr<Clock> make_system_clock() {
  return std::make_unique<SystemClock>();
}

std::unique_ptr<Clock> make_scaled_clock(double factor, core::Time epoch, core::Time real_epoch) {
  return std::make_unique<ScaledClock>(factor, epoch, real_epoch);
}

}  // namespace lethe::support
