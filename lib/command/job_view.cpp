#include "command/job_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <iterator>
#include <ranges>
#include <utility>

#include "command/json_time.hpp"
#include "command/known_account.hpp"
#include "command/known_job.hpp"
#include "command/table.hpp"
#include "core/admission.hpp"
#include "core/batching.hpp"
#include "core/schedule.hpp"
#include "engine/forming.hpp"
#include "report/log.hpp"
#include "report/words.hpp"

namespace lethe::command {
namespace {

std::string short_time(core::Time time) {
  return core::rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}
std::string short_time(const std::optional<core::Time>& time) {
  return time ? short_time(*time) : "-";
}

std::string or_dash(std::string text) {
  return text.empty() ? "-" : std::move(text);
}

std::string contacts(const core::Job& job) {
  return job.selector == core::Selector::list && job.contacts == 0 ? "?" : fmt::to_string(job.contacts);
}

boost::json::object job_object(const core::Job& job, const std::string& why) {
  boost::json::object entry;
  entry["id"] = job.id;
  entry["account"] = job.account;
  entry["action"] = word(job.action);
  entry["selector"] = word(job.selector);
  entry["contacts"] = job.contacts;
  entry["state"] = word(job.state);
  entry["why"] = why;
  entry["created_at"] = core::rfc3339(job.created_at);
  entry["not_after"] = core::rfc3339(job.not_after);
  entry["ended_at"] = json_time(job.ended_at);
  return entry;
}

/// Known once the cloud has accepted it.
std::optional<core::Time> end_of(const core::Operation& operation, const core::History& history) {
  if (!operation.submitted_at) return std::nullopt;
  return core::expected_end(operation, history);
}

boost::json::object operation_object(const core::Operation& operation, const core::History& history, bool overdue) {
  boost::json::object entry;
  entry["operation"] = operation.number.value;
  entry["operation_id"] = operation.operation_id ? boost::json::value(operation.operation_id->value) : nullptr;
  entry["state"] = word(operation.state);
  entry["status"] = operation.status;
  entry["background_status"] = operation.background_status;
  entry["contacts"] = operation.contacts;
  entry["submitted_at"] = json_time(operation.submitted_at);
  entry["restorable_until"] = json_time(operation.restorable_until);
  entry["due_at"] = json_time(operation.due_at);
  entry["expected_end"] = json_time(end_of(operation, history));
  entry["ended_at"] = json_time(operation.ended_at);
  entry["polls"] = operation.polls;
  entry["retried_at"] = json_time(operation.retried_at);
  entry["overdue"] = overdue;
  entry["unknown_to_cloud"] = core::is_polled(operation.state) && core::is_unknown(operation);
  return entry;
}

boost::json::object wish_object(const core::Wish& wish) {
  boost::json::object entry;
  entry["operation"] = wish.operation.value_or(core::OperationNumber{}).value;
  entry["wish"] = word(wish.kind);
  entry["operation_id"] = wish.operation_id ? boost::json::value(wish.operation_id->value) : nullptr;
  entry["why"] = wish.why;
  entry["made_at"] = core::rfc3339(wish.made_at);
  entry["settled_at"] = json_time(wish.settled_at);
  entry["refusal"] = wish.refusal;
  return entry;
}

/// A line for each that is open or was refused; what was carried out is told by the transitions.
std::string wishes_text(const std::vector<core::Wish>& wishes) {
  std::string text;
  for (const auto& wish : wishes) {
    if (wish.settled_at && wish.refusal.empty()) continue;
    text +=
        fmt::format("asked for      {} of operation {} at {}: {}\n", core::in_words(wish),
                    wish.operation.value_or(core::OperationNumber{}).value, short_time(wish.made_at),
                    wish.settled_at ? "refused: " + report::printable(wish.refusal) : "the daemon has yet to do it");
  }
  return text;
}

store::Result<void> add_hand(store::Store& store, const core::Settings& settings, core::Time now, JobDetail& detail) {
  for (const auto& operation : detail.operations) {
    auto wishes = store.wishes_of(operation.number);
    if (!wishes) return std::unexpected(wishes.error());
    std::ranges::move(*wishes, std::back_inserter(detail.wishes));
    if (core::overdue(operation, detail.history, settings.schedule, now)) detail.overdue.push_back(operation.number);
  }
  return {};
}

/// Has contacts that are in no operation yet, or in one that was queued again.
bool waits_to_be_sent(const JobDetail& detail) {
  const auto& job = detail.job;
  if (core::is_final(job.state) || job.state == core::State::held) return false;
  const auto whole = job.selector == core::Selector::list ? 1 : job.contacts;
  return job.cursor < whole ||
         std::ranges::any_of(
             detail.operations,
             [](const core::Operation& operation) { return operation.state == core::State::queued; });
}

/// Nothing holds the account back: who is before the job, or goes with it?
std::string who_goes_first(const store::NextSubmission& next, const core::Job& job,
                           const std::vector<core::Operation>& operations) {
  if (next.operation) {
    const bool own = std::ranges::any_of(
        operations, [&](const core::Operation& operation) { return operation.number == next.operation->number; });
    if (own) return "";
    return fmt::format("operation {}, which was queued again, goes first", next.operation->number.value);
  }
  if (!next.job || next.job->number == job.number) return "";
  if (core::may_share(*next.job, job)) return fmt::format("it leaves with job {} or right after it", next.job->id);
  return fmt::format("job {} goes first", next.job->id);
}

/// What keeps the account's calls back beside what admission looks at.
store::Result<store::Hindrance> hindrance_now(store::Store& store, const std::string& account, core::Time now) {
  auto record = store.account(account);
  if (!record) return std::unexpected(record.error());
  if (record->hindrance.until && *record->hindrance.until <= now) return store::Hindrance{};
  return std::move(record->hindrance);
}

std::string with_end(const std::string& why, const std::optional<core::Time>& until) {
  return until ? fmt::format("{} (until {})", why, short_time(*until)) : why;
}

store::Result<std::string> why_it_waits(store::Store& store, const core::Settings& settings, const core::Job& job,
                                        const std::vector<core::Operation>& operations, core::Time now) {
  const auto* account = core::find_account(settings, job.account);
  if (account == nullptr) return fmt::format("account {} is no longer configured", job.account);
  const auto prospect = engine::prospect_of(store, settings.schedule, *account, now);
  if (!prospect) return std::unexpected(prospect.error());
  const auto admission = core::admit(*account, prospect->facts, core::turn_of(job), now);
  if (!admission.go) return with_end(admission.why, admission.not_before);
  const auto hindrance = hindrance_now(store, job.account, now);
  if (!hindrance) return std::unexpected(hindrance.error());
  auto first = who_goes_first(prospect->next, job, operations);
  // One without an end slows calls down and stops none: who goes first says more.
  const bool stops = !hindrance->why.empty() && (hindrance->until || first.empty());
  return stops ? with_end(hindrance->why, hindrance->until) : std::move(first);
}

std::optional<core::Time> expected_end_of(const JobDetail& detail) {
  if (waits_to_be_sent(detail)) return std::nullopt;
  std::optional<core::Time> latest;
  for (const auto& operation : detail.operations) {
    if (core::is_final(operation.state)) continue;
    const auto end = end_of(operation, detail.history);
    if (!end) return std::nullopt;
    latest = std::max(latest.value_or(*end), *end);
  }
  return latest;
}

std::string operations_table(const std::vector<core::Operation>& operations, const core::History& history) {
  using Align = Table::Align;
  Table table({{"OPERATION", Align::right},
               {"OPERATION ID", Align::right},
               {"STATE"},
               {"CLOUD SAYS"},
               {"CONTACTS", Align::right},
               {"SUBMITTED"},
               {"RESTORABLE UNTIL"},
               {"NEXT POLL"},
               {"EXPECTED END"},
               {"ENDED"},
               {"POLLS", Align::right}});
  for (const auto& operation : operations) {
    const auto background = operation.background_status.empty() ? "" : " / " + operation.background_status;
    table.add(
        {fmt::to_string(operation.number.value),
         operation.operation_id ? fmt::to_string(operation.operation_id->value) : "-",
         std::string(word(operation.state)), or_dash(operation.status + background), fmt::to_string(operation.contacts),
         short_time(operation.submitted_at), short_time(operation.restorable_until), short_time(operation.due_at),
         short_time(end_of(operation, history)), short_time(operation.ended_at), fmt::to_string(operation.polls)});
  }
  return table.text();
}

/// The largest, a line each, and how many more there are.
std::string overlaps_text(const std::vector<store::Overlap>& overlaps) {
  constexpr std::size_t most_lines = 10;
  std::string out;
  for (const auto& [job, contacts] : overlaps | std::views::take(most_lines)) {
    out += fmt::format("overlaps       {} contact{} also in job {}\n", contacts, contacts == 1 ? " is" : "s are", job);
  }
  if (overlaps.size() > most_lines) {
    out += fmt::format("overlaps       with {} more jobs\n", overlaps.size() - most_lines);
  }
  return out;
}

}  // namespace

Outcome<std::vector<store::JobView>> job_list(store::Store& store, const core::Settings& settings,
                                              const store::JobFilter& filter) {
  std::vector<store::JobView> jobs;
  const auto read = store.jobs(filter, [&jobs](const store::JobView& job) {
    jobs.push_back(job);
    return true;
  });
  if (!read) return std::unexpected(failure(read.error()));
  if (!jobs.empty() || !filter.account) return jobs;
  auto configured = known_account(settings, *filter.account);
  if (configured) return jobs;
  bool named = false;
  store::JobFilter any_state;
  any_state.account = filter.account;
  const auto asked = store.jobs(any_state, [&named](const store::JobView&) {
    named = true;
    return false;
  });
  if (!asked) return std::unexpected(failure(asked.error()));
  if (named) return jobs;
  return std::unexpected(std::move(configured.error()));
}

std::string jobs_text(const std::vector<store::JobView>& jobs) {
  using Align = Table::Align;
  Table table({{"JOB"},
               {"ACCOUNT"},
               {"ACTION"},
               {"BY"},
               {"CONTACTS", Align::right},
               {"STATE"},
               {"CREATED"},
               {"ENDED"},
               {"OPERATIONS", Align::right},
               {"WHY"}});
  for (const auto& [job, operations] : jobs) {
    table.add({job.id, job.account, std::string(word(job.action)), std::string(word(job.selector)), contacts(job),
               std::string(word(job.state)), short_time(job.created_at), short_time(job.ended_at),
               fmt::to_string(operations), job.why});
  }
  return table.empty() ? "no jobs\n" : table.text();
}

std::string jobs_json(const std::vector<store::JobView>& jobs) {
  boost::json::array array;
  for (const auto& view : jobs) {
    auto entry = job_object(view.job, view.job.why);
    entry["operations"] = view.operations;
    array.push_back(std::move(entry));
  }
  return boost::json::serialize(array);
}

Outcome<JobDetail> job_detail(store::Store& store, const core::Settings& settings, const std::string& id,
                              core::Time now) {
  auto job = known_job(store, id);
  if (!job) return std::unexpected(job.error());
  JobDetail detail;
  detail.job = std::move(*job);
  auto operations = store.operations_of(detail.job.number);
  if (!operations) return std::unexpected(failure(operations.error()));
  detail.operations = std::move(*operations);
  store::TransitionFilter filter;
  filter.job = detail.job.number;
  const auto read = store.transitions(filter, [&detail](const core::Transition& transition) {
    detail.transitions.push_back(transition);
    return true;
  });
  if (!read) return std::unexpected(failure(read.error()));
  auto overlaps = store.overlaps(detail.job.number);
  if (!overlaps) return std::unexpected(failure(overlaps.error()));
  detail.overlaps = std::move(*overlaps);
  if (waits_to_be_sent(detail)) {
    auto why = why_it_waits(store, settings, detail.job, detail.operations, now);
    if (!why) return std::unexpected(failure(why.error()));
    detail.waits_for = std::move(*why);
  }
  auto history = store.history(detail.job.account);
  if (!history) return std::unexpected(failure(history.error()));
  detail.history = std::move(*history);
  detail.expected_end = expected_end_of(detail);
  if (auto added = add_hand(store, settings, now, detail); !added) return std::unexpected(failure(added.error()));
  return detail;
}

std::string detail_text(const JobDetail& detail, core::Time now) {
  const auto& job = detail.job;
  auto out =
      fmt::format("job            {}\naccount        {}\nasks for       {} by {}, {} contacts\nstate          {}\n",
                  job.id, job.account, word(job.action), word(job.selector), contacts(job), word(job.state));
  if (!job.why.empty()) out += fmt::format("why            {}\n", report::printable(job.why));
  if (!detail.waits_for.empty()) out += fmt::format("waits          {}\n", report::printable(detail.waits_for));
  out += fmt::format("created        {}\n", short_time(job.created_at));
  if (job.ended_at) {
    out += fmt::format("ended          {}\n", short_time(*job.ended_at));
  } else if (waits_to_be_sent(detail)) {
    out += fmt::format("not sent after {}\n", short_time(job.not_after));
  }
  if (job.contacts_erased_at && !job.list) {
    out +=
        fmt::format("erased         {} (its contacts; count and digest stay)\n", short_time(*job.contacts_erased_at));
  }
  if (detail.expected_end) {
    const auto left = *detail.expected_end - now;
    out += fmt::format("expected end   {} ({})\n", short_time(*detail.expected_end),
                       left > core::Duration{0} ? "in " + core::in_words(left) : core::in_words(-left) + " ago");
  }
  for (const auto number : detail.overdue) {
    out += fmt::format("overdue        operation {0} is polled on; `lethe resolve {0} --give-up` closes it\n",
                       number.value);
  }
  out += wishes_text(detail.wishes);
  out += overlaps_text(detail.overlaps);
  if (!detail.operations.empty()) out += "\n" + operations_table(detail.operations, detail.history);
  if (!detail.transitions.empty()) out += "\n";
  for (const auto& transition : detail.transitions) out += report::transition_text(transition) + "\n";
  return out;
}

std::string detail_json(const JobDetail& detail) {
  auto entry = job_object(detail.job, detail.job.why.empty() ? detail.waits_for : detail.job.why);
  entry["expected_end"] = json_time(detail.expected_end);
  entry["contacts_erased_at"] = detail.job.list ? nullptr : json_time(detail.job.contacts_erased_at);
  boost::json::array operations;
  for (const auto& operation : detail.operations) {
    operations.push_back(operation_object(operation, detail.history,
                                          std::ranges::find(detail.overdue, operation.number) != detail.overdue.end()));
  }
  entry["operations"] = std::move(operations);
  boost::json::array overlaps;
  for (const auto& [job, contacts] : detail.overlaps) overlaps.push_back({{"job", job}, {"contacts", contacts}});
  entry["overlaps"] = std::move(overlaps);
  boost::json::array transitions;
  for (const auto& transition : detail.transitions) {
    transitions.push_back(boost::json::parse(report::transition_json(transition)));
  }
  entry["transitions"] = std::move(transitions);
  boost::json::array wishes;
  for (const auto& wish : detail.wishes) wishes.push_back(wish_object(wish));
  entry["wishes"] = std::move(wishes);
  return boost::json::serialize(entry);
}

}  // namespace lethe::command
