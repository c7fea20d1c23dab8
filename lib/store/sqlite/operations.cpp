#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

Error stale(Connection& db, std::string_view what) {
  return db.error(Error::Kind::stale, fmt::format("{}; it was written by somebody else since it was read", what));
}

/// Why a write over a version changed no row.
Error not_changed(Unit& unit, const core::Operation& wanted) {
  const auto stored = operation(unit.db, wanted.number);
  return stored ? stale(unit.db, fmt::format("operation {}", wanted.number.value)) : stored.error();
}

Error duplicate(Unit& unit, const core::Operation& wanted) {
  return unit.db.error(
      Error::Kind::duplicate,
      fmt::format("operationID {} of account {} belongs to another operation than {}; look at both with"
                  " `lethe log`",
                  wanted.operation_id ? wanted.operation_id->value : 0, wanted.account, wanted.number.value));
}

core::JobNumber read_job_number(Statement& row) {
  return {row.integer(0)};
}

}  // namespace

Result<core::OperationNumber> insert_operation(Unit& unit, const core::Operation& operation) {
  Statement insert(unit.db,
                   "INSERT INTO operation (account, action, selector, state, contacts, created_at, version, intent_at,"
                   " known_above) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                   operation.account, operation.action, operation.selector, operation.state, operation.contacts,
                   operation.created_at, operation.version, operation.intent_at, operation.known_above);
  if (auto inserted = insert.run(); !inserted) return std::unexpected(inserted.error());
  return core::OperationNumber{unit.db.last_row()};
}

Result<void> overwrite(Unit& unit, const core::Operation& operation, std::int64_t version) {
  Statement update(unit.db,
                   "UPDATE operation SET state = ?3, operation_id = ?4, status = ?5, background_status = ?6,"
                   " contacts = ?7, submitted_at = ?8, restorable_days = ?9, restorable_until = ?10, due_at = ?11,"
                   " ended_at = ?12, polls = ?13, attempt = ?14, version = ?15, intent_at = ?16, known_above = ?17,"
                   " absent_at = ?18, retry_count = ?19, retried_at = ?20, old_verdict = ?21, own_retries = ?22,"
                   " answered_at = ?23, typical = ?24, suppression_took = ?25, deletion_took = ?26,"
                   " unknown_answers = ?27, unknown_since = ?28"
                   " WHERE number = ?1 AND version = ?2",
                   operation.number, version, operation.state, operation.operation_id, operation.status,
                   operation.background_status, operation.contacts, operation.submitted_at, operation.restorable_days,
                   operation.restorable_until, operation.due_at, operation.ended_at, operation.polls, operation.attempt,
                   operation.version, operation.intent_at, operation.known_above, operation.absent_at,
                   operation.retry_count, operation.retried_at, operation.old_verdict, operation.own_retries,
                   operation.answered_at, operation.typical, operation.suppression_took, operation.deletion_took,
                   operation.unknown_answers, operation.unknown_since);
  const auto updated = update.run();
  if (update.code() == SQLITE_CONSTRAINT_UNIQUE) return std::unexpected(duplicate(unit, operation));
  if (!updated) return updated;
  if (unit.db.changes() == 0) return std::unexpected(not_changed(unit, operation));
  return {};
}

Result<void> refresh_jobs(Unit& unit, core::OperationNumber operation, core::Time at) {
  std::vector<core::JobNumber> jobs;
  Statement query(unit.db, "SELECT DISTINCT job FROM slice WHERE operation = ?1 AND withdrawn IS NULL", operation);
  if (auto read = read_all(query, read_job_number, jobs); !read) return read;
  for (const core::JobNumber job : jobs) {
    if (auto refreshed = refresh(unit, job, at); !refreshed) return refreshed;
  }
  return {};
}

