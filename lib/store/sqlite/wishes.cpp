#include <fmt/format.h>

#include <utility>

#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

constexpr std::string_view overruled = "another decision came after it";

Result<std::optional<core::Wish>> open_wish_of(Connection& db, core::OperationNumber operation) {
  Statement query(db,
                  fmt::format("SELECT {} FROM wish w WHERE w.operation = ?1 AND w.settled_at IS NULL", wish_columns),
                  operation);
  return read_one(query, read_wish);
}

Result<core::Wish> wish(Connection& db, core::WishNumber number) {
  Statement query(db, fmt::format("SELECT {} FROM wish w WHERE w.number = ?1", wish_columns), number.value);
  auto found = read_one(query, read_wish);
  if (!found) return std::unexpected(found.error());
  if (!*found)
    return std::unexpected(db.error(Error::Kind::not_found, fmt::format("there is no wish {}", number.value)));
  return std::move(**found);
}

Result<void> settle(Unit& unit, core::WishNumber number, core::Time at, std::string_view refusal) {
  Statement update(unit.db, "UPDATE wish SET settled_at = ?2, refusal = ?3 WHERE number = ?1 AND settled_at IS NULL",
                   number.value, at, refusal);
  if (auto updated = update.run(); !updated) return updated;
  if (unit.db.changes() > 0) return {};
  return std::unexpected(unit.db.error(
      Error::Kind::stale, fmt::format("wish {} is settled already, by somebody else's decision", number.value)));
}

Result<void> settle_as_overruled(Unit& unit, core::OperationNumber operation, core::Time at) {
  const auto open = open_wish_of(unit.db, operation);
  if (!open) return std::unexpected(open.error());
  if (!*open) return {};
  return settle(unit, (*open)->number, at, overruled);
}

/// Of a wish that is about one.
core::OperationNumber operation_of(const core::Wish& wish) {
  return wish.operation.value_or(core::OperationNumber{});
}

bool asks_for_the_same(const core::Wish& left, const core::Wish& right) {
  return left.kind == right.kind && left.operation_id == right.operation_id;
}

Result<core::WishNumber> insert_wish(Unit& unit, const core::Wish& wish) {
  Statement insert(unit.db,
                   "INSERT INTO wish (operation, account, kind, operation_id, days, why, made_at)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                   wish.operation, wish.account, wish.kind, wish.operation_id, wish.days, wish.why, wish.made_at);
  if (auto inserted = insert.run(); !inserted) return std::unexpected(inserted.error());
  return core::WishNumber{unit.db.last_row()};
}

Result<std::vector<core::Wish>> read_wishes(Statement& query) {
  std::vector<core::Wish> wishes;
  if (auto read = read_all(query, read_wish, wishes); !read) return std::unexpected(read.error());
  return wishes;
}

std::string read_name(Statement& row) {
  return std::string{row.text(0)};
}

core::OperationNumber read_operation_number(Statement& row) {
  return {row.integer(0)};
}

}  // namespace

Result<core::Wish> make_wish(Unit& unit, core::Wish wanted, const std::string& cause) {
  const auto about = operation(unit.db, operation_of(wanted));
  if (!about) return std::unexpected(about.error());
  auto open = open_wish_of(unit.db, about->number);
  if (!open) return std::unexpected(open.error());
  if (*open && asks_for_the_same(**open, wanted)) return std::move(**open);
  if (auto settled = settle_as_overruled(unit, about->number, wanted.made_at); !settled) {
    return std::unexpected(settled.error());
  }
  wanted.account = about->account;
  const auto number = insert_wish(unit, wanted);
  if (!number) return std::unexpected(number.error());
  wanted.number = *number;
  if (auto kept = append_step(unit, *about, about->state, wanted.made_at, cause); !kept) {
    return std::unexpected(kept.error());
  }
  return wanted;
}

Result<core::Operation> grant(Unit& unit, core::WishNumber number, const core::Operation& operation, core::Time at,
                              const std::string& cause) {
  if (auto settled = settle(unit, number, at, ""); !settled) return std::unexpected(settled.error());
  return record(unit, operation, at, cause);
}

