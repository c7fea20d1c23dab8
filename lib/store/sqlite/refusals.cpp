// What a refusal of the cloud does to an operation and its jobs, in one transaction: after a crash it has happened
// whole, or not at all (then the operation is found in submitting, as one whose answer was never seen).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

Result<std::optional<std::int64_t>> last_refused(Unit& unit, const std::string& account) {
  Statement query(unit.db, "SELECT refused FROM account WHERE name = ?1", account);
  return read_number(query);
}

Result<void> note_refused(Unit& unit, const std::string& account, std::optional<core::OperationNumber> operation) {
  Statement note(unit.db, "UPDATE account SET refused = ?2 WHERE name = ?1", account, operation);
  return note.run();
}

/// Carries the operation a job that the other one never carried? Halves carry what the whole one did, and the parts of
/// a large job are all about it.
Result<bool> is_about_others(Unit& unit, core::OperationNumber operation, std::int64_t other) {
  Statement query(unit.db,
                  "SELECT count(*) FROM (SELECT job FROM slice WHERE operation = ?1 AND withdrawn IS NULL"
                  " EXCEPT SELECT job FROM slice WHERE operation = ?2)",
                  operation, other);
  const auto jobs = read_number(query);
  if (!jobs) return std::unexpected(jobs.error());
  return jobs->value_or(0) > 0;
}

Result<bool> is_unrelated(Unit& unit, const core::Operation& operation) {
  const auto last = last_refused(unit, operation.account);
  if (!last) return std::unexpected(last.error());
  if (!*last) return false;
  return is_about_others(unit, operation.number, **last);
}

/// Writes the operation in its new state over the version it was read with, and the step.
Result<void> move(Unit& unit, core::Operation& operation, core::State to, core::Time at, std::string cause) {
  const core::State from = std::exchange(operation.state, to);
  const std::int64_t version = operation.version++;
  if (core::is_final(to)) operation.ended_at = at;
  if (auto written = overwrite(unit, operation, version); !written) return written;
  if (auto kept = append_step(unit, operation, from, at, std::move(cause)); !kept) return kept;
  return refresh_jobs(unit, operation.number, at);
}

/// The first position that is no longer in the first half of the jobs.
Result<std::int64_t> middle(Unit& unit, core::OperationNumber operation, std::int64_t jobs) {
  Statement query(unit.db,
                  "SELECT min(position) FROM slice WHERE operation = ?1 AND withdrawn IS NULL GROUP BY job"
                  " ORDER BY min(position) LIMIT 1 OFFSET ?2",
                  operation, core::first_half(jobs));
  const auto position = read_number(query);
  if (!position) return std::unexpected(position.error());
  return position->value_or(0);
}

Result<std::int64_t> contacts_in(Unit& unit, core::OperationNumber operation) {
  Statement query(unit.db, "SELECT sum(count) FROM slice WHERE operation = ?1 AND withdrawn IS NULL", operation);
  const auto contacts = read_number(query);
  if (!contacts) return std::unexpected(contacts.error());
  return contacts->value_or(0);
}

/// The slices before the position leave `from`, where they stay as withdrawn: its record tells of them up to now.
Result<void> move_slices(Unit& unit, core::OperationNumber from, core::OperationNumber to, std::int64_t before) {
  Statement copy(unit.db,
                 "INSERT INTO slice (operation, position, job, first, count) SELECT ?2, position, job, first, count"
                 " FROM slice WHERE operation = ?1 AND withdrawn IS NULL AND position < ?3",
                 from, to, before);
  if (auto copied = copy.run(); !copied) return copied;
  Statement mark(unit.db,
                 "UPDATE slice SET withdrawn = (SELECT max(seq) FROM transition)"
                 " WHERE operation = ?1 AND withdrawn IS NULL AND position < ?2",
                 from, before);
  return mark.run();
}

