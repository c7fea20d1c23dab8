#include "engine/planning.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/schedule.hpp"
#include "core/sweep.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::Operation;
using core::State;

namespace {

constexpr core::Duration neighbourhood = std::chrono::minutes{5};
/// As many as one short transaction can write.
constexpr std::size_t operations_in_a_piece = 200;
/// More than an account ever has in suppression at a time; those behind them wait anyway.
constexpr std::size_t most_in_suppression = 100;

/// The cloud's way through them: the oldest first.
bool before(const Operation& one, const Operation& other) {
  return std::pair(core::way_began(one), one.number) < std::pair(core::way_began(other), other.number);
}

/// What keeps the cloud busy: not what is late beyond all bounds, nor what the cloud says it doesn't know.
bool keeps_busy(const Work& work, const Operation& operation) {
  return !core::is_unknown(operation) &&
         !core::overdue(operation, history_of(work, operation.account), work.parts.settings.schedule, work.now());
}

std::int64_t ahead_of(const Work& work, const Operation& operation) {
  const auto others = work.parts.store.in_state(operation.account, State::suppressing, most_in_suppression);
  if (!others) return 0;
  return std::ranges::count_if(*others, [&](const Operation& other) {
    return other.number != operation.number && before(other, operation) && keeps_busy(work, other);
  });
}

core::Circumstances circumstances_of(const Work& work, const Operation& operation) {
  core::Circumstances circumstances;
  if (operation.state == State::suppressing) circumstances.ahead = ahead_of(work, operation);
  return circumstances;
}

void take(Operation& operation, const core::Poll& next) {
  operation.due_at = next.at;
  operation.attempt = next.attempt;
}

/// The window and the plan that follow from the account's.
bool give_window(const Work& work, Operation& operation, int days) {
  const auto was = operation.restorable_until;
  if (operation.action != core::Action::delete_contacts) return false;
  operation.restorable_until = core::restorable_until(core::way_began(operation), days, {});
  if (operation.restorable_until == was) return false;
  if (operation.state != State::deleting) return true;
  if (*operation.restorable_until < work.now()) operation.typical = false;
  operation.attempt = 0;  // its leg begins anew
  plan(work, operation);
  return true;
}

asio::awaitable<bool> replan(Work& work, std::vector<Operation> operations) {
  if (operations.empty()) co_return true;
  const auto replanned = co_await work.parts.store.replan(std::move(operations));
  if (!replanned) work.heed(replanned.error());
  co_return replanned.has_value();
}

asio::awaitable<void> replan_all(Work& work, const std::string& account, State state, int days) {
  core::OperationNumber after;
  while (!work.stopping) {
    auto piece = work.parts.store.in_state_after(account, state, after, operations_in_a_piece);
    if (!piece) co_return work.heed(piece.error());
    if (piece->empty()) co_return;
    after = piece->back().number;
    std::erase_if(*piece, [&](Operation& operation) { return !give_window(work, operation, days); });
    const bool written = co_await replan(work, std::move(*piece));
    if (!written) co_return;
  }
}

}  // namespace

void load_history(Work& work, const std::string& account) {
  auto history = work.parts.store.history(account);
  if (!history) return work.heed(history.error());
  work.histories[account] = std::move(*history);
}

const core::History& history_of(const Work& work, const std::string& account) {
  static const core::History none;
  const auto found = work.histories.find(account);
  return found == work.histories.end() ? none : found->second;
}

void plan(const Work& work, Operation& operation) {
  if (!work.sweeping.contains(operation.account)) return plan_without_list(work, operation);
  take(operation, core::next_swept_poll(work.parts.settings.schedule, operation, history_of(work, operation.account),
                                        work.parts.store.instance(), work.now(), circumstances_of(work, operation)));
}

void plan_without_list(const Work& work, Operation& operation) {
  take(operation, core::next_poll(work.parts.settings.schedule, operation, history_of(work, operation.account),
                                  work.parts.store.instance(), work.now(), circumstances_of(work, operation)));
}

std::optional<int> learn_window(Operation& operation, const core::Observation& observation, core::Time now) {
  if (operation.action != core::Action::delete_contacts || !observation.restorable_days) return std::nullopt;
  const bool news = operation.restorable_days != observation.restorable_days;
  const auto was = operation.restorable_until;
  operation.restorable_days = observation.restorable_days;
  operation.restorable_until = core::restorable_until(core::way_began(operation), observation.restorable_days, {});
  if (operation.state == State::deleting && operation.restorable_until != was) {
    operation.attempt = 0;  // its leg begins anew
    // It was over before anybody knew, so the end's time counts from nowhere.
    if (*operation.restorable_until < now) operation.typical = false;
  }
  return news ? observation.restorable_days : std::nullopt;
}

asio::awaitable<void> take_window(Work& work, std::string account, int days) {
  const auto known = work.parts.store.account(account);
  if (!known) co_return work.heed(known.error());
  if (known->restorable_days == days) co_return;
  const auto noted = co_await work.parts.store.note_restorable_days(account, days);
  if (!noted) co_return work.heed(noted.error());
  if (!known->restorable_days) co_return;
  work.parts.log.message(
      core::LogLevel::warning, "the account's restore window has changed; what is under way is planned anew",
      {{"account", account}, {"days_before", std::to_string(*known->restorable_days)}, {"days", std::to_string(days)}});
  co_await replan_all(work, account, State::deleting, days);
  co_await replan_all(work, account, State::suppressing, days);
}

asio::awaitable<void> move_up(Work& work, std::string account) {
  auto waiting = work.parts.store.in_state(account, State::suppressing, most_in_suppression);
  if (!waiting) co_return work.heed(waiting.error());
  std::erase_if(*waiting, [&](Operation& operation) {
    const core::Time due = operation.due_at.value_or(work.now());
    plan(work, operation);
    return due <= *operation.due_at;
  });
  co_await replan(work, std::move(*waiting));
}

asio::awaitable<void> pull_neighbours(Work& work, Operation ended) {
  // A list that is swept shows them too.
  if (!ended.submitted_at || work.sweeping.contains(ended.account)) co_return;
  const auto pulled = co_await work.parts.store.pull_forward(ended.account, *ended.submitted_at - neighbourhood,
                                                             *ended.submitted_at + neighbourhood, work.now());
  if (!pulled) work.heed(pulled.error());
}

}  // namespace lethe::engine
