#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace queries {

std::string swept() {
  return "SELECT number, operation_id, ifnull(submitted_at, created_at), restorable_until, listed FROM operation"
         " WHERE account = ?1 AND state = ?2 AND action = ?3 AND restorable_until <= ?4"
         " AND unknown_answers = 0 ORDER BY restorable_until LIMIT ?5";
}

std::string hasten_swept() {
  return "SELECT number FROM operation WHERE account = ?1 AND state = ?2 AND action = ?3"
         " AND due_at > max(?4, restorable_until) AND unknown_answers = 0 LIMIT ?5";
}

}  // namespace queries

namespace {

constexpr core::State watched = core::State::deleting;
constexpr core::Action listed_action = core::Action::delete_contacts;
constexpr std::size_t hastened_at_once = 500;

core::Time to_time(std::int64_t milliseconds) {
  return core::Time{core::Duration{milliseconds}};
}

Swept read_swept(Statement& row) {
  return {.number = {row.integer(0)},
          .operation_id = {row.integer(1)},
          .submitted_at = to_time(row.integer(2)),
          .window_ends = to_time(row.integer(3)),
          .listed = std::string{row.text(4)}};
}

SweptRow read_swept_row(Statement& row) {
  const auto state = core::parse_state(row.text(1));
  if (!state) row.spoil("it holds an unknown word");
  return {.number = {row.integer(0)},
          .state = state.value_or(core::State::failed),
          .ended_at = row.is_null(2) ? std::nullopt : std::optional(to_time(row.integer(2))),
          .listed = std::string{row.text(3)}};
}

core::OperationNumber read_number_of_operation(Statement& row) {
  return {row.integer(0)};
}

}  // namespace

Result<std::vector<Swept>> swept(Connection& db, std::string_view account, core::Time now, std::size_t most) {
  std::vector<Swept> found;
  Statement query(db, queries::swept(), account, watched, listed_action, now, most);
  if (auto read = read_all(query, read_swept, found); !read) return std::unexpected(read.error());
  return found;
}

Result<std::optional<SweptRow>> swept_row(Connection& db, std::string_view account, core::OperationId id) {
  Statement query(db,
                  "SELECT number, state, ended_at, listed FROM operation"
                  " WHERE account = ?1 AND action = ?2 AND operation_id = ?3",
                  account, listed_action, id);
  return read_one(query, read_swept_row);
}

Result<void> note_listed(Unit& unit, const std::vector<ListNote>& notes) {
  for (const ListNote& note : notes) {
    Statement update(unit.db,
                     "UPDATE operation SET listed = ?2, due_at = min(due_at, ifnull(?3, due_at)),"
                     " answered_at = max(answered_at, ifnull(?4, answered_at)) WHERE number = ?1",
                     note.number, note.listed, note.due_at, note.under_way_until);
    if (auto updated = update.run(); !updated) return updated;
  }
  return {};
}

Result<bool> hasten_swept(Unit& unit, const std::string& account, core::Time now) {
  std::vector<core::OperationNumber> waiting;
  Statement query(unit.db, queries::hasten_swept(), account, watched, listed_action, now, hastened_at_once);
  if (auto read = read_all(query, read_number_of_operation, waiting); !read) return std::unexpected(read.error());
  for (const core::OperationNumber number : waiting) {
    Statement update(unit.db, "UPDATE operation SET due_at = max(?2, restorable_until) WHERE number = ?1", number, now);
    if (auto updated = update.run(); !updated) return std::unexpected(updated.error());
  }
  return waiting.size() == hastened_at_once;
}

Result<void> note_sweep(Unit& unit, const std::string& name, const SweepRecord& sweep) {
  if (auto known = know_account(unit, name); !known) return known;
  Statement update(unit.db,
                   "UPDATE account SET sweep_looked_at = ?2, sweep_off_until = ?3, sweep_why = ?4 WHERE name = ?1",
                   name, sweep.looked_at, sweep.off_until, sweep.why);
  return update.run();
}

}  // namespace lethe::store::sqlite
