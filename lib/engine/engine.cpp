#include "engine/engine.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "core/budget.hpp"
#include "engine/dispatcher.hpp"
#include "engine/erasure.hpp"
#include "engine/pacing.hpp"
#include "engine/planning.hpp"
#include "engine/reconciliation.hpp"
#include "engine/restored.hpp"
#include "engine/submission.hpp"
#include "engine/work.hpp"
#include "support/task_group.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;
using core::Time;

namespace {

constexpr core::Duration head_interval = std::chrono::hours{1};
constexpr std::size_t expiries_at_once = 100;

}  // namespace

/// One timer for everything that waits, and a task for everything that is due.
struct Engine::State {
  Work work;
  std::vector<std::unique_ptr<Account>> accounts;
  Erasure erasure;
  std::unique_ptr<support::Timer> timer;
  Time next_head;
  Time next_probe;  ///< of a store that fails: not before
  std::exception_ptr bug;
  core::Time cleaned_at;  ///< the loads of killed processes, last
  bool cleaning = false;
  support::TaskGroup tasks;
  Dispatcher dispatcher;

  explicit State(Parts parts)
      : work{.parts = std::move(parts)},
        timer(work.parts.clock.make_timer(work.parts.executor)),
        tasks(work.parts.executor,
              [this](std::exception_ptr thrown) {
                bug = std::move(thrown);
                stop();
              }),
        dispatcher(work, tasks, *timer) {
    for (const core::AccountSettings& settings : work.parts.settings.accounts) {
      auto account = std::make_unique<Account>(settings);
      Account& made = *account;
      const auto request_made = [this, &made] {
        ++made.uncounted_requests;
        tasks.spawn(count_requests(work, made));
      };
      made.client = work.parts.make_client(settings, request_made, [this, &made] { return held_back(work, made); });
      accounts.push_back(std::move(account));
    }
  }

  void stop() {
    work.stopping = true;
    timer->wake();
  }

  asio::awaitable<void> run() {
    for (const auto& account : accounts) co_await begin(*account);
    if (const auto& restored = work.parts.store.restoration(); restored && work.parts.first) {
      for (const auto& account : accounts) tasks.spawn(forgotten_task(*account, restored->copied_at));
    }
    cleaned_at = work.now() - look_ahead;
    while (!work.stopping) {
      const Time next = co_await dispatch();
      if (!work.stopping) co_await timer->wait_until(next);
    }
    co_await tasks.join();
    for (const auto& account : accounts) co_await close_books(*account);
    co_await work.parts.store.flush();
    log_head();
    if (bug) std::rethrow_exception(bug);
  }

  /// A block was the last run's finding; its configuration may have been mended since.
  asio::awaitable<void> begin(Account& account) {
    load_history(work, account.settings.name);
    co_await settle_interrupted(work, account);
    co_await move_up(work, account.settings.name);
    const auto known = work.parts.store.account(account.settings.name);
    if (!known) co_return work.heed(known.error());
    account.sweeping.record = known->sweep;
    account.held = known->state == core::AccountState::waiting || known->state == core::AccountState::blocked;
    if (known->state == core::AccountState::waiting) account.asked_to_wait_until = known->until;
    if (known->state == core::AccountState::blocked) co_await work.release(account);
  }

  /// Nothing is said of an account that nobody works on.
  asio::awaitable<void> close_books(Account& account) {
    co_await count_requests(work, account);
    account.circuit = {};
    account.refused = {};
    account.exhausted_in_a_row = 0;
    co_await tell_hindrance(work, account);
  }

  /// Starts what can start now and returns when to look again.
  asio::awaitable<Time> dispatch() {
    if (work.store_failing && !co_await try_store()) co_return next_probe;
    Time next = work.now() + look_ahead;
    next = std::min({next, co_await expire(), log_head_hourly()});
    for (const auto& account : accounts) next = std::min(next, dispatcher.dispatch(*account));
    next = std::min(next, start_erasure());
    if (!cleaning && work.now() - cleaned_at >= look_ahead) {
      cleaning = true;
      tasks.spawn(clean_loads());
    }
    co_return work.store_failing ? std::min(next_probe, work.now() + write_probe_interval) : next;
  }

  /// What a killed process had loaded so far goes piece by piece, and others write between the pieces. What fails waits
  /// for the next time: old contacts that nobody sees are no reason to stop.
  asio::awaitable<void> clean_loads() {
    bool more = true;
    while (more && !work.stopping) {
      const auto cleaned = co_await work.parts.store.clean_loads();
      more = cleaned && *cleaned;
    }
    cleaned_at = work.now();
    cleaning = false;
  }

  /// Kept in a log elsewhere, it shows later that the record before it is the one of then.
  void log_head() {
    const auto head = work.parts.store.head();
    if (!head) return work.heed(head.error());
    work.parts.log.message(LogLevel::info, "the record's newest transition",
                           {{"seq", std::to_string(head->seq)}, {"hash", head->hash}});
  }

  Time log_head_hourly() {
    if (work.now() < next_head && next_head <= work.now() + head_interval) return next_head;
    if (next_head != Time{}) log_head();
    next_head = work.now() + head_interval;
    return next_head;
  }

  /// No sooner than an interval after the last time: what fails though the disk is well must not be tried without end.
  asio::awaitable<bool> try_store() {
    const Time now = work.now();
    if (now < next_probe && next_probe <= now + write_probe_interval) co_return false;
    next_probe = now + write_probe_interval;
    const bool writes = co_await store_writes_again();
    co_return writes;
  }

  /// A row that is made and erased reaches the disk for certain; one that is written as it stands need not.
  asio::awaitable<bool> store_writes_again() {
    const auto load = co_await work.parts.store.begin_load();
    if (!load) co_return false;
    const auto erased = co_await work.parts.store.abandon(*load);
    if (!erased) co_return false;
    work.store_failing = false;
    work.parts.log.message(LogLevel::info, "the store can be written again");
    co_return true;
  }

  asio::awaitable<std::size_t> expire_some() {
    const auto late = work.parts.store.expiring(work.now(), expiries_at_once);
    if (!late) {
      work.heed(late.error());
      co_return 0;
    }
    for (const core::Job& job : *late) {
      const auto expired = co_await work.parts.store.expire(job.number, work.now());
      if (!expired) work.heed(expired.error());
    }
    co_return late->size();
  }

  /// Before anything is submitted, whatever is late is out of the way; returns when the next one will be.
  asio::awaitable<Time> expire() {
    std::size_t late = 0;
    do {
      late = co_await expire_some();
    } while (late == expiries_at_once && !work.store_failing);
    const auto next = work.parts.store.next_expiry();
    co_return next && *next ? **next : Time::max();
  }

  asio::awaitable<void> forgotten_task(Account& account, Time copied_at) {
    const Call call = begin_call(work, account, core::CallClass::reconcile);
    co_await tell_forgotten(work, account, copied_at);
    end_call(account, call);
    timer->wake();
  }

  Time start_erasure() {
    const Time due = next_erasure(work, erasure);
    if (due > work.now()) return due;
    erasure.running = true;
    tasks.spawn(erasure_task());
    return Time::max();
  }

  asio::awaitable<void> erasure_task() {
    co_await erase(work, erasure);
    erasure.running = false;
    timer->wake();
  }
};

Engine::Engine(Parts parts) : state_(std::make_unique<State>(std::move(parts))) {}
Engine::~Engine() = default;
asio::awaitable<void> Engine::run() {
  return state_->run();
}
void Engine::stop() {
  state_->stop();
}
void Engine::wake() {
  state_->timer->wake();
}

}  // namespace lethe::engine
