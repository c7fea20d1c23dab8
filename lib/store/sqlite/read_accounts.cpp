#include <fmt/format.h>

#include <algorithm>

#include "core/schedule.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace queries {

std::string held() {
  return "SELECT count(*) FROM job WHERE account = ?1 AND rest = ?2 AND rest <> 'queued' AND cursor < length";
}

}  // namespace queries

namespace {

struct Tally {
  core::State state;
  std::int64_t operations;
};

Tally read_tally(Statement& row) {
  const auto state = core::parse_state(row.text(0));
  if (!state) row.spoil("it holds an unknown word");
  return {state.value_or(core::State::failed), row.integer(1)};
}

Result<std::vector<Tally>> tallies(Connection& db, std::string_view account) {
  std::vector<Tally> found;
  Statement query(db, "SELECT state, operations FROM tally WHERE account = ?1", account);
  if (auto read = read_all(query, read_tally, found); !read) return std::unexpected(read.error());
  return found;
}

std::string read_name(Statement& row) {
  return std::string{row.text(0)};
}

/// When an operation of the account last went into submitting.
Result<std::optional<core::Time>> last_submission(Connection& db, std::string_view account) {
  Statement query(db, "SELECT last_submission_at FROM account WHERE name = ?1", account);
  return read_time(query);
}

void count(const Tally& tally, core::AccountFacts& facts) {
  if (tally.state == core::State::submitting) facts.submitting = tally.operations;
  if (tally.state == core::State::unconfirmed) facts.unconfirmed = tally.operations;
  if (tally.state == core::State::needs_operator) facts.needs_operator = tally.operations;
  if (tally.state == core::State::suppressing) facts.suppressing = tally.operations;
}

void count(const Tally& tally, AccountCounts& counts) {
  if (core::is_final(tally.state)) {
    counts.ended += tally.operations;
  } else if (tally.state == core::State::deleting) {
    counts.deleting += tally.operations;
  } else if (tally.state == core::State::queued || tally.state == core::State::held) {
    counts.queued += tally.operations;
  } else {
    counts.suppressing += tally.operations;
  }
}

/// Of the operations in suppression, the ones that no longer count. More than a thousand there have other troubles.
Result<std::int64_t> count_overdue(Connection& db, std::string_view account, core::Time now, core::Duration overdue) {
  constexpr std::size_t most_looked_at = 1'000;
  auto operations = in_state(db, account, core::State::suppressing, most_looked_at);
  if (!operations) return std::unexpected(operations.error());
  // None is expected to end before it began: only where one is old enough, the history need be read.
  std::erase_if(*operations, [&](const core::Operation& one) { return now - core::way_began(one) <= overdue; });
  if (operations->empty()) return 0;
  const auto past = history(db, account);
  if (!past) return std::unexpected(past.error());
  core::ScheduleSettings schedule;
  schedule.overdue = overdue;
  return std::ranges::count_if(
      *operations, [&](const core::Operation& operation) { return core::overdue(operation, *past, schedule, now); });
}

Result<std::int64_t> fuse_count(Connection& db, std::string_view account, std::int64_t day) {
  Statement query(db, "SELECT contacts FROM fuse WHERE account = ?1 AND day = ?2", account, day);
  const auto contacts = read_number(query);
  if (!contacts) return std::unexpected(contacts.error());
  return contacts->value_or(0);
}

/// `condition`, or that its parameter was given as NULL.
std::string when(bool given, std::string_view condition, std::string_view parameter) {
  return given ? std::string{condition} : fmt::format("{} IS NULL", parameter);
}

std::string transitions_query(const TransitionFilter& filter) {
  constexpr std::string_view of_job =
      "t.seq IN (SELECT seq FROM transition WHERE job = ?3 UNION"
      " SELECT x.seq FROM slice s JOIN transition x ON x.operation = s.operation"
      " WHERE s.job = ?3 AND (s.withdrawn IS NULL OR x.seq <= s.withdrawn))";
  return fmt::format("SELECT {} FROM transition t WHERE t.seq > ?1 AND {} AND {} AND {} ORDER BY t.seq",
                     transition_columns, when(filter.operation.has_value(), "t.operation = ?2", "?2"),
                     when(filter.job.has_value(), of_job, "?3"), when(filter.since.has_value(), "t.at >= ?4", "?4"));
}

}  // namespace

