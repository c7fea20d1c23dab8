#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

Result<void> mark_intent(Unit& unit, core::Operation& operation, core::Time at) {
  const auto record = account(unit.db, operation.account);
  if (!record) return std::unexpected(record.error());
  operation.intent_at = at;
  operation.known_above = record->highest_operation_id.value_or(0);
  operation.absent_at.reset();
  return {};
}

Result<void> note_acceptance(Unit& unit, const core::Operation& operation) {
  // Nothing says that restricts are numbered in one row with deletes, which the cloud's lists show. Where they aren't,
  // a mark above the deletes would hide a lost one.
  if (!operation.operation_id || operation.action != core::Action::delete_contacts) return {};
  return note_highest(unit, operation.account, operation.operation_id->value);
}

Result<void> note_highest(Unit& unit, const std::string& account, std::int64_t operation_id) {
  if (auto known = know_account(unit, account); !known) return known;
  Statement update(unit.db,
                   "UPDATE account SET highest_operation_id = max(ifnull(highest_operation_id, 0), ?2) WHERE name = ?1",
                   account, operation_id);
  return update.run();
}

Result<std::vector<core::OperationId>> claimed(Connection& db, std::string_view account, core::Action action,
                                               const std::vector<core::OperationId>& ids) {
  std::vector<core::OperationId> found;
  for (const core::OperationId id : ids) {
    Statement query(db, "SELECT 1 FROM operation WHERE account = ?1 AND action = ?2 AND operation_id = ?3", account,
                    action, id);
    const auto known = read_number(query);
    if (!known) return std::unexpected(known.error());
    if (*known) found.push_back(id);
  }
  return found;
}

Result<std::optional<core::Time>> newest_transition_at(Connection& db) {
  Statement query(db, "SELECT at FROM transition ORDER BY seq DESC LIMIT 1");
  return read_time(query);
}

}  // namespace lethe::store::sqlite
