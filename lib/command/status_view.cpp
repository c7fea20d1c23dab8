#include "command/status_view.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "command/table.hpp"
#include "report/words.hpp"

namespace lethe::command {
namespace {

constexpr std::size_t most_shown_of_a_state = 100;

std::string whose(const store::Store::Carried& carried) {
  if (carried.ids.empty()) return "";
  if (carried.total == 1) return " of job " + carried.ids.front();
  return fmt::format(" of job {} and {} more", carried.ids.front(), carried.total - 1);
}

std::string cloud_id(const core::Operation& operation) {
  return operation.operation_id ? fmt::format(" (operationID {})", operation.operation_id->value) : "";
}

Attention attention_to(const core::Operation& operation, const store::Store::Carried& carried) {
  Attention entry;
  entry.operation = operation.number;
  if (!carried.ids.empty()) entry.job = carried.ids.front();
  const auto name = fmt::format("operation {}{}{} on account {}", operation.number.value, whose(carried),
                                cloud_id(operation), operation.account);
  switch (operation.state) {
    case core::State::unconfirmed:
      entry.what = name + " was sent, and its answer was lost";
      entry.remedy =
          "nothing yet: Lethe looks for it in the cloud's lists by itself, and submits nothing else of this account "
          "until "
          "it is settled";
      break;
    case core::State::needs_operator:
      entry.what = name + " was sent, and nobody knows whether the cloud accepted it";
      entry.remedy = fmt::format(
          "look in Contact Builder's list of deletions for one of {}; it is never sent again unasked, and nothing else "
          "of "
          "this account is submitted until it is settled",
          operation.submitted_at ? core::rfc3339(*operation.submitted_at) : core::rfc3339(operation.created_at));
      break;
    case core::State::restored:
      entry.what = name + " ended as restored: the contacts are active again";
      entry.remedy = "find out who had them restored, and ask again under a new job id if they must go";
      break;
    default:
      entry.what = fmt::format("{} ended as {}: the cloud's entries disagree ({})", name, word(operation.state),
                               operation.background_status);
      entry.remedy = "find out at Salesforce's support which contacts are gone";
  }
  return entry;
}

std::optional<Attention> attention_to(const AccountLine& account) {
  if (account.state != core::AccountState::blocked) return std::nullopt;
  Attention entry;
  entry.what = fmt::format("account {} is blocked: {}", account.name, account.why);
  entry.remedy = "`lethe check --online` tries its credentials; nothing of it is submitted or polled meanwhile";
  return entry;
}

store::Result<void> add_operations(store::Store& store, const std::string& account, core::State state, core::Time now,
                                   std::vector<Attention>& to) {
  const auto operations = store.in_state(account, state, most_shown_of_a_state);
  if (!operations) return std::unexpected(operations.error());
  for (const auto& operation : *operations) {
    if (operation.ended_at && now - *operation.ended_at > alarm_shown_for) continue;
    const auto carried = store.carried(operation.number, 1);
    if (!carried) return std::unexpected(carried.error());
    to.push_back(attention_to(operation, *carried));
  }
  return {};
}

store::Result<AccountLine> account_line(store::Store& store, const core::AccountSettings& account, core::Time now) {
  const auto record = store.account(account.name);
  if (!record) return std::unexpected(record.error());
  const auto counts = store.counts(account.name);
  if (!counts) return std::unexpected(counts.error());
  AccountLine line;
  line.name = account.name;
  const bool over = record->state == core::AccountState::waiting && record->until && *record->until <= now;
  line.state = over ? core::AccountState::ready : record->state;
  if (!over) line.why = record->why;
  line.counts = *counts;
  const auto today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  line.requests_today = record->requests_day == today ? record->requests : 0;
  line.requests_per_day = account.requests_per_day;
  line.last_error = record->last_error;
  line.last_error_at = record->last_error_at;
  return line;
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
    auto line = account_line(store, account, now);
    if (!line) return std::unexpected(line.error());
    for (const auto state :
         {core::State::needs_operator, core::State::unconfirmed, core::State::restored, core::State::mixed}) {
      if (auto added = add_operations(store, account.name, state, now, view.attention); !added) {
        return std::unexpected(added.error());
      }
    }
    if (auto blocked = attention_to(*line)) view.attention.push_back(std::move(*blocked));
    view.accounts.push_back(std::move(*line));
  }
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
               {"LAST ERROR", Align::left, 100}});
  for (const auto& account : view.accounts) {
    const auto state = std::string(word(account.state)) + (account.why.empty() ? "" : ": " + account.why);
    table.add({account.name, state, fmt::to_string(account.counts.queued), fmt::to_string(account.counts.suppressing),
               fmt::to_string(account.counts.deleting), fmt::to_string(account.counts.ended),
               fmt::format("{} of {}", account.requests_today, account.requests_per_day), last_error(account)});
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
    entry["queued"] = account.counts.queued;
    entry["suppressing"] = account.counts.suppressing;
    entry["deleting"] = account.counts.deleting;
    entry["ended"] = account.counts.ended;
    entry["requests_today"] = account.requests_today;
    entry["requests_per_day"] = account.requests_per_day;
    entry["last_error"] = account.last_error;
    entry["last_error_at"] =
        account.last_error_at ? boost::json::value(core::rfc3339(*account.last_error_at)) : nullptr;
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
