#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

constexpr const char* expiry = "not submitted before not_after";

/// Of an open load.
Result<std::int64_t> contacts_of(Unit& unit, LoadNumber load) {
  Statement query(unit.db, "SELECT contacts FROM load WHERE number = ?1", load);
  const auto contacts = read_number(query);
  if (!contacts) return std::unexpected(contacts.error());
  if (!*contacts) {
    return std::unexpected(
        unit.db.error(Error::Kind::not_found,
                      fmt::format("the contacts of load {} are no longer here; submit the job again", load.value)));
  }
  return **contacts;
}

/// What the job asks for must be what arrived, or part of it would never be sent.
Result<void> check_content(Unit& unit, const core::Job& job, std::int64_t loaded) {
  const auto refused = [&](std::string_view what) {
    return std::unexpected(unit.db.error(Error::Kind::io, fmt::format("the job was not taken: {}", what)));
  };
  if (!core::is_job_id(job.id)) return refused("its id has characters that no id may have; give another one");
  const std::int64_t expected = job.list ? 0 : job.contacts;
  if (loaded != expected)
    return refused(fmt::format("it has {} contacts and {} arrived; submit it again", expected, loaded));
  if (!job.list && loaded == 0) return refused("it has no contacts; give at least one");
  return {};
}

Result<core::JobNumber> insert_job(Unit& unit, LoadNumber load, const core::Job& job) {
  const core::ListTarget* list = job.list ? &*job.list : nullptr;
  const std::int64_t length = list != nullptr ? 1 : job.contacts;
  Statement insert(unit.db,
                   "INSERT INTO job (id, load, account, action, selector, list_key, list_contacts, list_delete,"
                   " list_delete_contents, contacts, length, digest, created_at, not_after, rest, state, why,"
                   " expires_at)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?14)",
                   job.id, load, job.account, job.action, job.selector,
                   list != nullptr ? std::optional(list->key) : std::nullopt,
                   list != nullptr ? list->contacts : std::nullopt,
                   list != nullptr ? std::optional(list->delete_when_completed) : std::nullopt,
                   list != nullptr ? std::optional(list->delete_contents_when_completed) : std::nullopt, job.contacts,
                   length, job.digest, job.created_at, job.not_after, job.state, job.why);
  if (auto inserted = insert.run(); !inserted) return std::unexpected(inserted.error());
  return core::JobNumber{unit.db.last_row()};
}

/// Where the parts of a job stand.
struct Parts {
  std::vector<core::State> states;
  std::int64_t sent_or_queued = 0;  ///< contacts that are in an operation
  std::int64_t queued = 0;          ///< of those, in operations that were queued again
  std::int64_t operations = 0;      ///< that carry it
  bool expires = false;             ///< something of it isn't submitted yet
};

Result<Parts> parts_of(Connection& db, core::JobNumber job) {
  Statement query(db,
                  "SELECT o.state, sum(s.count), count(DISTINCT o.number) FROM slice s"
                  " JOIN operation o ON o.number = s.operation"
                  " WHERE s.job = ?1 AND s.withdrawn IS NULL GROUP BY o.state",
                  job);
  Parts parts;
  while (query.next()) {
    const auto state = core::parse_state(query.text(0));
    if (!state) {
      query.spoil("it holds an unknown word");
      break;
    }
    parts.states.push_back(*state);
    parts.sent_or_queued += query.integer(1);
    parts.operations += query.integer(2);
    if (*state == core::State::queued) parts.queued += query.integer(1);
    parts.expires = parts.expires || *state == core::State::queued;
  }
  if (query.failed()) return std::unexpected(query.failure());
  return parts;
}

/// The part of a job that is in no operation.
struct Rest {
  core::State state;
  std::int64_t length;
};

Rest read_rest(Statement& row) {
  const auto state = core::parse_state(row.text(0));
  if (!state) row.spoil("it holds an unknown word");
  return {state.value_or(core::State::queued), row.integer(1)};
}

Result<Rest> rest_of(Connection& db, core::JobNumber job) {
  Statement query(db, "SELECT rest, length FROM job WHERE number = ?1", job);
  const auto rest = read_one(query, read_rest);
  if (!rest) return std::unexpected(rest.error());
  if (!*rest) {
    return std::unexpected(db.error(Error::Kind::not_found, fmt::format("there is no job {}", job.value)));
  }
  return **rest;
}

/// What of the job isn't sent ends so; how many contacts that is (a list is one).
Result<std::int64_t> end_what_waits(Unit& unit, const core::Job& job, core::State end, core::Time at,
                                    const std::string& cause) {
  const auto parts = parts_of(unit.db, job.number);
  if (!parts) return std::unexpected(parts.error());
  const auto rest = rest_of(unit.db, job.number);
  if (!rest) return std::unexpected(rest.error());
  const std::int64_t waiting = core::is_final(rest->state) ? 0 : rest->length - parts->sent_or_queued;
  const std::int64_t taken = waiting + parts->queued;
  if (taken == 0) return 0;
  if (auto withdrawn = withdraw(unit, job.number, at, cause); !withdrawn) return std::unexpected(withdrawn.error());
  if (!core::is_final(rest->state)) {
    Statement update(unit.db, "UPDATE job SET rest = ?2, why = ?3 WHERE number = ?1", job.number, end, cause);
    if (auto updated = update.run(); !updated) return std::unexpected(updated.error());
  }
  if (auto refreshed = refresh(unit, job.number, at); !refreshed) return std::unexpected(refreshed.error());
  auto kept = append_job_step(unit, job, job.state, end, at, cause);
  if (!kept) return std::unexpected(kept.error());
  return taken;
}

}  // namespace

