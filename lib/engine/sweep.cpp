#include "engine/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/matching.hpp"
#include "core/sweep.hpp"
#include "engine/pacing.hpp"
#include "engine/planning.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;
using core::Time;
using Failures = cloud::Failure::Kind;

namespace {

/// As many as are held in memory at once. What is further behind comes when these have ended.
constexpr std::size_t most_watched = 2'000;
/// A plan holds for so long at most: windows end, and clocks step, without a word.
constexpr core::Duration plan_holds_for = std::chrono::minutes{10};
constexpr core::Duration plans_ahead = std::chrono::hours{1};
/// Of the receipt, around the acceptance on our clock.
constexpr core::Duration clocks_apart = std::chrono::hours{1};
constexpr core::Duration try_again_after = std::chrono::minutes{10};
constexpr int most_failures = 6;

bool is_sweeping(const Account& account, Time now) {
  const auto& off_until = account.sweeping.record.off_until;
  // Further away than it can be: the clock stepped back since.
  const bool off = off_until && *off_until > now && *off_until <= now + core::sweep_rests_for;
  return account.settings.sweep && !off;
}

void tell_work(Work& work, const Account& account) {
  if (is_sweeping(account, work.now())) {
    work.sweeping.insert(account.settings.name);
  } else {
    work.sweeping.erase(account.settings.name);
  }
}

/// One reading of the list.
struct Look {
  Time started;
  std::set<core::OperationId> missing;  ///< at risk, and not seen yet
  std::optional<Time> as_of;
  std::string fault;  ///< why the list can't be relied on; empty: it can
};

asio::awaitable<void> keep(Work& work, const Account& account) {
  const auto noted = co_await work.parts.store.note_sweep(account.settings.name, account.sweeping.record);
  if (!noted) work.heed(noted.error());
}

asio::awaitable<void> note(Work& work, std::vector<store::ListNote> notes) {
  if (notes.empty()) co_return;
  const auto noted = co_await work.parts.store.note_listed(std::move(notes));
  if (!noted) work.heed(noted.error());
}

/// Whatever the list may hide is asked about, and planned by the ordinary schedule from then on.
asio::awaitable<void> hasten(Work& work, const Account& account) {
  bool more = true;
  while (more && !work.stopping) {
    const auto hastened = co_await work.parts.store.hasten_swept(account.settings.name, work.now());
    if (!hastened) work.heed(hastened.error());
    more = hastened && *hastened;
  }
}

asio::awaitable<void> switch_off(Work& work, Account& account, std::string why) {
  store::SweepRecord& record = account.sweeping.record;
  record.off_until = work.now() + core::sweep_rests_for;
  record.why = std::move(why);
  account.sweeping.failures = 0;
  account.sweeping.read_as_of.reset();
  tell_work(work, account);
  work.parts.log.message(LogLevel::warning,
                         "the cloud's list of requests can't be relied on: " + record.why +
                             "; each operation is asked about by the ordinary schedule until the list is tried again",
                         {{"account", account.settings.name}, {"until", core::rfc3339(*record.off_until)}});
  co_await hasten(work, account);
  co_await keep(work, account);
}

asio::awaitable<void> relied_on(Work& work, Account& account) {
  store::SweepRecord& record = account.sweeping.record;
  account.sweeping.failures = 0;
  if (record.off_until) {
    work.parts.log.message(LogLevel::info, "the cloud's list of requests can be relied on again",
                           {{"account", account.settings.name}});
  }
  record.off_until.reset();
  record.why.clear();
  co_await keep(work, account);
}

asio::awaitable<void> stop_sweeping(Work& work, Account& account) {
  account.sweeping.record = {};
  co_await hasten(work, account);
  co_await keep(work, account);
}

/// What a row says of an operation of ours that hasn't ended. A change that a status call under way may have come too
/// early for is left for the next look, because that call's plan will be written over this one's.
std::optional<store::ListNote> note_of(const Account& account, const store::SweptRow& known, std::string_view word,
                                       Time now) {
  if (known.listed == word) return std::nullopt;
  if (core::compare_row(known.listed, word) == core::RowNews::none) {
    return store::ListNote{.number = known.number, .listed = std::string(word)};
  }
  if (account.polling.contains(known.number)) return std::nullopt;
  return store::ListNote{.number = known.number,
                         .listed = std::string(word),
                         .due_at = now,
                         .under_way_until = known.listed.empty() ? std::nullopt : account.sweeping.read_as_of};
}

/// The rows of a page against what the store knows of them.
asio::awaitable<void> compare(Work& work, const Account& account, Look& look,
                              const std::vector<core::ListedOperation>& rows) {
  std::vector<store::ListNote> notes;
  for (const core::ListedOperation& row : rows) {
    look.missing.erase(row.id);
    if (row.status.empty()) look.fault = "a row of it doesn't say where its operation stands";
    const auto known = work.parts.store.swept_row(account.settings.name, row.id);
    if (!known) co_return work.heed(known.error());
    if (!*known || row.status.empty()) continue;
    const store::SweptRow& ours = **known;
    if (core::is_polled(ours.state)) {
      if (auto noted = note_of(account, ours, row.status, work.now())) notes.push_back(std::move(*noted));
    } else if (ours.ended_at && core::lags_behind(ours.state, *ours.ended_at, row.status, *look.as_of)) {
      look.fault = fmt::format("it shows operationID {} as {}, which ended at {}", row.id.value, row.status,
                               core::rfc3339(*ours.ended_at));
    }
  }
  co_await note(work, std::move(notes));
}

/// What was to be in the list and isn't.
asio::awaitable<void> ask_for_missing(Work& work, const Account& account, Look& look,
                                      const std::vector<store::Swept>& at_risk) {
  std::vector<store::ListNote> notes;
  for (const store::Swept& operation : at_risk) {
    if (!look.missing.contains(operation.operation_id)) continue;
    if (core::compare_row(operation.listed, core::not_listed) == core::RowNews::gone) {
      look.fault = fmt::format("it leaves out operationID {}", operation.operation_id.value);
    }
    if (account.polling.contains(operation.number)) continue;
    notes.push_back({.number = operation.number, .listed = std::string(core::not_listed), .due_at = look.started});
  }
  co_await note(work, std::move(notes));
}

void take_age(Look& look, std::optional<Time> stated) {
  const auto as_of = core::as_of(stated, look.started);
  look.as_of = as_of.value_or(look.started);
  if (!as_of || look.started - *as_of > core::most_lag_of_list) {
    look.fault = fmt::format("it is as of {}, and was read at {}", core::rfc3339(stated.value_or(look.started)),
                             core::rfc3339(look.started));
  }
}

/// The list is closed to us or isn't one. Whether the account is blocked, the status calls that follow tell. A token
/// that can't be had says nothing about it.
bool condemns(const cloud::Failure& failure) {
  const bool closed = failure.kind == Failures::forbidden || failure.kind == Failures::credentials;
  const bool no_list = failure.kind == Failures::contract || failure.kind == Failures::missing;
  return failure.request_sent && (closed || no_list);
}

/// What failed before the list was asked for, and a cloud that asks to wait, say nothing about it.
bool counts_against(const cloud::Failure& failure) {
  return failure.request_sent && (failure.kind == Failures::server || failure.kind == Failures::unreachable);
}

asio::awaitable<void> read_failed(Work& work, Account& account, cloud::Failure failure) {
  if (condemns(failure)) {
    co_await switch_off(work, account, std::move(failure.what));
    co_return;
  }
  if (counts_against(failure) && ++account.sweeping.failures >= most_failures) {
    co_await switch_off(work, account, "it can't be read: " + failure.what);
  }
  co_await work.failed(account, std::move(failure));
}

/// Which part of the list is to be read.
struct Range {
  std::int64_t above;  ///< this operationID
  Time from;
  Time until;
};

Range range_of(const std::vector<store::Swept>& at_risk) {
  const auto ids = std::ranges::minmax(at_risk, {}, &store::Swept::operation_id);
  const auto times = std::ranges::minmax(at_risk, {}, &store::Swept::submitted_at);
  return {.above = ids.min.operation_id.value - 1,
          .from = times.min.submitted_at - clocks_apart,
          .until = times.max.submitted_at + clocks_apart};
}

/// Pages, until every operation at risk has been seen or there are no more. False: it wasn't read to there.
asio::awaitable<bool> read_pages(Work& work, Account& account, const Range& range, Look& look) {
  core::Paging paging(range.above);
  bool more = true;
  while (more && !look.missing.empty()) {
    if (work.stopping || !may_read_on(work, account)) co_return false;
    auto page = co_await account.client->delete_requests(range.from, range.until, paging.next_page());
    if (!page) {
      co_await read_failed(work, account, std::move(page.error()));
      co_return false;
    }
    if (paging.next_page() == 1) take_age(look, page->as_of);
    more = paging.take(page->rows);
    co_await compare(work, account, look, page->rows);
  }
  if (!look.missing.empty() && !paging.whole()) look.fault = "its end can't be found";
  co_await work.succeeded(account);
  co_return true;
}

/// Asked about whatever the list says, so that a list that has stopped telling is found out.
asio::awaitable<void> ask_a_witness(Work& work, Account& account, const Look& look,
                                    const std::vector<store::Swept>& at_risk) {
  const auto witness = core::witness_of(++account.sweeping.reads, at_risk.size());
  if (!witness) co_return;
  const store::Swept& asked = at_risk[*witness];
  std::vector<store::ListNote> notes;
  notes.push_back({.number = asked.number, .listed = asked.listed, .due_at = look.started});
  co_await note(work, std::move(notes));
}

asio::awaitable<void> read_list(Work& work, Account& account, std::vector<store::Swept> at_risk) {
  Look look{.started = work.now(), .missing = {}, .as_of = std::nullopt, .fault = {}};
  for (const store::Swept& operation : at_risk) look.missing.insert(operation.operation_id);
  const bool read = co_await read_pages(work, account, range_of(at_risk), look);
  if (!read) co_return;
  if (!look.missing.empty()) co_await ask_for_missing(work, account, look, at_risk);
  if (!look.fault.empty()) {
    co_await switch_off(work, account, std::move(look.fault));
    co_return;
  }
  account.sweeping.read_as_of = look.as_of;
  co_await ask_a_witness(work, account, look, at_risk);
  co_await relied_on(work, account);
}

/// Nothing: nobody knows.
std::optional<Time> plan(Work& work, const Account& account) {
  const Time now = work.now();
  const auto at_risk = work.parts.store.swept(account.settings.name, now + plans_ahead, most_watched);
  if (!at_risk) {
    work.heed(at_risk.error());
    return std::nullopt;
  }
  if (at_risk->empty()) return now + plans_ahead;
  const Time last_look = std::min(account.sweeping.record.looked_at.value_or(Time{}), now);
  if (account.sweeping.failures > 0) return std::max(last_look + try_again_after, at_risk->front().window_ends);
  const Time from = std::max(last_look, at_risk->front().window_ends);
  std::vector<core::Duration> past_window;
  for (const store::Swept& operation : *at_risk) past_window.push_back(from - operation.window_ends);
  return from +
         core::sweep_gap(work.parts.settings.schedule, history_of(work, account.settings.name).deletion, past_window);
}

}  // namespace

