#include "engine/forming.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/batching.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::State;

namespace {

/// The jobs that leave together, the oldest first, each let in as if it were its turn. The first that isn't ends the
/// row: nobody overtakes it.
store::Result<std::vector<core::Job>> fellows(Work& work, const Account& account, const Prospect& prospect) {
  std::vector<core::Job> jobs{*prospect.next.job};
  const auto others = work.parts.store.waiting_with(jobs.front(), core::most_jobs_per_operation - 1);
  if (!others) return std::unexpected(others.error());
  core::AccountFacts facts = prospect.facts;
  facts.contacts_today += core::counts_today(core::turn_of(jobs.front()));
  for (const core::Job& job : *others) {
    const core::Turn turn = core::turn_of(job);
    if (!core::admit(account.settings, facts, turn, work.now()).go) break;
    facts.contacts_today += core::counts_today(turn);
    jobs.push_back(job);
  }
  return jobs;
}

/// As many contacts of these jobs, one after the other, as one operation may carry.
store::Result<core::Gathering> gather(Work& work, const Account& account, const std::vector<core::Job>& jobs) {
  const core::Job& oldest = jobs.front();
  core::Gathering gathering(oldest.selector, account.settings.max_contacts_per_operation,
                            cloud::submission_envelope(oldest.action, oldest.selector));
  bool full = false;
  for (const core::Job& job : jobs) {
    gathering.begin(job.number, job.cursor);
    const auto read = work.parts.store.contacts(job.number, job.cursor, job.contacts - job.cursor,
                                                [&gathering, &full](std::string_view contact) {
                                                  full = !gathering.add(contact);
                                                  return !full;
                                                });
    if (!read) return std::unexpected(read.error());
    if (full) break;
  }
  return gathering;
}

std::vector<store::Slice> slices_of(const core::Gathering& gathering) {
  std::vector<store::Slice> slices;
  for (const core::Portion& portion : gathering.portions()) {
    slices.push_back({.job = portion.job, .first = portion.first, .count = portion.count});
  }
  return slices;
}

asio::awaitable<store::Result<std::optional<Intent>>> form_new(Work& work, const Account& account, Prospect prospect) {
  const core::Job oldest = *prospect.next.job;
  Intent intent{.operation = {}, .submission = {oldest.action, oldest.selector, {}, oldest.list}};
  std::vector<store::Slice> slices{{.job = oldest.number, .first = oldest.cursor, .count = 1}};
  intent.operation.contacts = oldest.contacts;
  if (oldest.selector != core::Selector::list) {
    const auto jobs = fellows(work, account, prospect);
    if (!jobs) co_return std::unexpected(jobs.error());
    auto gathering = gather(work, account, *jobs);
    if (!gathering) co_return std::unexpected(gathering.error());
    slices = slices_of(*gathering);
    intent.submission.contacts = gathering->take_contacts();
    intent.operation.contacts = static_cast<std::int64_t>(intent.submission.contacts.size());
  }
  intent.operation.account = oldest.account;
  intent.operation.action = oldest.action;
  intent.operation.selector = oldest.selector;
  intent.operation.created_at = work.now();
  auto formed = co_await work.parts.store.form(intent.operation, std::move(slices));
  if (!formed) co_return std::unexpected(formed.error());
  intent.operation = std::move(*formed);
  co_return intent;
}

/// What the operation carried when it was formed, less what has left it since. It fitted then, so it fits now, whatever
/// max_contacts_per_operation has become.
store::Result<std::vector<std::string>> contacts_again(Work& work, const core::Operation& operation,
                                                       const std::vector<store::Slice>& slices) {
  core::Gathering gathering(operation.selector, core::most_contacts_per_operation,
                            cloud::submission_envelope(operation.action, operation.selector));
  bool fits = true;
  for (const store::Slice& slice : slices) {
    gathering.begin(slice.job, slice.first);
    const auto read =
        work.parts.store.contacts(slice.job, slice.first, slice.count, [&gathering, &fits](std::string_view contact) {
          fits = gathering.add(contact);
          return fits;
        });
    if (!read) return std::unexpected(read.error());
    if (!fits) {
      return std::unexpected(store::Error{
          store::Error::Kind::io, fmt::format("operation {} no longer fits into one request", operation.number.value)});
    }
  }
  return gathering.take_contacts();
}

asio::awaitable<store::Result<std::optional<Intent>>> form_again(Work& work, core::Operation operation) {
  // Who is late leaves it before it goes.
  const auto expiry = work.parts.store.next_expiry();
  if (!expiry) co_return std::unexpected(expiry.error());
  if (*expiry && **expiry <= work.now()) co_return std::nullopt;
  const auto slices = work.parts.store.slices(operation.number);
  if (!slices) co_return std::unexpected(slices.error());
  Intent intent{.operation = {}, .submission = {operation.action, operation.selector, {}, {}}};
  if (operation.selector == core::Selector::list) {
    const auto job = work.parts.store.job(slices->front().job);
    if (!job) co_return std::unexpected(job.error());
    intent.submission.list = job->list;
  } else {
    auto contacts = contacts_again(work, operation, *slices);
    if (!contacts) co_return std::unexpected(contacts.error());
    intent.submission.contacts = std::move(*contacts);
    operation.contacts = static_cast<std::int64_t>(intent.submission.contacts.size());
  }
  operation.state = State::submitting;
  auto recorded = co_await work.parts.store.record(std::move(operation), work.now(), "submitted again");
  if (!recorded) co_return std::unexpected(recorded.error());
  intent.operation = std::move(*recorded);
  co_return intent;
}

}  // namespace

store::Result<Prospect> prospect_of(store::Store& store, const core::ScheduleSettings& schedule,
                                    const core::AccountSettings& account, core::Time now) {
  Prospect prospect;
  auto facts = store.facts(account.name, now, schedule.overdue);
  if (!facts) return std::unexpected(facts.error());
  auto next = store.next_submission(account.name);
  if (!next) return std::unexpected(next.error());
  prospect.facts = std::move(*facts);
  prospect.next = std::move(*next);
  std::optional<core::Turn> turn;
  if (prospect.next.job) turn = core::turn_of(*prospect.next.job);
  prospect.admission = core::admit(account, prospect.facts, turn, now);
  return prospect;
}

asio::awaitable<void> hold(Work& work, core::Job job, std::string why) {
  const auto held = co_await work.parts.store.hold(job.number, work.now(), std::move(why));
  if (!held) work.heed(held.error());
}

asio::awaitable<store::Result<std::optional<Intent>>> form_next(Work& work, const Account& account) {
  auto prospect = prospect_of(work.parts.store, work.parts.settings.schedule, account.settings, work.now());
  if (!prospect) co_return std::unexpected(prospect.error());
  const bool nothing = !prospect->next.operation && !prospect->next.job;
  if (nothing || !prospect->admission.go) co_return std::nullopt;
  if (prospect->next.operation) co_return co_await form_again(work, std::move(*prospect->next.operation));
  co_return co_await form_new(work, account, std::move(*prospect));
}

}  // namespace lethe::engine
