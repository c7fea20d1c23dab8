#include <fmt/format.h>

#include <vector>

#include "store/sqlite/copy.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

/// A transaction holds the write lock no longer than this many take.
constexpr std::int64_t at_once = 200;

Result<std::vector<core::Job>> waiting_jobs(Connection& db) {
  std::vector<core::Job> jobs;
  Statement query(db,
                  fmt::format("SELECT {} FROM job j WHERE j.rest = ?1 AND j.cursor < j.length LIMIT ?2", job_columns),
                  core::State::queued, at_once);
  if (auto read = read_all(query, read_job, jobs); !read) return std::unexpected(read.error());
  return jobs;
}

Result<std::vector<core::Operation>> doubtful_operations(Connection& db) {
  std::vector<core::Operation> operations;
  Statement query(db,
                  fmt::format("SELECT {} FROM operation o WHERE o.state IN (?1, ?2, ?3) LIMIT ?4", operation_columns),
                  core::State::queued, core::State::submitting, core::State::unconfirmed, at_once);
  if (auto read = read_all(query, read_operation, operations); !read) return std::unexpected(read.error());
  return operations;
}

}  // namespace

Result<std::optional<core::Time>> copied_at(Connection& db) {
  Statement query(db, "SELECT copied_at FROM meta");
  return read_time(query);
}

Result<void> mark_as_copy(Connection& db, std::optional<core::Time> at) {
  Statement mark(db, "UPDATE meta SET copied_at = ?1", at);
  return mark.run();
}

Result<Held> hold_some(Unit& unit, core::Time copied_at, core::Time at) {
  const std::string why =
      fmt::format("restored from a copy of {}: it may have been submitted since; compare with what the cloud lists",
                  core::rfc3339(copied_at));
  const auto jobs = waiting_jobs(unit.db);
  if (!jobs) return std::unexpected(jobs.error());
  for (const core::Job& job : *jobs) {
    if (auto held = hold(unit, job, why, at); !held) return std::unexpected(held.error());
  }
  const auto operations = doubtful_operations(unit.db);
  if (!operations) return std::unexpected(operations.error());
  for (core::Operation operation : *operations) {
    operation.state = core::State::needs_operator;
    operation.due_at.reset();
    if (auto recorded = record(unit, operation, at, why); !recorded) return std::unexpected(recorded.error());
  }
  if (auto refused = refuse_window_wishes(unit, at, why); !refused) return std::unexpected(refused.error());
  return Held{static_cast<std::int64_t>(jobs->size()), static_cast<std::int64_t>(operations->size())};
}

}  // namespace lethe::store::sqlite