Time next_sweep(Work& work, Account& account) {
  const Time now = work.now();
  Sweeping& sweeping = account.sweeping;
  tell_work(work, account);
  if (!account.settings.sweep) return sweeping.record.looked_at ? now : Time::max();
  if (!is_sweeping(account, now)) return *sweeping.record.off_until;
  const bool holds = sweeping.next_look && now >= sweeping.planned_at && now - sweeping.planned_at < plan_holds_for;
  if (!holds) {
    sweeping.next_look = plan(work, account);
    sweeping.planned_at = now;
  }
  return sweeping.next_look.value_or(now + plan_holds_for);
}

asio::awaitable<void> sweep(Work& work, Account& account) {
  if (!account.settings.sweep) {
    co_await stop_sweeping(work, account);
    co_return;
  }
  account.sweeping.next_look.reset();
  auto at_risk = work.parts.store.swept(account.settings.name, work.now(), most_watched);
  if (!at_risk) co_return work.heed(at_risk.error());
  if (at_risk->empty()) co_return;
  account.sweeping.record.looked_at = work.now();
  if (at_risk->size() > 1) {
    co_await read_list(work, account, std::move(*at_risk));
    co_return;
  }
  account.sweeping.failures = 0;  // the list isn't needed now
  std::vector<store::ListNote> only;
  only.push_back({.number = at_risk->front().number, .listed = at_risk->front().listed, .due_at = work.now()});
  co_await note(work, std::move(only));
  co_await keep(work, account);
}

}  // namespace lethe::engine
