#include <utility>

#include "core/audit.hpp"
#include "store/sqlite/mutations.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

/// The end of the chain, read within the transaction: other processes append to it too.
struct Head {
  std::int64_t seq = 0;
  std::string hash{core::first_link};
};

Head read_head(Statement& row) {
  return {row.integer(0), std::string{row.text(1)}};
}

}  // namespace

Result<void> append(Unit& unit, core::Transition transition, std::optional<core::JobNumber> job) {
  Statement newest(unit.db, "SELECT seq, hash FROM transition ORDER BY seq DESC LIMIT 1");
  const auto head = read_one(newest, read_head);
  if (!head) return std::unexpected(head.error());
  const Head before = head->value_or(Head{});
  transition.seq = before.seq + 1;
  transition.hash = core::link(before.hash, transition);
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
