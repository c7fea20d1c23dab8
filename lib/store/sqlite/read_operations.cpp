#include <fmt/format.h>

#include "core/matching.hpp"
#include "core/schedule.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace queries {

std::string due() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.account = ?1 AND o.due_at <= ?2 ORDER BY o.due_at, o.number LIMIT ?3",
      operation_columns);
}

std::string due_beyond() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.account = ?1 AND o.due_at > ?2 ORDER BY o.due_at, o.number LIMIT ?3",
      operation_columns);
}

std::string look_beyond() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.account = ?1 AND o.state = ?2 AND +o.due_at > ?3 AND +o.due_at <= ?4"
      " ORDER BY o.number LIMIT ?5",
      operation_columns);
}

std::string next_due() {
  return "SELECT min(due_at) FROM operation WHERE account = ?1 AND due_at IS NOT NULL";
}

std::string in_state() {
  return fmt::format("SELECT {} FROM operation o WHERE o.account = ?1 AND o.state = ?2 ORDER BY o.number LIMIT ?3",
                     operation_columns);
}

std::string ended_in_state() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.account = ?1 AND o.state = ?2 AND o.ended_at >= ?3"
      " ORDER BY o.ended_at DESC, o.number DESC LIMIT ?4",
      operation_columns);
}

std::string queued_again() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.account = ?1 AND o.state = 'queued' ORDER BY o.number DESC LIMIT 1",
      operation_columns);
}

std::string operations_of() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.number IN (SELECT operation FROM slice WHERE job = ?1 AND withdrawn IS NULL)"
      " ORDER BY o.number",
      operation_columns);
}

}  // namespace queries

namespace {

Slice read_slice(Statement& row) {
  return {.job = {row.integer(0)}, .first = row.integer(1), .count = row.integer(2)};
}

std::string read_id(Statement& row) {
  return std::string{row.text(0)};
}

}  // namespace

Result<std::vector<core::Operation>> due(Connection& db, std::string_view account, core::Time now, std::size_t most) {
  std::vector<core::Operation> operations;
  Statement late(db, queries::due(), account, now, most);
  if (auto read = read_all(late, read_operation, operations); !read) return std::unexpected(read.error());
  // Further away than any interval: the clock stepped back since.
  Statement beyond(db, queries::due_beyond(), account, now + core::longest_interval, most - operations.size());
  if (auto read = read_all(beyond, read_operation, operations); !read) return std::unexpected(read.error());
  Statement looks(db, queries::look_beyond(), account, core::State::unconfirmed, now + core::longest_look,
                  now + core::longest_interval, most - operations.size());
  if (auto read = read_all(looks, read_operation, operations); !read) return std::unexpected(read.error());
  return operations;
}

Result<std::optional<core::Time>> next_due(Connection& db, std::string_view account) {
  Statement query(db, queries::next_due(), account);
  return read_time(query);
}

Result<core::Operation> operation(Connection& db, core::OperationNumber number) {
  Statement query(db, fmt::format("SELECT {} FROM operation o WHERE o.number = ?1", operation_columns), number);
  auto found = read_one(query, read_operation);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return std::unexpected(db.error(Error::Kind::not_found, fmt::format("there is no operation {}", number.value)));
  }
  return std::move(**found);
}

Result<std::vector<core::Operation>> in_state(Connection& db, std::string_view account, core::State state,
                                              std::size_t most) {
  std::vector<core::Operation> operations;
  Statement query(db, queries::in_state(), account, state, most);
  if (auto read = read_all(query, read_operation, operations); !read) return std::unexpected(read.error());
  return operations;
}

Result<std::vector<core::Operation>> ended_in_state(Connection& db, std::string_view account, core::State state,
                                                    core::Time since, std::size_t most) {
  std::vector<core::Operation> operations;
  Statement query(db, queries::ended_in_state(), account, state, since, most);
  if (auto read = read_all(query, read_operation, operations); !read) return std::unexpected(read.error());
  return operations;
}

Result<std::vector<Slice>> slices(Connection& db, core::OperationNumber number) {
  std::vector<Slice> found;
  Statement query(
      db, "SELECT job, first, count FROM slice WHERE operation = ?1 AND withdrawn IS NULL ORDER BY position", number);
  if (auto read = read_all(query, read_slice, found); !read) return std::unexpected(read.error());
  return found;
}

Result<Store::Carried> carried(Connection& db, core::OperationNumber number, std::size_t most) {
  Store::Carried result;
  Statement count(db, "SELECT count(DISTINCT job) FROM slice WHERE operation = ?1 AND withdrawn IS NULL", number);
  const auto total = read_number(count);
  if (!total) return std::unexpected(total.error());
  result.total = total->value_or(0);
  Statement ids(db,
                "SELECT j.id FROM slice s JOIN job j ON j.number = s.job WHERE s.operation = ?1 AND s.withdrawn IS NULL"
                " GROUP BY s.job ORDER BY min(s.position) LIMIT ?2",
                number, most);
  if (auto read = read_all(ids, read_id, result.ids); !read) return std::unexpected(read.error());
  return result;
}

Result<std::vector<core::Operation>> operations_of(Connection& db, core::JobNumber job) {
  std::vector<core::Operation> operations;
  Statement query(db, queries::operations_of(), job);
  if (auto read = read_all(query, read_operation, operations); !read) return std::unexpected(read.error());
  return operations;
}

Result<NextSubmission> next_submission(Connection& db, std::string_view account) {
  NextSubmission next;
  Statement again(db, queries::queued_again(), account);
  auto queued = read_one(again, read_operation);
  if (!queued) return std::unexpected(queued.error());
  next.operation = std::move(*queued);
  if (next.operation) return next;
  Statement waiting(db, queries::waiting_job(), account);
  auto oldest = read_one(waiting, read_job);
  if (!oldest) return std::unexpected(oldest.error());
  next.job = std::move(*oldest);
  return next;
}

}  // namespace lethe::store::sqlite
