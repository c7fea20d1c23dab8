#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace queries {

// How long a job's contacts are is told by its first chunk: a list holds contacts of one kind.
std::string waiting() {
  return "SELECT j.action, j.selector, count(*), sum(j.length - j.cursor),"
         " sum((j.length - j.cursor) * ifnull(length(c.contacts), 0) / ifnull(c.count, 1))"
         " FROM job j LEFT JOIN chunk c ON c.load = j.load AND c.first = 0"
         " WHERE j.account = ?1 AND j.rest = 'queued' AND j.cursor < j.length GROUP BY j.action, j.selector";
}

}  // namespace queries

namespace {

Waiting read_row(Statement& row) {
  const auto action = core::parse_action(row.text(0));
  const auto selector = core::parse_selector(row.text(1));
  if (!action || !selector) row.spoil("it holds an unknown word");
  return {.action = action.value_or(core::Action::delete_contacts),
          .selector = selector.value_or(core::Selector::keys),
          .jobs = row.integer(2),
          .contacts = row.integer(3),
          .bytes = row.integer(4)};
}

}  // namespace

Result<std::vector<Waiting>> waiting(Connection& db, std::string_view account) {
  std::vector<Waiting> found;
  Statement query(db, queries::waiting(), account);
  if (auto read = read_all(query, read_row, found); !read) return std::unexpected(read.error());
  return found;
}

}  // namespace lethe::store::sqlite
