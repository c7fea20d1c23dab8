#include "store/sqlite/mutations.hpp"

namespace lethe::store::sqlite {

Result<void> know_account(Unit& unit, const std::string& name) {
  Statement insert(unit.db, "INSERT INTO account (name, state) VALUES (?1, ?2) ON CONFLICT DO NOTHING", name,
                   core::AccountState::ready);
  return insert.run();
}

Result<void> set_account_state(Unit& unit, const std::string& name, core::AccountState state, const std::string& why,
                               std::optional<core::Time> until) {
  Statement write(unit.db,
                  "INSERT INTO account (name, state, why, until) VALUES (?1, ?2, ?3, ?4)"
                  " ON CONFLICT DO UPDATE SET state = ?2, why = ?3, until = ?4",
                  name, state, why, until);
  return write.run();
}

Result<void> pause(Unit& unit, const std::string& name, core::Time at, const std::string& why) {
  if (auto known = know_account(unit, name); !known) return known;
  Statement update(unit.db, "UPDATE account SET paused_at = ?2, paused_why = ?3 WHERE name = ?1", name, at, why);
  return update.run();
}

Result<void> resume(Unit& unit, const std::string& name) {
  Statement update(unit.db, "UPDATE account SET paused_at = NULL, paused_why = '' WHERE name = ?1", name);
  return update.run();
}

Result<void> note_restorable_days(Unit& unit, const std::string& name, int days) {
  if (auto known = know_account(unit, name); !known) return known;
  Statement update(unit.db, "UPDATE account SET restorable_days = ?2 WHERE name = ?1", name, days);
  return update.run();
}

Result<void> note_error(Unit& unit, const std::string& name, const std::string& error, core::Time at) {
  if (auto known = know_account(unit, name); !known) return known;
  Statement update(unit.db, "UPDATE account SET last_error = ?2, last_error_at = ?3 WHERE name = ?1", name, error, at);
  return update.run();
}

Result<void> note_hindrance(Unit& unit, const std::string& name, const Hindrance& hindrance) {
  if (auto known = know_account(unit, name); !known) return known;
  Statement update(unit.db,
                   "UPDATE account SET hindrance = ?2, hindrance_until = ?3, hindrance_alarms = ?4 WHERE name = ?1",
                   name, hindrance.why, hindrance.until, hindrance.alarm);
  return update.run();
}

Result<void> note_requests(Unit& unit, const std::string& name, std::int64_t day, std::int64_t count) {
  if (auto known = know_account(unit, name); !known) return known;
  Statement update(unit.db,
                   "UPDATE account SET requests = CASE WHEN requests_day = ?2 THEN requests ELSE 0 END + ?3,"
                   " requests_day = ?2 WHERE name = ?1",
                   name, day, count);
  return update.run();
}

Result<void> note_submission(Unit& unit, const std::string& name, core::Time at) {
  Statement update(unit.db, "UPDATE account SET last_submission_at = ?2 WHERE name = ?1", name, at);
  return update.run();
}

}  // namespace lethe::store::sqlite