Result<void> append_job_step(Unit& unit, const core::Job& job, std::optional<core::State> from, core::State to,
                             core::Time at, std::string cause) {
  core::Transition transition;
  transition.at = at;
  transition.jobs = {job.id};
  transition.jobs_total = 1;
  transition.account = job.account;
  transition.from = from;
  transition.to = to;
  transition.cause = std::move(cause);
  return append(unit, std::move(transition), job.number);
}

Result<Acceptance> accept(Unit& unit, LoadNumber load, core::Job wanted) {
  auto known = job(unit.db, wanted.id);
  if (!known) return std::unexpected(known.error());
  if (*known) {
    const core::Readmission readmission = core::readmit(**known, wanted.digest);
    return Acceptance{.accepted = false, .job = std::move(**known), .readmission = readmission};
  }
  const auto loaded = contacts_of(unit, load);
  if (!loaded) return std::unexpected(loaded.error());
  if (auto checked = check_content(unit, wanted, *loaded); !checked) return std::unexpected(checked.error());
  if (auto account = know_account(unit, wanted.account); !account) return std::unexpected(account.error());
  wanted.cursor = 0;
  wanted.state = core::State::queued;
  wanted.ended_at.reset();
  const auto number = insert_job(unit, load, wanted);
  if (!number) return std::unexpected(number.error());
  wanted.number = *number;
  Statement arrived(unit.db, "DELETE FROM load WHERE number = ?1", load);
  if (auto deleted = arrived.run(); !deleted) return std::unexpected(deleted.error());
  auto kept = append_job_step(unit, wanted, std::nullopt, wanted.state, wanted.created_at, "accepted");
  if (!kept) return std::unexpected(kept.error());
  return Acceptance{.accepted = true, .job = std::move(wanted), .readmission = std::nullopt};
}

Result<void> expire(Unit& unit, core::JobNumber number, core::Time at) {
  const auto before = job(unit.db, number);
  if (!before) return std::unexpected(before.error());
  const auto ended = end_what_waits(unit, *before, core::State::expired, at, expiry);
  if (!ended) return std::unexpected(ended.error());
  return {};
}

Result<Cancellation> cancel(Unit& unit, core::JobNumber number, core::Time at, const std::string& cause) {
  const auto before = job(unit.db, number);
  if (!before) return std::unexpected(before.error());
  const auto taken = end_what_waits(unit, *before, core::State::cancelled, at, cause);
  if (!taken) return std::unexpected(taken.error());
  const auto parts = parts_of(unit.db, number);
  if (!parts) return std::unexpected(parts.error());
  auto after = job(unit.db, number);
  if (!after) return std::unexpected(after.error());
  return Cancellation{
      .job = std::move(*after), .taken = *taken, .sent = parts->sent_or_queued, .operations = parts->operations};
}

Result<void> hold(Unit& unit, const core::Job& job, const std::string& why, core::Time at) {
  Statement update(unit.db, "UPDATE job SET rest = ?2, why = ?3 WHERE number = ?1", job.number, core::State::held, why);
  if (auto held = update.run(); !held) return held;
  if (auto refreshed = refresh(unit, job.number, at); !refreshed) return refreshed;
  return append_job_step(unit, job, job.state, core::State::held, at, why);
}

Result<Standing> standing(Connection& db, core::JobNumber number) {
  auto parts = parts_of(db, number);
  if (!parts) return std::unexpected(parts.error());
  const auto rest = rest_of(db, number);
  if (!rest) return std::unexpected(rest.error());
  const bool waits = parts->sent_or_queued < rest->length;
  if (waits) parts->states.push_back(rest->state);
  return Standing{.state = core::job_state(parts->states),
                  .expires = parts->expires || (waits && !core::is_final(rest->state))};
}

Result<void> refresh(Unit& unit, core::JobNumber number, core::Time at) {
  const auto now = standing(unit.db, number);
  if (!now) return std::unexpected(now.error());
  const std::optional<core::Time> ended_at = core::is_final(now->state) ? std::optional(at) : std::nullopt;
  Statement update(unit.db,
                   "UPDATE job SET state = ?2, ended_at = CASE WHEN ?3 IS NULL THEN NULL ELSE ifnull(ended_at, ?3) END,"
                   " expires_at = CASE WHEN ?4 THEN not_after END WHERE number = ?1",
                   number, now->state, ended_at, now->expires);
  return update.run();
}

}  // namespace lethe::store::sqlite
