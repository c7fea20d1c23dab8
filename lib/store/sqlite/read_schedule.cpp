// What the schedule of polls rests on.
#include <fmt/format.h>

#include <algorithm>

#include "core/schedule.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace queries {

std::string in_state_after() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.account = ?1 AND o.state = ?2 AND o.number > ?3 ORDER BY o.number LIMIT ?4",
      operation_columns);
}

std::string suppression_took() {
  return "SELECT suppression_took FROM operation WHERE account = ?1 AND suppression_took IS NOT NULL"
         " ORDER BY number DESC LIMIT ?2";
}

std::string deletion_took() {
  return "SELECT deletion_took FROM operation WHERE account = ?1 AND deletion_took IS NOT NULL"
         " ORDER BY number DESC LIMIT ?2";
}

std::string unknown() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.account = ?1 AND o.unknown_answers > 0 AND o.ended_at IS NULL ORDER BY "
      "o.number LIMIT ?2",
      operation_columns);
}

std::string pull_forward() {
  return "UPDATE operation SET due_at = ?4, pulled = 1 WHERE number IN (SELECT number FROM operation"
         " WHERE account = ?1 AND +state = ?6 AND pulled = 0 AND due_at IS NOT NULL AND submitted_at BETWEEN ?2 AND ?3"
         " AND restorable_until <= ?4 AND +due_at > ?4 ORDER BY submitted_at LIMIT ?5)";
}

}  // namespace queries

namespace {

core::Duration read_duration(Statement& row) {
  return core::Duration{row.integer(0)};
}

/// The newest come first, and are added last.
Result<core::Durations> durations(Statement& query) {
  std::vector<core::Duration> newest;
  if (auto read = read_all(query, read_duration, newest); !read) return std::unexpected(read.error());
  core::Durations durations;
  std::ranges::reverse(newest);
  for (const core::Duration duration : newest) durations.add(duration);
  return durations;
}

}  // namespace

Result<core::History> history(Connection& db, std::string_view account) {
  Statement of_suppression(db, queries::suppression_took(), account, core::Durations::most);
  auto suppression = durations(of_suppression);
  if (!suppression) return std::unexpected(suppression.error());
  Statement of_deletion(db, queries::deletion_took(), account, core::Durations::most);
  auto deletion = durations(of_deletion);
  if (!deletion) return std::unexpected(deletion.error());
  return core::History{.suppression = std::move(*suppression), .deletion = std::move(*deletion)};
}

Result<std::vector<core::Operation>> in_state_after(Connection& db, std::string_view account, core::State state,
                                                    core::OperationNumber after, std::size_t most) {
  std::vector<core::Operation> operations;
  Statement query(db, queries::in_state_after(), account, state, after, most);
  if (auto read = read_all(query, read_operation, operations); !read) return std::unexpected(read.error());
  return operations;
}

Result<std::vector<core::Operation>> unknown(Connection& db, std::string_view account, std::size_t most) {
  std::vector<core::Operation> operations;
  Statement query(db, queries::unknown(), account, most);
  if (auto read = read_all(query, read_operation, operations); !read) return std::unexpected(read.error());
  std::erase_if(operations, [](const auto& operation) {
    return !core::is_polled(operation.state) || !core::is_unknown(operation);
  });
  return operations;
}

}  // namespace lethe::store::sqlite
