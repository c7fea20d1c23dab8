#include "engine/dispatcher.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "core/admission.hpp"
#include "core/backoff.hpp"
#include "core/budget.hpp"
#include "core/matching.hpp"
#include "core/schedule.hpp"
#include "engine/forming.hpp"
#include "engine/pacing.hpp"
#include "engine/polling.hpp"
#include "engine/reconciliation.hpp"
#include "engine/submission.hpp"
#include "engine/sweep.hpp"
#include "engine/wishes.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::CallClass;
using core::LogLevel;
using core::Time;

namespace {

constexpr std::size_t wishes_at_once = 100;
constexpr std::size_t unconfirmed_at_once = 100;
/// Where more polls are due than may start, the most urgent of so many are sought.
constexpr std::size_t crowd = 500;
/// A wait between two polls that is worth telling.
constexpr core::Duration crowded_after = std::chrono::seconds{1};

bool is_due(const core::Operation& look, Time now) {
  // Further away than any look: the clock stepped back since.
  return look.due_at && (*look.due_at <= now || *look.due_at > now + core::longest_look);
}

}  // namespace

struct Dispatcher::State {
  Work& work;
  support::TaskGroup& tasks;
  support::Timer& timer;

  Time dispatch(Account& account) {
    const Time now = work.now();
    const auto prospect = prospect_of(work.parts.store, work.parts.settings.schedule, account.settings, now);
    if (!prospect) {
      work.heed(prospect.error());
      return now + write_probe_interval;
    }
    tell_pause(account, prospect->facts);
    const bool blocked = account.blocked_until && core::still_waits(*account.blocked_until, now);
    if (account.block_unrecorded && blocked && !account.asked_to_wait(now)) tasks.spawn(work.record_block(account));
    account.refused = {};
    account.crowded = false;
    const Time next = start_calls(account, *prospect, now);
    tasks.spawn(tell_hindrance(work, account));
    return next;
  }

  /// In the order of their classes; a class that has to wait doesn't hold those before it.
  Time start_calls(Account& account, const Prospect& prospect, Time now) {
    if (const auto until = barred(work, account, now)) return *until;
    if (account.token_refused) return start_probe(account);
    return std::min({start_looks(account, now), start_submission(account, prospect, now), start_wish(account, now),
                     start_sweep(account, now), start_polls(account, now)});
  }

  static Time when(const core::Leave& leave) { return leave.not_before.value_or(Time::max()); }

  /// What became of a lost submission stands before everything else.
  Time start_looks(Account& account, Time now) {
    const auto looks = work.parts.store.in_state(account.settings.name, core::State::unconfirmed, unconfirmed_at_once);
    if (!looks) {
      work.heed(looks.error());
      return now + write_probe_interval;
    }
    Time next = Time::max();
    for (const core::Operation& operation : *looks) {
      if (account.polling.contains(operation.number)) continue;
      if (!is_due(operation, now)) {
        next = std::min(next, operation.due_at.value_or(Time::max()));
        continue;
      }
      const core::Leave leave = ask_leave(work, account, CallClass::reconcile, now);
      if (!leave.go()) return std::min(next, when(leave));
      start_poll(account, operation, CallClass::reconcile);
    }
    return next;
  }

  void start_poll(Account& account, const core::Operation& operation, CallClass wanted) {
    account.polling.insert(operation.number);
    tasks.spawn(poll_task(account, operation, begin_call(work, account, wanted)));
  }

  /// The longest due first; where not all may start, flips before heartbeats.
  Time start_polls(Account& account, Time now) {
    const core::Leave refused = account.refused;
    const core::Leave leave = ask_leave(work, account, CallClass::flip, now);
    const std::size_t most = static_cast<std::size_t>(account.settings.requests_in_flight) + account.polling.size();
    // What is being asked is still due in the store, so that many more rows are read.
    auto due = work.parts.store.due(account.settings.name, now, leave.go() ? most : crowd);
    if (!due) {
      work.heed(due.error());
      return now + write_probe_interval;
    }
    std::erase_if(*due, [&](const core::Operation& operation) {
      return operation.state == core::State::unconfirmed || account.polling.contains(operation.number);
    });
    if (due->empty()) {
      account.refused = refused;
      return next_poll_of(account, now);
    }
    std::ranges::sort(*due, {}, [&](const core::Operation& operation) {
      return std::tuple{core::class_of(operation, now), operation.due_at, operation.number};
    });
    return start_due(account, *due, now);
  }

  Time start_due(Account& account, const std::vector<core::Operation>& due, Time now) {
    for (const core::Operation& operation : due) {
      const CallClass wanted = core::class_of(operation, now);
      const core::Leave leave = ask_leave(work, account, wanted, now);
      account.crowded = !leave.go() && leave.not_before && *leave.not_before - now > crowded_after;
      if (!leave.go()) return std::min(when(leave), next_poll_of(account, now));
      start_poll(account, operation, wanted);
    }
    return next_poll_of(account, now);
  }

