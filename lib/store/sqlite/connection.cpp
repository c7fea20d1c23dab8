#include "store/sqlite/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <utility>

namespace lethe::store::sqlite {

namespace {

constexpr int busy_timeout_ms = 5000;
/// While it waits for readers, emptying the log keeps writers out.
constexpr int truncate_timeout_ms = 50;

/// SQLite calls only ENOSPC full; a used-up quota is no different to the one who waits for room.
bool out_of_room(sqlite3* handle, int code) {
  const int primary = code & 0xff;
  if (primary == SQLITE_FULL) return true;
  const int cause = sqlite3_system_errno(handle);
  return primary == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT);
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Place& place, bool create) {
  sqlite3* handle = nullptr;
  // One thread at a time uses a connection, so SQLite needn't guard it.
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(place.path.c_str(), &handle, flags, place.vfs.empty() ? nullptr : place.vfs.c_str());
  if (handle == nullptr) throw std::bad_alloc();
  std::unique_ptr<Connection> connection(new Connection(place, handle));
  if (code != SQLITE_OK) return std::unexpected(connection->describe(code));
  if (sqlite3_db_readonly(handle, "main") == 1) return std::unexpected(connection->describe(SQLITE_READONLY));
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Result<void> Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(describe(code));
  return {};
}

std::int64_t Connection::last_row() const {
  return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Connection::changes() const {
  return sqlite3_changes64(handle_);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

Result<bool> Connection::truncate_log() {
  // The first pass keeps nobody out and leaves the second one little to do.
  (void)sqlite3_wal_checkpoint_v2(handle_, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, truncate_timeout_ms);
  const int code = sqlite3_wal_checkpoint_v2(handle_, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  if (code == SQLITE_OK) return true;
  const int primary = code & 0xff;
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) return false;
  return std::unexpected(describe(code));
}

Error Connection::error(Error::Kind kind, std::string_view what) const {
  return {kind, fmt::format("{}: {}", place_.path.string(), what)};
}

Error Connection::describe(int code) const {
  using Kind = Error::Kind;
  if (out_of_room(handle_, code)) return error(Kind::full, "the disk is full; make room on it");
  switch (code & 0xff) {
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return error(
          Kind::read_only,
          "can't be opened for writing; the file and its folder must exist and belong to the user that runs lethe");
    case SQLITE_NOTADB:
      return error(Kind::foreign, "is not a store of Lethe's; name another path in [store]");
    case SQLITE_CORRUPT:
      return error(Kind::io, "is damaged; stop lethe and restore a backup");
    case SQLITE_BUSY:
      return error(Kind::busy, "another process has held the store for 5 s; end it or try again");
    default:
      return error(Kind::io,
                   fmt::format("{} ({}); look at the disk and the system's log", sqlite3_errmsg(handle_), code));
  }
}

sqlite3_stmt* Connection::borrow(const std::string& sql) {
  if (const auto found = prepared_.find(sql); found != prepared_.end()) {
    sqlite3_stmt* statement = found->second;
    prepared_.erase(found);
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if ((code & 0xff) == SQLITE_ERROR) throw std::logic_error(fmt::format("{}: {}", sqlite3_errmsg(handle_), sql));
  return statement;
}

void Connection::give_back(const std::string& sql, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  // Two runs of the same text at once leave two behind, of which one is enough.
  if (!prepared_.emplace(sql, statement).second) sqlite3_finalize(statement);
}

Statement::Statement(std::in_place_t, Connection& connection, std::string sql, int values)
    : connection_(connection), sql_(std::move(sql)), statement_(connection.borrow(sql_)) {
  if (statement_ == nullptr) {
    check(sqlite3_extended_errcode(connection_.handle()));
    return;
  }
  if (sqlite3_bind_parameter_count(statement_) != values) {
    connection_.give_back(sql_, statement_);
    throw std::logic_error(fmt::format("{} values bound to: {}", values, sql_));
  }
}

Statement::~Statement() {
  if (statement_ != nullptr) connection_.give_back(sql_, statement_);
}

bool Statement::next() {
  if (failed()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) check(code);
  return false;
}

Result<void> Statement::run() {
  while (next()) {
  }
  if (failed()) return std::unexpected(failure());
  return {};
}

void Statement::check(int code) {
  if (code == SQLITE_OK || failed()) return;
  code_ = code;
  failure_ = connection_.describe(code);
}

void Statement::spoil(std::string_view what) {
  if (!failed()) failure_ = connection_.error(Error::Kind::io, fmt::format("is damaged: {}; restore a backup", what));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string_view Statement::text(int column) const {
  // Blobs too: reading one as a blob never converts it, and a text is its bytes.
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

void Statement::bind(int index, std::int64_t value) {
  if (!failed()) check(sqlite3_bind_int64(statement_, index, value));
}

void Statement::bind(int index, std::size_t value) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  bind(index, static_cast<std::int64_t>(std::min(value, most)));
}

void Statement::bind(int index, double value) {
  if (!failed()) check(sqlite3_bind_double(statement_, index, value));
}

void Statement::bind(int index, std::string_view value) {
  // A view of nothing may hold a null pointer, which would bind NULL.
  const char* text = value.empty() ? "" : value.data();
  if (!failed()) check(sqlite3_bind_text64(statement_, index, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int index, Blob value) {
  const char* bytes = value.bytes.empty() ? "" : value.bytes.data();
  if (!failed()) check(sqlite3_bind_blob64(statement_, index, bytes, value.bytes.size(), SQLITE_TRANSIENT));
}

void Statement::bind(int index, std::nullopt_t) {
  if (!failed()) check(sqlite3_bind_null(statement_, index));
}

Savepoint::Savepoint(Connection& connection)
    : connection_(connection), begun_(connection.execute("SAVEPOINT part")), open_(begun_.has_value()) {}

Savepoint::~Savepoint() {
  // After a failure for which SQLite rolled the whole transaction back there is no savepoint left to go to.
  if (open_ && connection_.in_transaction()) {
    (void)connection_.execute("ROLLBACK TO part");
    (void)connection_.execute("RELEASE part");
  }
}

Result<void> Savepoint::release() {
  Result<void> released = connection_.execute("RELEASE part");
  if (released) open_ = false;
  return released;
}

WriteTransaction::WriteTransaction(Connection& connection)
    : connection_(connection), begun_(connection.execute("BEGIN IMMEDIATE")) {}

WriteTransaction::~WriteTransaction() {
  if (begun_ && connection_.in_transaction()) (void)connection_.execute("ROLLBACK");
}

Result<void> WriteTransaction::commit() {
  return connection_.execute("COMMIT");
}

}  // namespace lethe::store::sqlite
