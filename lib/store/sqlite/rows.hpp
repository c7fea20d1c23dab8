// Rows of the tables as the words of core, and the lists of columns they are read from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/job.hpp"
#include "core/operation.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace lethe::store::sqlite {

/// Columns for the readers below, of tables that the query calls o, j, t and w.
inline constexpr std::string_view operation_columns =
    "o.number, o.account, o.action, o.selector, o.state, o.operation_id, o.status, o.background_status, o.contacts,"
    " o.created_at, o.intent_at, o.known_above, o.absent_at, o.submitted_at, o.restorable_days, o.restorable_until, "
    "o.due_at, o.ended_at, o.polls, o.attempt,"
    " o.retry_count, o.retried_at, o.old_verdict, o.own_retries, o.answered_at, o.typical,"
    " o.suppression_took, o.deletion_took, o.unknown_answers, o.unknown_since, o.listed, o.version";
inline constexpr std::string_view job_columns =
    "j.number, j.id, j.account, j.action, j.selector, j.list_key, j.list_contacts, j.list_delete,"
    " j.list_delete_contents, j.contacts, j.digest, j.created_at, j.not_after, j.cursor, j.state, j.ended_at, j.why,"
    " j.contacts_erased_at, j.released";
inline constexpr std::string_view transition_columns =
    "t.seq, t.at, t.jobs, t.jobs_total, t.account, t.operation, t.operation_id, t.from_state, t.to_state, t.status,"
    " t.background_status, t.cause, t.polls, t.hash";
inline constexpr std::string_view wish_columns =
    "w.number, w.operation, w.account, w.kind, w.operation_id, w.days, w.why, w.made_at, w.settled_at, w.refusal";
/// Of the table itself.
inline constexpr std::string_view account_columns =
    "name, state, why, until, paused_at, paused_why, restorable_days, last_error, last_error_at, requests_day, "
    "requests, highest_operation_id, hindrance, hindrance_until, hindrance_alarms, "
    "sweep_looked_at, sweep_off_until, sweep_why";

// Each reads the present row; where it holds an unknown word the statement is failed afterwards.
core::Operation read_operation(Statement& row);
core::Job read_job(Statement& row);
core::Transition read_transition(Statement& row);
AccountRecord read_account(Statement& row);
core::Wish read_wish(Statement& row);

/// How many columns job_columns has: what follows begins there.
inline constexpr int job_column_count = 19;

/// The first row, if there is one.
template <class T>
Result<std::optional<T>> read_one(Statement& query, T (*read)(Statement&)) {
  std::optional<T> value;
  if (query.next()) value = read(query);
  if (query.failed()) return std::unexpected(query.failure());
  return value;
}

/// All rows, added to `values`.
template <class T>
Result<void> read_all(Statement& query, T (*read)(Statement&), std::vector<T>& values) {
  while (query.next()) values.push_back(read(query));
  if (query.failed()) return std::unexpected(query.failure());
  return {};
}

/// Each row until `take` returns false.
template <class T, class Take>
Result<void> read_each(Statement& query, T (*read)(Statement&), const Take& take) {
  while (query.next()) {
    const T value = read(query);
    if (query.failed() || !take(value)) break;
  }
  if (query.failed()) return std::unexpected(query.failure());
  return {};
}

/// A single value that may be absent or NULL.
Result<std::optional<std::int64_t>> read_number(Statement& query);
Result<std::optional<core::Time>> read_time(Statement& query);

std::string join_ids(const std::vector<std::string>& ids);

}  // namespace lethe::store::sqlite