/// A contact that two jobs brought may be in both halves, so the numbers are what the jobs bring; submitting them
/// counts again.
Result<core::Operation> split_off(Unit& unit, core::Operation& halved, std::int64_t jobs, core::Time at) {
  core::Operation half;
  half.account = halved.account;
  half.action = halved.action;
  half.selector = halved.selector;
  half.state = core::State::queued;
  half.created_at = at;
  half.version = 1;
  const auto number = insert_operation(unit, half);
  if (!number) return std::unexpected(number.error());
  half.number = *number;
  const auto position = middle(unit, halved.number, jobs);
  if (!position) return std::unexpected(position.error());
  if (auto moved = move_slices(unit, halved.number, half.number, *position); !moved) {
    return std::unexpected(moved.error());
  }
  for (core::Operation* operation : {&halved, &half}) {
    const auto contacts = contacts_in(unit, operation->number);
    if (!contacts) return std::unexpected(contacts.error());
    operation->contacts = *contacts;
    const std::int64_t version = operation->version++;
    if (auto written = overwrite(unit, *operation, version); !written) return std::unexpected(written.error());
  }
  auto told =
      append_step(unit, half, std::nullopt, at, fmt::format("the first half of operation {}", halved.number.value));
  if (!told) return std::unexpected(told.error());
  // Where the jobs stand doesn't change by this: queued they are in either.
  return half;
}

Result<Refused> reject(Unit& unit, core::Operation operation, core::Time at, const std::string& cause) {
  if (auto noted = note_refused(unit, operation.account, operation.number); !noted) {
    return std::unexpected(noted.error());
  }
  if (auto moved = move(unit, operation, core::State::rejected, at, cause); !moved) {
    return std::unexpected(moved.error());
  }
  return Refused{.after = core::AfterRefusal::reject, .operation = std::move(operation), .split_off = std::nullopt};
}

Result<Refused> halve(Unit& unit, core::Operation operation, std::int64_t jobs, core::Time at,
                      const std::string& cause) {
  if (auto noted = note_refused(unit, operation.account, operation.number); !noted) {
    return std::unexpected(noted.error());
  }
  auto told = fmt::format("{}; {} jobs left together, so each half is tried by itself", cause, jobs);
  if (auto moved = move(unit, operation, core::State::queued, at, std::move(told)); !moved) {
    return std::unexpected(moved.error());
  }
  auto half = split_off(unit, operation, jobs, at);
  if (!half) return std::unexpected(half.error());
  return Refused{.after = core::AfterRefusal::halve, .operation = std::move(operation), .split_off = std::move(*half)};
}

/// A person has to look; what was refused last waits with the rest, since it may be as good as they are. Afterwards the
/// count of refusals in a row begins anew.
Result<Refused> wait_for_a_person(Unit& unit, core::Operation operation, core::Time at, const std::string& cause) {
  if (auto noted = note_refused(unit, operation.account, std::nullopt); !noted) return std::unexpected(noted.error());
  auto told = fmt::format("{}; the second refusal in a row of jobs that have nothing in common", cause);
  if (auto moved = move(unit, operation, core::State::queued, at, std::move(told)); !moved) {
    return std::unexpected(moved.error());
  }
  const auto known = account(unit.db, operation.account);
  if (!known) return std::unexpected(known.error());
  if (!known->paused_at) {
    const auto why =
        fmt::format("two refusals in a row of jobs that have nothing in common, the last one of operation {} ({})",
                    operation.number.value, cause);
    if (auto paused = pause(unit, operation.account, at, why); !paused) return std::unexpected(paused.error());
  }
  return Refused{.after = core::AfterRefusal::pause, .operation = std::move(operation), .split_off = std::nullopt};
}

}  // namespace

Result<Refused> take_refusal(Unit& unit, core::Operation operation, core::Time at, const std::string& cause) {
  if (operation.state != core::State::submitting) {
    return std::unexpected(unit.db.error(
        Error::Kind::stale,
        fmt::format("operation {} isn't being submitted, so it can't be refused", operation.number.value)));
  }
  const auto jobs = carried(unit.db, operation.number, 0);
  if (!jobs) return std::unexpected(jobs.error());
  const auto unrelated = is_unrelated(unit, operation);
  if (!unrelated) return std::unexpected(unrelated.error());
  switch (core::after_refusal(jobs->total, *unrelated)) {
    case core::AfterRefusal::halve:
      return halve(unit, std::move(operation), jobs->total, at, cause);
    case core::AfterRefusal::pause:
      return wait_for_a_person(unit, std::move(operation), at, cause);
    default:
      return reject(unit, std::move(operation), at, cause);
  }
}

}  // namespace lethe::store::sqlite
