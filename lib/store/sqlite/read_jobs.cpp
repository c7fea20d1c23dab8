#include <fmt/format.h>

#include <algorithm>

#include "store/sqlite/chunks.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace queries {

std::string waiting_job() {
  return fmt::format(
      "SELECT {} FROM job j WHERE j.account = ?1 AND j.rest = 'queued' AND j.cursor < j.length ORDER BY j.number"
      " LIMIT 1",
      job_columns);
}

std::string waiting_with() {
  return fmt::format(
      "SELECT {} FROM job j WHERE j.account = ?1 AND j.action = ?2 AND j.selector = ?3 AND j.number > ?4"
      " AND j.rest = 'queued' AND j.cursor < j.length ORDER BY j.number LIMIT ?5",
      job_columns);
}

std::string expiring() {
  return fmt::format("SELECT {} FROM job j WHERE j.expires_at <= ?1 ORDER BY j.expires_at LIMIT ?2", job_columns);
}

std::string next_expiry() {
  return "SELECT min(expires_at) FROM job WHERE expires_at IS NOT NULL";
}

std::string job_by_id() {
  return fmt::format("SELECT {} FROM job j WHERE j.id = ?1", job_columns);
}

}  // namespace queries

namespace {

JobView read_view(Statement& row) {
  return {.job = read_job(row), .operations = row.integer(job_column_count)};
}

std::string jobs_query(const JobFilter& filter) {
  std::string condition = "(?1 IS NULL OR j.account = ?1)";
  if (!filter.states.empty()) {
    std::vector<std::string> words;
    words.reserve(filter.states.size());
    for (const core::State state : filter.states) words.push_back(fmt::format("'{}'", core::word(state)));
    condition += fmt::format(" AND j.state IN ({})", fmt::join(words, ", "));
  }
  return fmt::format(
      "SELECT {}, (SELECT count(DISTINCT s.operation) FROM slice s WHERE s.job = j.number AND s.withdrawn IS NULL)"
      " FROM job j WHERE {} ORDER BY j.number",
      job_columns, condition);
}

/// Gives what of a chunk lies in [first, end); true: more may follow.
struct Range {
  std::int64_t first;
  std::int64_t end;

  bool give(ChunkReader& chunk, std::int64_t index, const std::function<bool(std::string_view)>& take) const {
    while (const auto contact = chunk.next()) {
      if (index >= end) return false;
      if (index >= first && !take(*contact)) return false;
      ++index;
    }
    return index < end;
  }
};

/// Fewer contacts than the job was taken with must never be taken for all of them: the others were erased.
Result<void> check_all_given(Connection& db, core::JobNumber job, std::int64_t reached, std::int64_t end) {
  Statement query(db, "SELECT contacts FROM job WHERE number = ?1 AND list_key IS NULL", job);
  const auto contacts = read_number(query);
  if (!contacts) return std::unexpected(contacts.error());
  if (reached >= std::min(end, contacts->value_or(0))) return {};
  return std::unexpected(
      db.error(Error::Kind::not_found, fmt::format("the contacts of job {} were erased", job.value)));
}

}  // namespace

Result<std::optional<core::Job>> job(Connection& db, std::string_view id) {
  Statement query(db, queries::job_by_id(), id);
  return read_one(query, read_job);
}

Result<core::Job> job(Connection& db, core::JobNumber number) {
  Statement query(db, fmt::format("SELECT {} FROM job j WHERE j.number = ?1", job_columns), number);
  auto found = read_one(query, read_job);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return std::unexpected(db.error(Error::Kind::not_found, fmt::format("there is no job {}", number.value)));
  }
  return std::move(**found);
}

Result<void> contacts(Connection& db, core::JobNumber job, std::int64_t first, std::int64_t count,
                      const std::function<bool(std::string_view)>& take) {
  if (count <= 0) return {};
  const Range range{first, first + count};
  Statement query(db,
                  "SELECT c.first, c.contacts, c.count FROM chunk c JOIN job j ON c.load = j.load WHERE j.number = ?1"
                  " AND c.first >= (SELECT max(b.first) FROM chunk b WHERE b.load = j.load AND b.first <= ?2)"
                  " AND c.first < ?3 ORDER BY c.first",
                  job, range.first, range.end);
  bool more = true;
  std::int64_t reached = 0;
  while (more && query.next()) {
    reached = query.integer(0) + query.integer(2);
    ChunkReader chunk(query.text(1));
    more = range.give(chunk, query.integer(0), take);
    if (chunk.damaged()) query.spoil("a chunk of contacts can't be read");
  }
  if (query.failed()) return std::unexpected(query.failure());
  if (more) return check_all_given(db, job, std::max(reached, range.first), range.end);
  return {};
}

Result<void> jobs(Connection& db, const JobFilter& filter, const std::function<bool(const JobView&)>& take) {
  Statement query(db, jobs_query(filter), filter.account);
  return read_each(query, read_view, take);
}

Result<std::vector<core::Job>> waiting_with(Connection& db, const core::Job& oldest, std::size_t most) {
  std::vector<core::Job> found;
  if (oldest.selector == core::Selector::list) return found;
  Statement query(db, queries::waiting_with(), oldest.account, oldest.action, oldest.selector, oldest.number, most);
  if (auto read = read_all(query, read_job, found); !read) return std::unexpected(read.error());
  return found;
}

Result<std::vector<core::Job>> expiring(Connection& db, core::Time now, std::size_t most) {
  std::vector<core::Job> found;
  Statement query(db, queries::expiring(), now, most);
  if (auto read = read_all(query, read_job, found); !read) return std::unexpected(read.error());
  return found;
}

Result<std::optional<core::Time>> next_expiry(Connection& db) {
  Statement query(db, queries::next_expiry());
  return read_time(query);
}

}  // namespace lethe::store::sqlite
