#include "simulation/virtual_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace lethe::simulation {

namespace asio = boost::asio;

class VirtualClock::VirtualTimer final : public support::Timer {
 public:
  enum class Of : std::uint8_t { shown, true_time };

  VirtualTimer(VirtualClock& clock, asio::any_io_executor executor, Of of)
      : clock_(clock), event_(std::move(executor)), of_(of) {}

  asio::awaitable<void> wait_until(core::Time until) override {
    if (clock_.on_await_) clock_.on_await_();
    if (!woken_ && until > time()) {
      const Waiter waiter{until, {clock_.arrivals_++, this}};
      waiters().insert(waiter);
      event_.expires_at(std::chrono::steady_clock::time_point::max());
      co_await event_.async_wait(asio::as_tuple(asio::use_awaitable));
      waiters().erase(waiter);
    }
    woken_ = false;
    if (clock_.on_await_) clock_.on_await_();
  }

  void wake() override {
    woken_ = true;
    event_.cancel();
  }

  void go_on() { event_.cancel(); }

 private:
  core::Time time() const { return of_ == Of::shown ? clock_.now() : clock_.true_time(); }
  std::set<Waiter>& waiters() { return of_ == Of::shown ? clock_.shown_waiters_ : clock_.true_waiters_; }

  VirtualClock& clock_;
  asio::steady_timer event_;
  Of of_;
  bool woken_ = false;
};

std::unique_ptr<support::Timer> VirtualClock::make_timer(asio::any_io_executor executor) {
  return std::make_unique<VirtualTimer>(*this, std::move(executor), VirtualTimer::Of::shown);
}

std::unique_ptr<support::Timer> VirtualClock::make_true_timer(asio::any_io_executor executor) {
  return std::make_unique<VirtualTimer>(*this, std::move(executor), VirtualTimer::Of::true_time);
}

std::optional<core::Time> VirtualClock::next() const {
  // Who waits for the end of all times (or beyond what an offset can be taken from) waits to be woken.
  std::optional<core::Time> next;
  if (!shown_waiters_.empty()) {
    const core::Time shown = shown_waiters_.begin()->first;
    next =
        offset_ < core::Duration::zero() && shown > core::Time::max() + offset_ ? core::Time::max() : shown - offset_;
  }
  if (!true_waiters_.empty() && (!next || true_waiters_.begin()->first < *next)) next = true_waiters_.begin()->first;
  return next;
}

void VirtualClock::advance_to(core::Time time) {
  true_ = std::max(true_, time);
  let_go_all();
}

void VirtualClock::step(core::Duration by) {
  offset_ += by;
  if (by < core::Duration::zero()) let_go(shown_waiters_, core::Time::max());
  let_go_all();
}

void VirtualClock::suspend(core::Duration duration) {
  suspended_ += duration;
  true_ += duration;
  let_go_all();
}

void VirtualClock::let_go_all() {
  let_go(true_waiters_, true_);
  let_go(shown_waiters_, now());
}

void VirtualClock::let_go(std::set<Waiter>& waiters, core::Time until) {
  while (!waiters.empty() && waiters.begin()->first <= until) {
    VirtualTimer* timer = waiters.begin()->second.second;
    waiters.erase(waiters.begin());
    timer->go_on();
  }
}

}  // namespace lethe::simulation
