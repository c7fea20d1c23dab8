// The daily fuse: how many contacts left on a day, and the jobs that it holds and a person releases.
#include <fmt/format.h>

#include "core/admission.hpp"
#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

Result<void> add_to_fuse(Unit& unit, const std::string& account, core::Time at, std::int64_t contacts) {
  if (contacts == 0) return {};
  Statement add(unit.db,
                "INSERT INTO fuse (account, day, contacts) VALUES (?1, ?2, max(0, ?3))"
                " ON CONFLICT DO UPDATE SET contacts = max(0, contacts + ?3)",
                account, core::utc_day(at), contacts);
  return add.run();
}

Error changed_meanwhile(Unit& unit, const core::Job& job) {
  return unit.db.error(Error::Kind::stale,
                       fmt::format("job {} is {} by now; look at it with `lethe show`", job.id, core::word(job.state)));
}

}  // namespace

Result<void> count_for_fuse(Unit& unit, const core::Operation& formed) {
  Statement query(unit.db,
                  "SELECT sum(CASE WHEN j.list_key IS NULL THEN j.length ELSE ifnull(j.list_contacts, ?2) END)"
                  " FROM slice s JOIN job j ON j.number = s.job WHERE s.operation = ?1 AND s.first = 0",
                  formed.number, core::contacts_of_undeclared_list);
  const auto contacts = read_number(query);
  if (!contacts) return std::unexpected(contacts.error());
  return add_to_fuse(unit, formed.account, formed.created_at, contacts->value_or(0));
}

Result<void> settle_acceptance(Unit& unit, const core::Operation& before, const core::Operation& taken) {
  Statement forget(unit.db, "UPDATE account SET refused = NULL WHERE name = ?1 AND refused IS NOT NULL", taken.account);
  if (auto forgotten = forget.run(); !forgotten) return forgotten;
  if (taken.selector != core::Selector::list || taken.contacts == before.contacts) return {};
  // A list is counted as it was declared when it leaves, and the cloud says only then how many contacts it has.
  Statement query(unit.db,
                  "SELECT ifnull(j.list_contacts, ?2) FROM slice s JOIN job j ON j.number = s.job"
                  " WHERE s.operation = ?1 AND s.withdrawn IS NULL",
                  taken.number, core::contacts_of_undeclared_list);
  const auto counted = read_number(query);
  if (!counted) return std::unexpected(counted.error());
  return add_to_fuse(unit, taken.account, taken.created_at, taken.contacts - counted->value_or(taken.contacts));
}

Result<void> hold_whole(Unit& unit, core::JobNumber number, core::Time at, const std::string& why) {
  const auto before = job(unit.db, number);
  if (!before) return std::unexpected(before.error());
  Statement query(unit.db, "SELECT count(*) FROM job WHERE number = ?1 AND rest = 'queued' AND cursor = 0", number);
  const auto waits = read_number(query);
  if (!waits) return std::unexpected(waits.error());
  if (waits->value_or(0) == 0) return std::unexpected(changed_meanwhile(unit, *before));
  return hold(unit, *before, why, at);
}

Result<void> release(Unit& unit, core::JobNumber number, core::Time at) {
  const auto before = job(unit.db, number);
  if (!before) return std::unexpected(before.error());
  Statement update(unit.db, "UPDATE job SET rest = ?2, why = '', released = 1 WHERE number = ?1 AND rest = ?3", number,
                   core::State::queued, core::State::held);
  if (auto updated = update.run(); !updated) return updated;
  if (unit.db.changes() == 0) return std::unexpected(changed_meanwhile(unit, *before));
  if (auto refreshed = refresh(unit, number, at); !refreshed) return refreshed;
  return append_job_step(unit, *before, core::State::held, core::State::queued, at, "released by a person");
}

}  // namespace lethe::store::sqlite
