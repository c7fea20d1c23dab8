#include <fmt/format.h>

#include <algorithm>

#include "store/sqlite/index_block.hpp"
#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace queries {

std::string unindexed() {
  return fmt::format(
      "SELECT {} FROM operation o WHERE o.number > 0 AND o.indexed IS NULL AND o.operation_id IS NOT NULL AND "
      "o.selector <> 'list'"
      " ORDER BY o.number LIMIT ?1",
      operation_columns);
}

std::string indexed_beside() {
  return "SELECT number FROM operation WHERE account = ?1 AND number > ?2 AND indexed = 1 AND ended_at IS NULL"
         " ORDER BY number LIMIT 1";
}

}  // namespace queries

namespace {

constexpr int blocks_per_piece = 8;

/// Of an operation, or of what a job ended with outside all operations.
std::optional<core::OperationNumber> operation_of(const IndexOwner& owner) {
  const auto* number = std::get_if<core::OperationNumber>(&owner);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}
std::optional<core::JobNumber> job_of(const IndexOwner& owner) {
  const auto* number = std::get_if<core::JobNumber>(&owner);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

Result<void> insert_block(Unit& unit, const IndexOwner& owner, std::span<const IndexEntry> entries) {
  Statement insert(unit.db, "INSERT INTO index_block (operation, job, lowest, entries) VALUES (?1, ?2, ?3, ?4)",
                   operation_of(owner), job_of(owner), entries.front().digest, Blob{encode_block(entries)});
  return insert.run();
}

Slice read_range(Statement& row) {
  return {.job = {row.integer(0)}, .first = row.integer(1), .count = row.integer(2)};
}

/// What the slices (in their order) leave of a job's contacts.
std::vector<Slice> gaps_between(core::JobNumber job, std::int64_t contacts, const std::vector<Slice>& slices) {
  std::vector<Slice> gaps;
  std::int64_t reached = 0;
  for (const Slice& slice : slices) {
    if (slice.first > reached) gaps.push_back({job, reached, slice.first - reached});
    reached = std::max(reached, slice.first + slice.count);
  }
  if (contacts > reached) gaps.push_back({job, reached, contacts - reached});
  return gaps;
}

/// The blocks in which the digest would lie, one of each owner.
std::string candidates() {
  return "SELECT b.operation, b.entries FROM operation o JOIN index_block b ON b.number ="
         " (SELECT number FROM index_block WHERE operation = o.number AND lowest <= ?1 ORDER BY lowest DESC LIMIT 1)"
         " WHERE o.indexed = 1"
         " UNION ALL SELECT NULL, b.entries FROM job j JOIN index_block b ON b.number ="
         " (SELECT number FROM index_block WHERE job = j.number AND lowest <= ?1 ORDER BY lowest DESC LIMIT 1)"
         " WHERE j.indexed = 1";
}

std::string read_id(Statement& row) {
  return std::string{row.text(0)};
}

core::OperationNumber read_operation_number(Statement& row) {
  return {row.integer(0)};
}

Overlap read_overlap(Statement& row) {
  return {.job = std::string{row.text(0)}, .contacts = row.integer(1)};
}

}  // namespace

Result<bool> clear_index(Unit& unit, const IndexOwner& owner) {
  Statement remove(unit.db,
                   "DELETE FROM index_block WHERE number IN (SELECT number FROM index_block"
                   " WHERE (operation = ?1 AND job IS NULL) OR (job = ?2 AND operation IS NULL) LIMIT ?3)",
                   operation_of(owner), job_of(owner), blocks_per_piece);
  if (auto removed = remove.run(); !removed) return std::unexpected(removed.error());
  return unit.db.changes() == blocks_per_piece;
}

Result<std::size_t> append_index(Unit& unit, const IndexOwner& owner, std::span<const IndexEntry> entries) {
  std::size_t appended = 0;
  for (int block = 0; block < blocks_per_piece && appended < entries.size(); ++block) {
    const auto next = next_block(entries.subspan(appended));
    if (auto inserted = insert_block(unit, owner, next); !inserted) return std::unexpected(inserted.error());
    appended += next.size();
  }
  return appended;
}

Result<void> finish_index(Unit& unit, const IndexOwner& owner, Indexed indexed,
                          const std::vector<OverlapFound>& overlaps) {
  const bool complete = indexed == Indexed::complete;
  Statement operation(unit.db, "UPDATE operation SET indexed = ?2 WHERE number = ?1 AND indexed IS NULL",
                      operation_of(owner), complete);
  if (auto marked = operation.run(); !marked) return marked;
  const bool first = unit.db.changes() == 1;
  Statement job(unit.db, "UPDATE job SET indexed = ?2 WHERE number = ?1 AND indexed IS NULL", job_of(owner), complete);
  if (auto marked = job.run(); !marked) return marked;
  if (!first) return {};
  for (const OverlapFound& found : overlaps) {
    Statement add(unit.db,
                  "INSERT INTO overlap (job, other, contacts) VALUES (?1, ?2, ?3), (?2, ?1, ?3)"
                  " ON CONFLICT DO UPDATE SET contacts = contacts + ?3",
                  found.one, found.other, found.contacts);
    if (auto added = add.run(); !added) return added;
  }
  return {};
}

Result<std::vector<core::Operation>> unindexed(Connection& db, std::size_t most) {
  std::vector<core::Operation> operations;
  Statement query(db, queries::unindexed(), most);
  if (auto read = read_all(query, read_operation, operations); !read) return std::unexpected(read.error());
  return operations;
}

Result<std::vector<Slice>> unindexed_contacts(Connection& db, core::JobNumber job) {
  Statement known(db, "SELECT contacts FROM job WHERE number = ?1 AND list_key IS NULL AND indexed IS NULL", job);
  const auto contacts = read_number(known);
  if (!contacts) return std::unexpected(contacts.error());
  std::vector<Slice> slices;
  Statement query(db,
                  "SELECT s.job, s.first, s.count FROM slice s JOIN operation o ON o.number = s.operation"
                  " WHERE s.job = ?1 AND s.withdrawn IS NULL AND o.indexed = 1 ORDER BY s.first",
                  job);
  if (auto read = read_all(query, read_range, slices); !read) return std::unexpected(read.error());
  return gaps_between(job, contacts->value_or(0), slices);
}

Result<std::optional<core::OperationNumber>> indexed_beside(Connection& db, std::string_view account,
                                                            core::OperationNumber after) {
  Statement query(db, queries::indexed_beside(), account, after);
  return read_one(query, read_operation_number);
}

Result<std::vector<IndexEntry>> index_block(Connection& db, core::OperationNumber operation,
                                            std::optional<std::int64_t> after) {
  std::vector<IndexEntry> entries;
  Statement query(db,
                  "SELECT entries FROM index_block WHERE operation = ?1 AND (?2 IS NULL OR lowest > ?2)"
                  " ORDER BY lowest LIMIT 1",
                  operation, after);
  if (query.next()) entries = decode_block(query.text(0));
  if (query.failed()) return std::unexpected(query.failure());
  return entries;
}

Result<void> search_index(Connection& db, std::int64_t digest, const std::function<void(const IndexHit&)>& found) {
  Statement query(db, candidates(), digest);
  while (query.next()) {
    IndexHit hit;
    if (!query.is_null(0)) hit.operation = core::OperationNumber{query.integer(0)};
    for (const core::JobNumber job : search_block(query.text(1), digest)) {
      hit.job = job;
      found(hit);
    }
  }
  if (query.failed()) return std::unexpected(query.failure());
  return {};
}

Result<IndexGaps> index_gaps(Connection& db) {
  IndexGaps gaps;
  Statement lists(db, "SELECT id FROM job WHERE list_key IS NOT NULL ORDER BY number");
  if (auto read = read_all(lists, read_id, gaps.lists); !read) return std::unexpected(read.error());
  Statement jobs(db, "SELECT id FROM job WHERE indexed = 0 AND list_key IS NULL ORDER BY number");
  if (auto read = read_all(jobs, read_id, gaps.jobs); !read) return std::unexpected(read.error());
  Statement operations(db, "SELECT number FROM operation WHERE indexed = 0 ORDER BY number");
  if (auto read = read_all(operations, read_operation_number, gaps.operations); !read) {
    return std::unexpected(read.error());
  }
  return gaps;
}

Result<std::vector<Overlap>> overlaps(Connection& db, core::JobNumber job) {
  std::vector<Overlap> found;
  Statement query(db,
                  "SELECT j.id, v.contacts FROM overlap v JOIN job j ON j.number = v.other WHERE v.job = ?1"
                  " ORDER BY v.contacts DESC, v.other",
                  job);
  if (auto read = read_all(query, read_overlap, found); !read) return std::unexpected(read.error());
  return found;
}

}  // namespace lethe::store::sqlite
