#include "command/status_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <utility>

#include "command/json_time.hpp"
#include "command/table.hpp"
#include "engine/forming.hpp"
#include "report/words.hpp"

namespace lethe::command {
namespace {

/// Of what is queued. That the account is paused, waiting or blocked is its own `why`.
store::Result<std::string> why_it_waits(store::Store& store, const core::ScheduleSettings& schedule,
                                        const core::AccountSettings& account, const store::AccountCounts& counts,
                                        core::Time now) {
  if (counts.queued == 0) return std::string{};
  const auto prospect = engine::prospect_of(store, schedule, account, now);
  if (!prospect) return std::unexpected(prospect.error());
  return prospect->admission.why;
}

store::Result<AccountLine> account_line(store::Store& store, const core::ScheduleSettings& schedule,
                                        const core::AccountSettings& account, core::Time now) {
  const auto record = store.account(account.name);
  if (!record) return std::unexpected(record.error());
  const auto counts = store.counts(account.name);
  if (!counts) return std::unexpected(counts.error());
  AccountLine line;
  line.name = account.name;
  const bool over = record->state == core::AccountState::waiting && record->until && *record->until <= now;
  line.state = over ? core::AccountState::ready : record->state;
  if (!over) {
    line.why = record->why;
    line.until = record->until;
  }
  const store::Hindrance& hindrance = record->hindrance;
  if (!hindrance.until || *hindrance.until > now) {
    line.held_up = hindrance.why;
    line.held_up_until = hindrance.until;
  }
  if (record->paused_at) {
    // The person's word comes first; what holds the account beside it is told with it.
    const auto beside = line.state == core::AccountState::ready
                            ? std::string{}
                            : fmt::format("; also {}: {}", word(line.state), line.why);
    line.why = record->paused_why + beside;
    line.state = core::AccountState::paused;
  }
  line.counts = *counts;
  auto waits = why_it_waits(store, schedule, account, *counts, now);
  if (!waits) return std::unexpected(waits.error());
  line.waits_for = std::move(*waits);
  const auto today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  line.requests_today = record->requests_day == today ? record->requests : 0;
  line.requests_per_day = account.requests_per_day;
  line.last_error = record->last_error;
  line.last_error_at = record->last_error_at;
  return line;
}

std::string until_in_words(std::optional<core::Time> until) {
  return until ? " until " + core::rfc3339(std::chrono::floor<std::chrono::seconds>(*until)) : "";
}

std::string state_in_words(const AccountLine& account) {
  const std::string state = std::string(word(account.state)) + until_in_words(account.until);
  return account.why.empty() ? state : state + ": " + account.why;
}

std::string held_up_in_words(const AccountLine& account) {
  return account.held_up.empty() ? "-" : account.held_up + until_in_words(account.held_up_until);
}

std::string last_error(const AccountLine& account) {
  if (account.last_error.empty()) return "-";
  if (!account.last_error_at) return account.last_error;
  return core::rfc3339(std::chrono::floor<std::chrono::seconds>(*account.last_error_at)) + " " + account.last_error;
}

}  // namespace

store::Result<StatusView> status_view(store::Store& store, const core::Settings& settings, core::Time now) {
  StatusView view;
  for (const auto& account : settings.accounts) {
    auto line = account_line(store, settings.schedule, account, now);
    if (!line) return std::unexpected(line.error());
    auto attention = attention_of(store, account, settings.schedule, now);
    if (!attention) return std::unexpected(attention.error());
    std::ranges::move(*attention, std::back_inserter(view.attention));
    view.accounts.push_back(std::move(*line));
  }
  auto unconfigured = attention_to_unconfigured(store, settings);
  if (!unconfigured) return std::unexpected(unconfigured.error());
  std::ranges::move(*unconfigured, std::back_inserter(view.attention));
  return view;
}

std::string status_text(const StatusView& view) {
  std::string out;
  for (const auto& entry : view.attention)
    out += fmt::format("! {}\n  {}\n", report::printable(entry.what), entry.remedy);
  if (!view.attention.empty()) out += "\n";
  using Align = Table::Align;
  Table table({{"ACCOUNT"},
               {"STATE"},
               {"QUEUED", Align::right},
               {"SUPPRESSING", Align::right},
               {"DELETING", Align::right},
               {"ENDED", Align::right},
               {"REQUESTS TODAY", Align::right},
               {"QUEUED WAITS FOR", Align::left, 100},
               {"CALLS HELD UP BY", Align::left, 100},
               {"LAST ERROR", Align::left, 100}});
  for (const auto& account : view.accounts) {
    table.add({account.name, state_in_words(account), fmt::to_string(account.counts.queued),
               fmt::to_string(account.counts.suppressing), fmt::to_string(account.counts.deleting),
               fmt::to_string(account.counts.ended),
               fmt::format("{} of {}", account.requests_today, account.requests_per_day),
               account.waits_for.empty() ? "-" : account.waits_for, held_up_in_words(account), last_error(account)});
  }
  return out + table.text();
}

std::string status_json(const StatusView& view) {
  boost::json::array accounts;
  for (const auto& account : view.accounts) {
    boost::json::object entry;
    entry["name"] = account.name;
    entry["state"] = word(account.state);
    entry["why"] = account.why;
    entry["until"] = json_time(account.until);
    entry["held_up"] = account.held_up;
    entry["held_up_until"] = json_time(account.held_up_until);
    entry["queued"] = account.counts.queued;
    entry["suppressing"] = account.counts.suppressing;
    entry["deleting"] = account.counts.deleting;
    entry["ended"] = account.counts.ended;
    entry["waits_for"] = account.waits_for;
    entry["requests_today"] = account.requests_today;
    entry["requests_per_day"] = account.requests_per_day;
    entry["last_error"] = account.last_error;
    entry["last_error_at"] = json_time(account.last_error_at);
    accounts.push_back(std::move(entry));
  }
  boost::json::array attention;
  for (const auto& item : view.attention) {
    boost::json::object entry;
    entry["operation"] = item.operation ? boost::json::value(item.operation->value) : nullptr;
    entry["job"] = item.job.empty() ? boost::json::value(nullptr) : boost::json::value(item.job);
    entry["what"] = item.what;
    entry["remedy"] = item.remedy;
    attention.push_back(std::move(entry));
  }
  boost::json::object status;
  status["accounts"] = std::move(accounts);
  status["attention"] = std::move(attention);
  return boost::json::serialize(status);
}

}  // namespace lethe::command
