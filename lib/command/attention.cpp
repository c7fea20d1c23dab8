#include "command/attention.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/remedy.hpp"
#include "core/schedule.hpp"

namespace lethe::command {
namespace {

constexpr std::size_t most_shown_of_a_state = 100;
/// Among these, the ones longest under way, the overdue ones are looked for.
constexpr std::size_t most_looked_at = 1000;

std::string whose(const store::Store::Carried& carried) {
  if (carried.ids.empty()) return "";
  if (carried.total == 1) return " of job " + carried.ids.front();
  return fmt::format(" of job {} and {} more", carried.ids.front(), carried.total - 1);
}

std::string cloud_id(const core::Operation& operation) {
  return operation.operation_id ? fmt::format(" (operationID {})", operation.operation_id->value) : "";
}

/// An operation as the list names it, and a job to ask `lethe show` about.
struct Named {
  const core::Operation& operation;
  std::string name;
  std::string job;
};

store::Result<Named> named(store::Store& store, const core::Operation& operation) {
  const auto carried = store.carried(operation.number, 1);
  if (!carried) return std::unexpected(carried.error());
  return Named{.operation = operation,
               .name = fmt::format("operation {}{}{} on account {}", operation.number.value, whose(*carried),
                                   cloud_id(operation), operation.account),
               .job = carried->ids.empty() ? std::string{} : carried->ids.front()};
}

Attention entry(const Named& about, std::string_view what, std::string remedy) {
  return {.operation = about.operation.number,
          .job = about.job,
          .what = fmt::format("{} {}", about.name, what),
          .remedy = std::move(remedy)};
}

Attention unsettled(const Named& about) {
  const auto number = about.operation.number.value;
  const auto by_hand = fmt::format(
      "`lethe resolve {} --operation-id N` where Contact Builder lists it (sent at {}), `--resubmit` where it doesn't, "
      "or `--give-up`",
      number, core::rfc3339(about.operation.intent_at));
  if (about.operation.state == core::State::unconfirmed) {
    return entry(
        about, "was sent, and it isn't known yet whether the cloud accepted it; it is being looked up",
        "nothing while that goes on (nothing else of this account is submitted meanwhile); by hand: " + by_hand);
  }
  return entry(about, "was sent, and only a person can tell whether the cloud accepted it",
               by_hand + "; nothing else of this account is submitted until then");
}

Attention ended_badly(const Named& about) {
  const auto& operation = about.operation;
  switch (operation.state) {
    case core::State::restored:
      return entry(about, fmt::format("ended as {}: the contacts are active again", word(operation.state)),
                   "find out who had them restored, and ask again under a new job id if they must go");
    case core::State::mixed:
      return entry(about,
                   fmt::format("ended as {}: the cloud's entries disagree ({})", word(operation.state),
                               operation.background_status),
                   "find out at Salesforce's support which contacts are gone");
    default:
      return entry(about, fmt::format("ended as {} (the cloud says {})", word(operation.state), operation.status),
                   fmt::format("`lethe retry {}` has the cloud try it again, in place", about.job));
  }
}

Attention attention_to(const Named& about) {
  const auto state = about.operation.state;
  const bool open = state == core::State::unconfirmed || state == core::State::needs_operator;
  return open ? unsettled(about) : ended_badly(about);
}

Attention late(const Named& about, const core::History& history) {
  return entry(about,
               fmt::format("is overdue: it is {} and was expected to end at {}", word(about.operation.state),
                           core::rfc3339(core::expected_end(about.operation, history))),
               fmt::format("it is polled on; ask Salesforce's support, or close it with `lethe resolve {} --give-up`",
                           about.operation.number.value));
}

/// However many ended so long ago, a fresh end is among those that are shown.
store::Result<void> add_in_state(store::Store& store, const std::string& account, core::State state, core::Time now,
                                 std::vector<Attention>& to) {
  const auto operations = core::is_final(state)
                              ? store.ended_in_state(account, state, now - alarm_shown_for, most_shown_of_a_state)
                              : store.in_state(account, state, most_shown_of_a_state);
  if (!operations) return std::unexpected(operations.error());
  for (const auto& operation : *operations) {
    const auto about = named(store, operation);
    if (!about) return std::unexpected(about.error());
    to.push_back(attention_to(*about));
  }
  return {};
}

store::Result<void> add_overdue(store::Store& store, const std::string& account, const core::ScheduleSettings& schedule,
                                core::Time now, std::vector<Attention>& to) {
  std::size_t shown = 0;
  const auto history = store.history(account);
  if (!history) return std::unexpected(history.error());
  for (const auto state : {core::State::suppressing, core::State::deleting}) {
    const auto operations = store.in_state(account, state, most_looked_at);
    if (!operations) return std::unexpected(operations.error());
    for (const auto& operation : *operations) {
      if (!core::overdue(operation, *history, schedule, now) || ++shown > most_shown_of_a_state) continue;
      const auto about = named(store, operation);
      if (!about) return std::unexpected(about.error());
      to.push_back(late(*about, *history));
    }
  }
  return {};
}

store::Result<void> add_unknown(store::Store& store, const std::string& account, std::vector<Attention>& to) {
  const auto operations = store.unknown(account, most_shown_of_a_state);
  if (!operations) return std::unexpected(operations.error());
  for (const auto& operation : *operations) {
    const auto about = named(store, operation);
    if (!about) return std::unexpected(about.error());
    to.push_back(entry(*about, "is one that the cloud says it doesn't know; it is asked about once a day",
                       "look for it in Contact Builder and ask Salesforce's support; once it is overdue, "
                       "`lethe resolve` closes it with --give-up"));
  }
  return {};
}

/// Refusals of what could still be asked for; where another decision was taken since, nobody needs to look.
store::Result<void> add_refused(store::Store& store, const std::string& account, core::Time now,
                                std::vector<Attention>& to) {
  const auto refused = store.refused_wishes(account, now - alarm_shown_for);
  if (!refused) return std::unexpected(refused.error());
  for (const auto& wish : *refused) {
    const auto operation = store.operation(wish.operation.value_or(core::OperationNumber{}));
    if (!operation) return std::unexpected(operation.error());
    const bool retry = wish.kind == core::Wish::Kind::retry;
    if (retry ? core::why_no_retry(*operation) : core::why_no_adoption(*operation)) continue;
    const auto about = named(store, *operation);
    if (!about) return std::unexpected(about.error());
    to.push_back(entry(*about, fmt::format("stays as it was: {} was refused: {}", core::in_words(wish), wish.refusal),
                       retry ? "ask for it again once the reason is gone, or ask for the contacts under a new job id"
                             : "look once more in Contact Builder, and settle it with `lethe resolve`"));
  }
  return {};
}

store::Result<void> add_held(store::Store& store, const std::string& account, std::vector<Attention>& to) {
  store::JobFilter filter;
  filter.account = account;
  filter.states = {core::State::held};
  std::size_t shown = 0;
  return store.jobs(filter, [&](const store::JobView& view) {
    to.push_back(
        {.operation = std::nullopt,
         .job = view.job.id,
         .what = fmt::format("job {} is {}: {}", view.job.id, word(view.job.state), view.job.why),
         .remedy = fmt::format("`lethe release {0}` lets it go, `lethe cancel {0}` takes it out", view.job.id)});
    return ++shown < most_shown_of_a_state;
  });
}

store::Result<void> add_sweep(store::Store& store, const core::AccountSettings& account, core::Time now,
                              std::vector<Attention>& to) {
  const auto record = store.account(account.name);
  if (!record) return std::unexpected(record.error());
  const auto& sweep = record->sweep;
  if (!account.sweep || !sweep.off_until || *sweep.off_until <= now) return {};
  to.push_back(
      {.operation = std::nullopt,
       .job = {},
       .what = fmt::format("the sweep of account {} is off until {}: the cloud's list of requests can't be relied "
                           "on: {}",
                           account.name, core::rfc3339(*sweep.off_until), sweep.why),
       .remedy = "nothing: its operations are asked about one by one, which costs more requests, and the list is "
                 "tried again then; where it stays so, set `sweep = false`"});
  return {};
}

store::Result<void> add_account(store::Store& store, const std::string& name, core::Time now,
                                std::vector<Attention>& to) {
  const auto record = store.account(name);
  if (!record) return std::unexpected(record.error());
  if (record->state == core::AccountState::blocked) {
    to.push_back({.operation = std::nullopt,
                  .job = {},
                  .what = fmt::format("account {} is {}: {}", name, word(record->state), record->why),
                  .remedy = "`lethe check --online` tries its credentials; nothing of it is submitted or polled "
                            "meanwhile"});
  }
  const store::Hindrance& hindrance = record->hindrance;
  if (hindrance.alarm && (!hindrance.until || *hindrance.until > now)) {
    to.push_back({.operation = std::nullopt,
                  .job = {},
                  .what = fmt::format("account {}: {}", name, hindrance.why),
                  .remedy = "nothing of it is submitted or polled meanwhile; it goes on by itself"});
  }
  if (record->paused_at) {
    to.push_back({.operation = std::nullopt,
                  .job = {},
                  .what = fmt::format("account {} is {} since {}: {}", name, word(core::AccountState::paused),
                                      core::rfc3339(*record->paused_at), record->paused_why),
                  .remedy = fmt::format("`lethe resume {}` lets it submit again", name)});
  }
  return {};
}

/// A restore window that the cloud refused, unless another one was asked for since.
store::Result<void> add_window(store::Store& store, const std::string& account, core::Time now,
                               std::vector<Attention>& to) {
  const auto wish = store.newest_window_wish(account);
  if (!wish) return std::unexpected(wish.error());
  const bool refused = *wish && (*wish)->settled_at && !(*wish)->refusal.empty();
  if (!refused || now - *(*wish)->settled_at > alarm_shown_for) return {};
  to.push_back(
      {.operation = std::nullopt,
       .job = {},
       .what = fmt::format("account {}: {} was refused: {}", account, core::in_words(**wish), (*wish)->refusal),
       .remedy = fmt::format("`lethe settings {} --suppression-days N` asks for it again", account)});
  return {};
}

std::string what_is_asked(const core::Wish& wish) {
  if (!wish.operation) return core::in_words(wish);
  return fmt::format("{} of operation {}", core::in_words(wish), wish.operation->value);
}

Attention never_done(const core::Wish& wish) {
  return {.operation = wish.operation,
          .job = {},
          .what = fmt::format("account {} isn't in the configuration any more, and {} was asked of it at {}",
                              wish.account, what_is_asked(wish), core::rfc3339(wish.made_at)),
          .remedy = "configure the account again, and the daemon does it"};
}

store::Result<void> add_left_open(store::Store& store, const core::Settings& settings, std::vector<Attention>& to) {
  const auto open = store.open_accounts();
  if (!open) return std::unexpected(open.error());
  for (const store::OpenAccount& account : *open) {
    if (core::find_account(settings, account.name) != nullptr) continue;
    to.push_back({.operation = std::nullopt,
                  .job = {},
                  .what = fmt::format("account {} isn't in the configuration, and {} of its operations and jobs are "
                                      "open: nobody asks about them",
                                      account.name, account.open),
                  .remedy = "put it back and `systemctl reload lethe`"});
  }
  return {};
}

store::Result<void> add_left_wishes(store::Store& store, const core::Settings& settings, std::vector<Attention>& to) {
  const auto accounts = store.accounts_with_wishes();
  if (!accounts) return std::unexpected(accounts.error());
  for (const auto& account : *accounts) {
    if (core::find_account(settings, account) != nullptr) continue;
    const auto wishes = store.open_wishes(account, most_shown_of_a_state);
    if (!wishes) return std::unexpected(wishes.error());
    for (const auto& wish : *wishes) to.push_back(never_done(wish));
  }
  return {};
}

}  // namespace

store::Result<std::vector<Attention>> attention_of(store::Store& store, const core::AccountSettings& account,
                                                   const core::ScheduleSettings& schedule, core::Time now) {
  using core::State;
  std::vector<Attention> found;
  for (const auto state :
       {State::needs_operator, State::unconfirmed, State::restored, State::mixed, State::failed, State::invalid}) {
    if (auto added = add_in_state(store, account.name, state, now, found); !added) {
      return std::unexpected(added.error());
    }
  }
  if (auto added = add_overdue(store, account.name, schedule, now, found); !added) {
    return std::unexpected(added.error());
  }
  if (auto added = add_unknown(store, account.name, found); !added) return std::unexpected(added.error());
  if (auto added = add_refused(store, account.name, now, found); !added) return std::unexpected(added.error());
  if (auto added = add_window(store, account.name, now, found); !added) return std::unexpected(added.error());
  if (auto added = add_held(store, account.name, found); !added) return std::unexpected(added.error());
  if (auto added = add_account(store, account.name, now, found); !added) return std::unexpected(added.error());
  if (auto added = add_sweep(store, account, now, found); !added) return std::unexpected(added.error());
  return found;
}

store::Result<std::vector<Attention>> attention_to_unconfigured(store::Store& store, const core::Settings& settings) {
  std::vector<Attention> found;
  if (auto added = add_left_open(store, settings, found); !added) return std::unexpected(added.error());
  if (auto added = add_left_wishes(store, settings, found); !added) return std::unexpected(added.error());
  return found;
}

}  // namespace lethe::command