  Time start_sweep(Account& account, Time now) {
    if (account.sweeping.running) return Time::max();
    const Time due = next_sweep(work, account);
    if (due > now) return due;
    const core::Leave leave = ask_leave(work, account, CallClass::flip, now);
    if (!leave.go()) return when(leave);
    account.sweeping.running = true;
    tasks.spawn(sweep_task(account, begin_call(work, account, CallClass::flip)));
    return Time::max();
  }

  asio::awaitable<void> sweep_task(Account& account, Call call) {
    co_await sweep(work, account);
    account.sweeping.running = false;
    ended(account, call);
  }

  Time next_poll_of(const Account& account, Time now) {
    const auto coming = work.parts.store.due(account.settings.name, now + look_ahead, account.polling.size() + 1);
    Time next = Time::max();
    if (!coming) return next;
    for (const core::Operation& operation : *coming) {
      if (*operation.due_at > now) next = std::min(next, *operation.due_at);
    }
    return next;
  }

  Time start_submission(Account& account, const Prospect& prospect, Time now) {
    if (account.submitting) return Time::max();
    if (!prospect.next.operation && !prospect.next.job) return Time::max();
    const core::Admission& admission = prospect.admission;
    if (!admission.go && !admission.hold) return admission.not_before.value_or(Time::max());
    const core::Leave leave = ask_leave(work, account, CallClass::submit, now);
    if (!leave.go()) return when(leave);
    account.submitting = true;
    tasks.spawn(submission_task(account, begin_call(work, account, CallClass::submit)));
    return Time::max();
  }

  /// One at a time: wishes are rare, and each is a person's or follows from a failure.
  Time start_wish(Account& account, Time now) {
    if (account.granting) return Time::max();
    if (account.wishes_after && core::still_waits(*account.wishes_after, now)) return *account.wishes_after;
    const auto open = work.parts.store.open_wishes(account.settings.name, wishes_at_once);
    if (!open) {
      work.heed(open.error());
      return now + write_probe_interval;
    }
    if (open->empty()) return Time::max();
    const core::Leave leave = ask_leave(work, account, CallClass::submit, now);
    if (!leave.go()) return when(leave);
    // The one after the last one tried: a wish that finds no answer doesn't keep the others waiting.
    auto next = std::ranges::find_if(*open, [&](const core::Wish& wish) { return wish.number > account.tried_wish; });
    if (next == open->end()) next = open->begin();
    account.tried_wish = next->number;
    account.granting = true;
    tasks.spawn(wish_task(account, *next, begin_call(work, account, CallClass::submit)));
    return Time::max();
  }

  asio::awaitable<void> wish_task(Account& account, core::Wish wish, Call call) {
    co_await carry_out(work, account, std::move(wish));
    account.granting = false;
    ended(account, call);
  }

  void ended(Account& account, Call call) {
    end_call(account, call);
    timer.wake();
  }

  /// A token alone tells whether the credentials are right by now.
  Time start_probe(Account& account) {
    const core::Leave leave = ask_leave(work, account, CallClass::submit, work.now());
    if (!leave.go()) return when(leave);
    tasks.spawn(probe_task(account, begin_call(work, account, CallClass::submit)));
    return Time::max();
  }

  asio::awaitable<void> probe_task(Account& account, Call call) {
    account.blocked_until.reset();
    const auto authorised = co_await account.client->authorise();
    if (authorised) {
      co_await work.succeeded(account);
    } else {
      co_await work.failed(account, authorised.error());
    }
    ended(account, call);
  }

  /// A pause, by a person or after refusals, and its end are told once each.
  void tell_pause(Account& account, const core::AccountFacts& facts) {
    if (facts.paused_at == account.told_paused) return;
    account.told_paused = facts.paused_at;
    const report::Fields fields{{"account", account.settings.name}};
    if (facts.paused_at) {
      work.parts.log.message(LogLevel::warning, "the account is paused: " + facts.paused_why, fields);
    } else {
      work.parts.log.message(LogLevel::info, "the account's pause has ended", fields);
    }
  }

  asio::awaitable<void> poll_task(Account& account, core::Operation operation, Call call) {
    const core::OperationNumber number = operation.number;
    if (operation.state == core::State::unconfirmed) {
      co_await look_up(work, account, std::move(operation));
    } else {
      co_await poll(work, account, std::move(operation));
    }
    account.polling.erase(number);
    account.sweeping.planned_at = {};  // what is at risk may have changed
    ended(account, call);
  }

  asio::awaitable<void> submission_task(Account& account, Call call) {
    co_await submit_next(work, account);
    account.submitting = false;
    ended(account, call);
  }
};

Dispatcher::Dispatcher(Work& work, support::TaskGroup& tasks, support::Timer& timer)
    : state_(std::make_unique<State>(work, tasks, timer)) {}
Dispatcher::~Dispatcher() = default;
Time Dispatcher::dispatch(Account& account) {
  return state_->dispatch(account);
}

}  // namespace lethe::engine
