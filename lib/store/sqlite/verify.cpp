// The audit of the whole record, on one snapshot of the store.
#include <fmt/format.h>

#include "core/audit.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

using Found = std::function<void(const std::string&)>;

Result<Head> verify_chain(Connection& db, const Found& found) {
  Statement query(db, fmt::format("SELECT {} FROM transition t ORDER BY t.seq", transition_columns));
  core::ChainCheck chain;
  while (query.next()) {
    const core::Transition transition = read_transition(query);
    if (query.failed()) break;
    if (const auto broken = chain.next(transition)) found(*broken);
  }
  // A row of words that nobody writes: it is one of the things looked for, and no failure of the reading.
  if (query.failed() && query.code() == 0) {
    found(fmt::format("the transition after {} was changed: it holds an unknown word", chain.seq()));
  } else if (query.failed()) {
    return std::unexpected(query.failure());
  }
  return Head{.seq = chain.seq(), .hash = chain.head()};
}

/// An operation must stand where its newest transition left it.
Result<void> verify_operations(Connection& db, const Found& found) {
  Statement query(db,
                  "SELECT o.number, o.state, t.to_state, t.seq FROM operation o"
                  " LEFT JOIN transition t ON t.seq = (SELECT max(seq) FROM transition WHERE operation = o.number)"
                  " WHERE t.seq IS NULL OR o.state <> t.to_state OR o.status <> t.status"
                  " OR o.background_status <> t.background_status OR o.operation_id IS NOT t.operation_id"
                  " OR o.account <> t.account ORDER BY o.number");
  while (query.next()) {
    const std::int64_t number = query.integer(0);
    if (query.is_null(3)) {
      found(fmt::format("operation {} is {}, and no transition says so", number, query.text(1)));
    } else {
      found(
          fmt::format("operation {} was changed: it is {}, and transition {}, its newest, left it {} or with other"
                      " words of the cloud",
                      number, query.text(1), query.integer(3), query.text(2)));
    }
  }
  if (query.failed()) return std::unexpected(query.failure());
  return {};
}

/// A job must stand where its parts do.
Result<void> verify_jobs(Connection& db, const Found& found) {
  Statement query(db, "SELECT number, id, state FROM job ORDER BY number");
  while (query.next()) {
    const auto by_parts = standing(db, core::JobNumber{query.integer(0)});
    if (!by_parts) return std::unexpected(by_parts.error());
    const std::string_view state = core::word(by_parts->state);
    if (query.text(2) == state) continue;
    found(fmt::format("job {} was changed: it is {}, and its operations say {}", query.text(1), query.text(2), state));
  }
  if (query.failed()) return std::unexpected(query.failure());
  return {};
}

}  // namespace

Result<Head> verify(Connection& db, const Found& found) {
  Savepoint snapshot(db);
  if (!snapshot.begun()) return std::unexpected(snapshot.begun().error());
  auto head = verify_chain(db, found);
  if (!head) return head;
  if (auto operations = verify_operations(db, found); !operations) return std::unexpected(operations.error());
  if (auto jobs = verify_jobs(db, found); !jobs) return std::unexpected(jobs.error());
  return head;
}

}  // namespace lethe::store::sqlite