namespace {

/// Moves the job's cursor over the slice, if it still stands at its beginning and the job still waits.
Result<void> take_slice(Unit& unit, const core::Operation& operation, const Slice& slice, std::int64_t position) {
  Statement move(unit.db,
                 "UPDATE job SET cursor = ?2 + ?3 WHERE number = ?1 AND cursor = ?2 AND ?2 + ?3 <= length"
                 " AND rest = 'queued' AND account = ?4 AND action = ?5 AND selector = ?6",
                 slice.job, slice.first, slice.count, operation.account, operation.action, operation.selector);
  if (auto moved = move.run(); !moved) return moved;
  if (unit.db.changes() == 0) return std::unexpected(stale(unit.db, fmt::format("job {}", slice.job.value)));
  Statement insert(unit.db, "INSERT INTO slice (operation, position, job, first, count) VALUES (?1, ?2, ?3, ?4, ?5)",
                   operation.number, position, slice.job, slice.first, slice.count);
  return insert.run();
}

/// A fresh operation, with nothing in it but what forming gives.
core::Operation formed_from(core::Operation wanted) {
  core::Operation operation;
  operation.account = std::move(wanted.account);
  operation.action = wanted.action;
  operation.selector = wanted.selector;
  operation.contacts = wanted.contacts;
  operation.created_at = wanted.created_at;
  operation.state = core::State::submitting;
  operation.version = 1;
  return operation;
}

/// The slices of a job in one operation.
struct Share {
  core::OperationNumber operation;
  std::int64_t others = 0;  ///< contacts that other jobs bring into it
};

Share read_share(Statement& row) {
  return {.operation = {row.integer(0)}, .others = row.integer(1)};
}

Result<std::vector<Share>> queued_shares(Unit& unit, core::JobNumber job) {
  std::vector<Share> shares;
  Statement query(unit.db,
                  "SELECT s.operation, (SELECT ifnull(sum(t.count), 0) FROM slice t WHERE t.operation = s.operation"
                  " AND t.withdrawn IS NULL AND t.job <> ?1) FROM slice s JOIN operation o ON o.number = s.operation"
                  " WHERE s.job = ?1 AND s.withdrawn IS NULL AND o.state = 'queued' GROUP BY s.operation",
                  job);
  if (auto read = read_all(query, read_share, shares); !read) return std::unexpected(read.error());
  return shares;
}

Result<void> mark_withdrawn(Unit& unit, core::JobNumber job, core::OperationNumber operation) {
  Statement mark(unit.db,
                 "UPDATE slice SET withdrawn = (SELECT ifnull(max(seq), 0) FROM transition)"
                 " WHERE job = ?1 AND operation = ?2 AND withdrawn IS NULL",
                 job, operation);
  return mark.run();
}

Result<void> withdraw_share(Unit& unit, core::JobNumber job, const Share& share, core::Time at,
                            const std::string& cause) {
  auto stored = operation(unit.db, share.operation);
  if (!stored) return std::unexpected(stored.error());
  const auto jobs = carried(unit.db, share.operation, 0);
  if (!jobs) return std::unexpected(jobs.error());
  core::Operation smaller = std::move(*stored);
  const std::int64_t version = smaller.version++;
  const bool empty = jobs->total == 1;
  if (empty) {
    smaller.state = core::State::cancelled;
    smaller.due_at.reset();
    smaller.ended_at = at;
  } else {
    // A contact that another job brought too is still to be sent, so no less than what the others bring is sure.
    smaller.contacts = std::min(smaller.contacts, share.others);
  }
  if (auto written = overwrite(unit, smaller, version); !written) return written;
  // The transition comes first, so that it names the job.
  if (empty) {
    auto kept = append_step(unit, smaller, core::State::queued, at, fmt::format("nothing is left in it: {}", cause));
    if (!kept) return kept;
  }
  return mark_withdrawn(unit, job, share.operation);
}

}  // namespace

Result<void> append_step(Unit& unit, const core::Operation& operation, std::optional<core::State> from, core::Time at,
                         std::string cause) {
  auto jobs = carried(unit.db, operation.number, most_named_jobs);
  if (!jobs) return std::unexpected(jobs.error());
  core::Transition transition;
  transition.at = at;
  transition.jobs = std::move(jobs->ids);
  transition.jobs_total = jobs->total;
  transition.account = operation.account;
  transition.operation = operation.number;
  transition.operation_id = operation.operation_id;
  transition.from = from;
  transition.to = operation.state;
  transition.status = operation.status;
  transition.background_status = operation.background_status;
  transition.cause = std::move(cause);
  transition.polls = operation.polls;
  return append(unit, std::move(transition), std::nullopt);
}

