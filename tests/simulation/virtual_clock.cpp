#include "simulation/virtual_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace lethe::simulation {

namespace asio = boost::asio;

class VirtualClock::VirtualTimer final : public support::Timer {
 public:
  VirtualTimer(VirtualClock& clock, asio::any_io_executor executor) : clock_(clock), event_(std::move(executor)) {}

  asio::awaitable<void> wait_until(core::Time until) override {
    if (!woken_ && until > clock_.now()) {
      const Waiter waiter{until, {clock_.arrivals_++, this}};
      clock_.waiters_.insert(waiter);
      event_.expires_at(std::chrono::steady_clock::time_point::max());
      co_await event_.async_wait(asio::as_tuple(asio::use_awaitable));
      clock_.waiters_.erase(waiter);
    }
    woken_ = false;
  }

  void wake() override {
    woken_ = true;
    event_.cancel();
  }

  void go_on() { event_.cancel(); }

 private:
  VirtualClock& clock_;
  asio::steady_timer event_;
  bool woken_ = false;
};

std::unique_ptr<support::Timer> VirtualClock::make_timer(asio::any_io_executor executor) {
  return std::make_unique<VirtualTimer>(*this, std::move(executor));
}

std::optional<core::Time> VirtualClock::next() const {
  if (waiters_.empty()) return std::nullopt;
  return waiters_.begin()->first;
}

void VirtualClock::advance_to(core::Time time) {
  now_ = std::max(now_, time);
  while (!waiters_.empty() && waiters_.begin()->first <= now_) {
    VirtualTimer* timer = waiters_.begin()->second.second;
    waiters_.erase(waiters_.begin());
    timer->go_on();
  }
}

}  // namespace lethe::simulation
