#include <fmt/format.h>

#include <utility>

#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace queries {

std::string erasable() {
  return fmt::format(
      "SELECT {} FROM job j WHERE j.ended_at IS NOT NULL AND j.contacts_erased_at IS NULL AND j.ended_at <= ?1"
      " ORDER BY j.ended_at, j.number LIMIT ?2",
      job_columns);
}

std::string next_erasable() {
  return "SELECT min(ended_at) FROM job WHERE ended_at IS NOT NULL AND contacts_erased_at IS NULL";
}

}  // namespace queries

namespace {

/// Zeros for this many bytes are written in far less than the 100 ms that a transaction may hold the write lock.
constexpr std::int64_t bytes_per_piece = std::int64_t{1024} * 1024;
constexpr int chunks_per_piece = 1000;
constexpr int rows_per_piece = 1000;

/// More rows than three pages of the table hold (a row takes 13 bytes of 4,096 at the least): as many as SQLite
/// rewrites together when a row between them is deleted.
constexpr int rows_beside = 2000;

constexpr std::string_view job_word = "job";
constexpr std::string_view list_word = "list";

struct Chunk {
  std::int64_t number = 0;
  std::int64_t bytes = 0;
};

Chunk read_chunk(Statement& row) {
  return {.number = row.integer(0), .bytes = row.integer(1)};
}

/// The same row in the same place, and nothing in it.
Result<void> empty_chunk(Unit& unit, const Chunk& chunk) {
  Statement update(unit.db, "UPDATE chunk SET load = NULL, first = 0, count = 0, contacts = x'' WHERE number = ?1",
                   chunk.number);
  return update.run();
}

/// Of an ended job.
Result<std::optional<std::int64_t>> ended_load(Unit& unit, core::JobNumber job) {
  Statement query(unit.db, "SELECT load FROM job WHERE number = ?1 AND ended_at IS NOT NULL", job);
  return read_number(query);
}

AcceptedFile read_file(Statement& row) {
  const std::string_view kind = row.text(3);
  if (kind != job_word && kind != list_word) row.spoil("it holds an unknown word");
  return {.job = {row.integer(0)},
          .directory = std::string{row.text(1)},
          .name = std::string{row.text(2)},
          .kind = kind == list_word ? AcceptedFile::Kind::list : AcceptedFile::Kind::job};
}

}  // namespace

Result<bool> empty_chunks(Unit& unit, LoadNumber load) {
  std::vector<Chunk> chunks;
  Statement query(unit.db, "SELECT number, length(contacts) FROM chunk WHERE load = ?1 ORDER BY first LIMIT ?2", load,
                  chunks_per_piece);
  if (auto read = read_all(query, read_chunk, chunks); !read) return std::unexpected(read.error());
  std::int64_t bytes = 0;
  for (const Chunk& chunk : chunks) {
    if (bytes >= bytes_per_piece) return true;
    if (auto emptied = empty_chunk(unit, chunk); !emptied) return std::unexpected(emptied.error());
    bytes += chunk.bytes;
  }
  return chunks.size() == chunks_per_piece;
}

Result<bool> empty_job(Unit& unit, core::JobNumber job) {
  const auto load = ended_load(unit, job);
  if (!load) return std::unexpected(load.error());
  if (!*load) return false;
  return empty_chunks(unit, LoadNumber{**load});
}

Result<void> mark_erased(Unit& unit, const std::vector<core::JobNumber>& jobs, core::Time at) {
  for (const core::JobNumber job : jobs) {
    Statement mark(unit.db,
                   "UPDATE job SET contacts_erased_at = ?2 WHERE number = ?1 AND ended_at IS NOT NULL"
                   " AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.load = job.load)",
                   job, at);
    if (auto marked = mark.run(); !marked) return marked;
  }
  return {};
}

Result<bool> reclaim_chunks(Unit& unit) {
  Statement oldest(unit.db, "SELECT number FROM chunk WHERE load IS NOT NULL ORDER BY number LIMIT 1");
  const auto kept = read_number(oldest);
  if (!kept) return std::unexpected(kept.error());
  Statement newest(unit.db, "SELECT max(number) + 1 FROM chunk");
  const auto end = read_number(newest);
  if (!end) return std::unexpected(end.error());
  const std::int64_t below = *kept ? **kept - rows_beside : end->value_or(0);
  Statement remove(unit.db,
                   "DELETE FROM chunk WHERE number IN (SELECT number FROM chunk WHERE number < ?1 ORDER BY number"
                   " LIMIT ?2)",
                   below, rows_per_piece);
  if (auto removed = remove.run(); !removed) return std::unexpected(removed.error());
  return unit.db.changes() == rows_per_piece;
}

Result<void> note_file(Unit& unit, const AcceptedFile& file) {
  Statement insert(unit.db,
                   "INSERT INTO accepted_file (job, directory, name, kind) VALUES (?1, ?2, ?3, ?4)"
                   " ON CONFLICT DO NOTHING",
                   file.job, file.directory.string(), file.name,
                   file.kind == AcceptedFile::Kind::list ? list_word : job_word);
  if (auto inserted = insert.run(); !inserted) return inserted;
  Statement again(unit.db, "UPDATE job SET contacts_erased_at = NULL WHERE number = ?1", file.job);
  return again.run();
}

Result<void> forget_file(Unit& unit, const AcceptedFile& file) {
  Statement remove(unit.db, "DELETE FROM accepted_file WHERE job = ?1 AND directory = ?2 AND name = ?3", file.job,
                   file.directory.string(), file.name);
  return remove.run();
}

Result<std::vector<core::Job>> erasable(Connection& db, core::Time before, std::size_t most) {
  std::vector<core::Job> jobs;
  Statement query(db, queries::erasable(), before, most);
  if (auto read = read_all(query, read_job, jobs); !read) return std::unexpected(read.error());
  return jobs;
}

Result<std::optional<core::Time>> next_erasable(Connection& db) {
  Statement query(db, queries::next_erasable());
  return read_time(query);
}

Result<std::vector<AcceptedFile>> accepted_files(Connection& db, core::JobNumber job) {
  std::vector<AcceptedFile> files;
  Statement query(db, "SELECT job, directory, name, kind FROM accepted_file WHERE job = ?1", job);
  if (auto read = read_all(query, read_file, files); !read) return std::unexpected(read.error());
  return files;
}

Result<std::vector<AcceptedFile>> overdue_files(Connection& db, std::size_t most) {
  std::vector<AcceptedFile> files;
  Statement query(db,
                  "SELECT f.job, f.directory, f.name, f.kind FROM accepted_file f JOIN job j ON j.number = f.job"
                  " WHERE j.contacts_erased_at IS NOT NULL LIMIT ?1",
                  most);
  if (auto read = read_all(query, read_file, files); !read) return std::unexpected(read.error());
  return files;
}

}  // namespace lethe::store::sqlite