Result<void> refuse(Unit& unit, core::WishNumber number, core::Time at, const std::string& reason) {
  const auto refused = wish(unit.db, number);
  if (!refused) return std::unexpected(refused.error());
  if (auto settled = settle(unit, number, at, reason); !settled) return settled;
  if (!refused->operation) return {};
  const auto about = operation(unit.db, *refused->operation);
  if (!about) return std::unexpected(about.error());
  return append_step(unit, *about, about->state, at,
                     fmt::format("{} is refused: {}", core::in_words(*refused), reason));
}

Result<core::Wish> wish_window(Unit& unit, const std::string& account, int days, const std::string& why,
                               core::Time at) {
  auto newest = newest_window_wish(unit.db, account);
  if (!newest) return std::unexpected(newest.error());
  if (*newest && !(*newest)->settled_at) {
    if ((*newest)->days == days) return std::move(**newest);
    if (auto settled = settle(unit, (*newest)->number, at, overruled); !settled) {
      return std::unexpected(settled.error());
    }
  }
  core::Wish wanted;
  wanted.account = account;
  wanted.kind = core::Wish::Kind::window;
  wanted.days = days;
  wanted.why = why;
  wanted.made_at = at;
  const auto number = insert_wish(unit, wanted);
  if (!number) return std::unexpected(number.error());
  wanted.number = *number;
  return wanted;
}

Result<void> grant_window(Unit& unit, core::WishNumber number, core::Time at) {
  const auto granted = wish(unit.db, number);
  if (!granted) return std::unexpected(granted.error());
  if (auto settled = settle(unit, number, at, ""); !settled) return settled;
  return note_restorable_days(unit, granted->account, granted->days.value_or(-1));
}

Result<void> refuse_window_wishes(Unit& unit, core::Time at, const std::string& reason) {
  Statement update(unit.db,
                   "UPDATE wish SET settled_at = ?1, refusal = ?2 WHERE operation IS NULL AND settled_at IS NULL", at,
                   reason);
  return update.run();
}

Result<core::Operation> overrule(Unit& unit, const core::Operation& operation, core::Time at,
                                 const std::string& cause) {
  if (auto settled = settle_as_overruled(unit, operation.number, at); !settled) {
    return std::unexpected(settled.error());
  }
  return record(unit, operation, at, cause);
}

Result<std::vector<core::Wish>> open_wishes(Connection& db, std::string_view account, std::size_t most) {
  Statement query(db,
                  fmt::format("SELECT {} FROM wish w WHERE w.account = ?1 AND w.settled_at IS NULL"
                              " ORDER BY w.number LIMIT ?2",
                              wish_columns),
                  account, most);
  return read_wishes(query);
}

Result<std::optional<core::Wish>> newest_window_wish(Connection& db, std::string_view account) {
  Statement query(db,
                  fmt::format("SELECT {} FROM wish w WHERE w.account = ?1 AND w.operation IS NULL"
                              " ORDER BY w.number DESC LIMIT 1",
                              wish_columns),
                  account);
  return read_one(query, read_wish);
}

Result<std::vector<std::string>> accounts_with_wishes(Connection& db) {
  std::vector<std::string> accounts;
  Statement query(db, "SELECT DISTINCT account FROM wish WHERE settled_at IS NULL ORDER BY account");
  if (auto read = read_all(query, read_name, accounts); !read) return std::unexpected(read.error());
  return accounts;
}

Result<std::vector<core::Wish>> wishes_of(Connection& db, core::OperationNumber operation) {
  Statement query(db, fmt::format("SELECT {} FROM wish w WHERE w.operation = ?1 ORDER BY w.number", wish_columns),
                  operation);
  return read_wishes(query);
}

Result<std::vector<core::Wish>> refused_wishes(Connection& db, std::string_view account, core::Time since) {
  Statement query(db,
                  fmt::format("SELECT {} FROM wish w WHERE w.account = ?1 AND w.refusal <> '' AND w.settled_at >= ?2"
                              " AND w.number = (SELECT max(number) FROM wish WHERE operation = w.operation)"
                              " ORDER BY w.number",
                              wish_columns),
                  account, since);
  return read_wishes(query);
}

Result<std::optional<core::OperationNumber>> owner_of(Connection& db, std::string_view account, core::Action action,
                                                      core::OperationId id) {
  Statement query(db, "SELECT number FROM operation WHERE account = ?1 AND action = ?2 AND operation_id = ?3", account,
                  action, id);
  return read_one(query, read_operation_number);
}

}  // namespace lethe::store::sqlite