Result<core::AccountFacts> facts(Connection& db, std::string_view name, core::Time now, core::Duration overdue) {
  Savepoint snapshot(db);
  if (!snapshot.begun()) return std::unexpected(snapshot.begun().error());
  const auto record = account(db, name);
  if (!record) return std::unexpected(record.error());
  const auto last = last_submission(db, name);
  if (!last) return std::unexpected(last.error());
  const auto found = tallies(db, name);
  if (!found) return std::unexpected(found.error());
  core::AccountFacts facts;
  facts.state = record->state;
  facts.why = record->why;
  facts.until = record->until;
  facts.paused_at = record->paused_at;
  facts.paused_why = record->paused_why;
  facts.last_submission_at = *last;
  for (const Tally& tally : *found) count(tally, facts);
  const auto late = count_overdue(db, name, now, overdue);
  if (!late) return std::unexpected(late.error());
  facts.overdue = *late;
  const auto today = fuse_count(db, name, core::utc_day(now));
  if (!today) return std::unexpected(today.error());
  facts.contacts_today = *today;
  return facts;
}

Result<AccountRecord> account(Connection& db, std::string_view name) {
  Statement query(db, fmt::format("SELECT {} FROM account WHERE name = ?1", account_columns), name);
  auto found = read_one(query, read_account);
  if (!found) return std::unexpected(found.error());
  if (*found) return std::move(**found);
  AccountRecord fresh;
  fresh.name = name;
  return fresh;
}

Result<AccountCounts> counts(Connection& db, std::string_view account) {
  Savepoint snapshot(db);
  if (!snapshot.begun()) return std::unexpected(snapshot.begun().error());
  const auto found = tallies(db, account);
  if (!found) return std::unexpected(found.error());
  Statement waiting(db, "SELECT count(*) FROM job WHERE account = ?1 AND rest = 'queued' AND cursor < length", account);
  const auto jobs = read_number(waiting);
  if (!jobs) return std::unexpected(jobs.error());
  AccountCounts counts;
  counts.queued = jobs->value_or(0);
  for (const Tally& tally : *found) count(tally, counts);
  return counts;
}

Result<std::vector<OpenAccount>> open_accounts(Connection& db) {
  std::vector<std::string> names;
  Statement all(db, "SELECT name FROM account ORDER BY name");
  if (auto read = read_all(all, read_name, names); !read) return std::unexpected(read.error());
  std::vector<OpenAccount> open;
  for (const std::string& name : names) {
    const auto counted = counts(db, name);
    if (!counted) return std::unexpected(counted.error());
    Statement waiting(db, queries::held(), name, core::State::held);
    const auto held = read_number(waiting);
    if (!held) return std::unexpected(held.error());
    const std::int64_t still = counted->queued + counted->suppressing + counted->deleting + held->value_or(0);
    if (still > 0) open.push_back({.name = name, .open = still});
  }
  return open;
}

Result<void> transitions(Connection& db, const TransitionFilter& filter,
                         const std::function<bool(const core::Transition&)>& take) {
  Statement query(db, transitions_query(filter), filter.after_seq, filter.operation, filter.job, filter.since);
  return read_each(query, read_transition, take);
}

Result<std::int64_t> data_version(Connection& db) {
  Statement query(db, "PRAGMA data_version");
  const auto version = read_number(query);
  if (!version) return std::unexpected(version.error());
  return version->value_or(0);
}

}  // namespace lethe::store::sqlite