Result<core::Operation> form(Unit& unit, core::Operation wanted, const std::vector<Slice>& slices) {
  core::Operation operation = formed_from(std::move(wanted));
  if (auto account = know_account(unit, operation.account); !account) return std::unexpected(account.error());
  if (auto marked = mark_intent(unit, operation, operation.created_at); !marked) return std::unexpected(marked.error());
  const auto number = insert_operation(unit, operation);
  if (!number) return std::unexpected(number.error());
  operation.number = *number;
  std::int64_t position = 0;
  for (const Slice& slice : slices) {
    if (auto taken = take_slice(unit, operation, slice, position++); !taken) return std::unexpected(taken.error());
  }
  if (auto refreshed = refresh_jobs(unit, operation.number, operation.created_at); !refreshed) {
    return std::unexpected(refreshed.error());
  }
  if (auto counted = count_for_fuse(unit, operation); !counted) return std::unexpected(counted.error());
  if (auto noted = note_submission(unit, operation.account, operation.created_at); !noted) {
    return std::unexpected(noted.error());
  }
  auto kept = append_step(unit, operation, std::nullopt, operation.created_at, "formed");
  if (!kept) return std::unexpected(kept.error());
  return operation;
}

Result<core::Operation> record(Unit& unit, core::Operation next, core::Time at, const std::string& cause) {
  const auto before = operation(unit.db, next.number);
  if (!before) return std::unexpected(before.error());
  const std::int64_t version = next.version++;
  if (core::is_final(next.state)) {
    next.due_at.reset();
    if (!next.ended_at) next.ended_at = at;
  } else {
    next.ended_at.reset();
  }
  if (next.state == core::State::submitting && before->state != core::State::submitting) {
    if (auto marked = mark_intent(unit, next, at); !marked) return std::unexpected(marked.error());
  }
  if (auto written = overwrite(unit, next, version); !written) return std::unexpected(written.error());
  if (next.operation_id != before->operation_id) {
    if (auto noted = note_acceptance(unit, next); !noted) return std::unexpected(noted.error());
  }
  if (next.state != before->state) {
    if (auto refreshed = refresh_jobs(unit, next.number, at); !refreshed) return std::unexpected(refreshed.error());
    if (next.state == core::State::submitting) {
      if (auto noted = note_submission(unit, next.account, at); !noted) return std::unexpected(noted.error());
    }
    if (next.state == core::State::suppressing) {
      if (auto settled = settle_acceptance(unit, *before, next); !settled) return std::unexpected(settled.error());
    }
  }
  if (auto kept = append_step(unit, next, before->state, at, cause); !kept) return std::unexpected(kept.error());
  return next;
}

Result<void> note_poll(Unit& unit, const core::Operation& polled) {
  Statement update(unit.db,
                   "UPDATE operation SET polls = ?3, attempt = ?4, due_at = ?5, restorable_days = ?6,"
                   " restorable_until = ?7, absent_at = ?8, answered_at = ?9, typical = ?10, unknown_answers = ?11,"
                   " unknown_since = ?12 WHERE number = ?1 AND version = ?2",
                   polled.number, polled.version, polled.polls, polled.attempt, polled.due_at, polled.restorable_days,
                   polled.restorable_until, polled.absent_at, polled.answered_at, polled.typical,
                   polled.unknown_answers, polled.unknown_since);
  if (auto updated = update.run(); !updated) return updated;
  if (unit.db.changes() == 0) return std::unexpected(not_changed(unit, polled));
  return {};
}

Result<void> replan(Unit& unit, const std::vector<core::Operation>& operations) {
  for (const core::Operation& operation : operations) {
    Statement update(unit.db,
                     "UPDATE operation SET due_at = ?4, attempt = ?5, restorable_until = ?6, typical = ?7"
                     " WHERE number = ?1 AND version = ?2 AND polls = ?3",
                     operation.number, operation.version, operation.polls, operation.due_at, operation.attempt,
                     operation.restorable_until, operation.typical);
    if (auto updated = update.run(); !updated) return updated;
  }
  return {};
}

Result<void> pull_forward(Unit& unit, const std::string& account, core::Time from, core::Time until, core::Time now) {
  Statement update(unit.db, queries::pull_forward(), account, from, until, now, most_pulled,
                   core::word(core::State::deleting));
  return update.run();
}

Result<bool> withdraw(Unit& unit, core::JobNumber job, core::Time at, const std::string& cause) {
  const auto shares = queued_shares(unit, job);
  if (!shares) return std::unexpected(shares.error());
  for (const Share& share : *shares) {
    if (auto withdrawn = withdraw_share(unit, job, share, at, cause); !withdrawn) {
      return std::unexpected(withdrawn.error());
    }
  }
  return !shares->empty();
}

}  // namespace lethe::store::sqlite
