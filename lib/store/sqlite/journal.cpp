#include <utility>

#include "core/audit.hpp"
#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

Head read_head(Statement& row) {
  return {row.integer(0), std::string{row.text(1)}};
}

}  // namespace

Result<Head> head(Connection& db) {
  Statement newest(db, "SELECT seq, hash FROM transition ORDER BY seq DESC LIMIT 1");
  auto found = read_one(newest, read_head);
  if (!found) return std::unexpected(found.error());
  return std::move(*found).value_or(Head{.seq = 0, .hash = std::string{core::first_link}});
}

Result<void> append(Unit& unit, core::Transition transition, std::optional<core::JobNumber> job) {
  // Read within the transaction: other processes append to the chain too.
  const auto before = head(unit.db);
  if (!before) return std::unexpected(before.error());
  transition.seq = before->seq + 1;
  transition.hash = core::link(before->hash, transition);
  Statement insert(unit.db,
                   "INSERT INTO transition (seq, at, jobs, jobs_total, account, operation, operation_id, job,"
                   " from_state, to_state, status, background_status, cause, polls, hash)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
                   transition.seq, transition.at, join_ids(transition.jobs), transition.jobs_total, transition.account,
                   transition.operation, transition.operation_id, job, transition.from, transition.to,
                   transition.status, transition.background_status, transition.cause, transition.polls,
                   transition.hash);
  if (auto inserted = insert.run(); !inserted) return inserted;
  unit.recorded.push_back(std::move(transition));
  return {};
}

}  // namespace lethe::store::sqlite
