// A connection to an SQLite database and what runs on it, as thin owners. A failure stays with the statement that met
// it and is asked for at the end, as with a stream; what only a bug can cause (wrong SQL, wrong number of values)
// throws.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/admission.hpp"
#include "core/operation.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace lethe::store::sqlite {

/// Bound as bytes, not as text.
struct Blob {
  std::string_view bytes;
};

class Connection {
 public:
  struct Place {
    std::filesystem::path path;
    std::string vfs;  ///< empty: the machine's
  };
  /// Opens for reading and writing, and touches nothing yet. `create`: makes the file where there is none.
  static Result<std::unique_ptr<Connection>> open(const Place& place, bool create);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// One or several statements without values.
  Result<void> execute(const std::string& sql);
  std::int64_t last_row() const;
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  std::int64_t changes() const;
  bool in_transaction() const;
  /// Moves the whole write-ahead log into the database and empties its file, so that what was overwritten is in
  /// neither. False: somebody reads what only the log still has; ask again. Outside a transaction.
  Result<bool> truncate_log();
  const std::filesystem::path& path() const { return place_.path; }
  sqlite3* handle() const { return handle_; }

  /// What the failure that SQLite reports as `code` means to the one who asked.
  Error describe(int code) const;
  /// An error of `kind` with the path in front of `what`.
  Error error(Error::Kind kind, std::string_view what) const;

 private:
  friend class Statement;
  Connection(Place place, sqlite3* handle) : place_(std::move(place)), handle_(handle) {}
  sqlite3_stmt* borrow(const std::string& sql);
  void give_back(const std::string& sql, sqlite3_stmt* statement);

  Place place_;
  sqlite3* handle_;
  std::map<std::string, sqlite3_stmt*, std::less<>> prepared_;  ///< idle ones, by their text
};

/// One run of a statement that the connection keeps prepared. Reset when it goes out of scope.
class Statement {
 public:
  /// Binds all values, in the order of the parameters ?1, ?2 …
  template <class... Values>
  Statement(Connection& connection, std::string sql, const Values&... values)
      : Statement(std::in_place, connection, std::move(sql), static_cast<int>(sizeof...(Values))) {
    int index = 0;
    (bind(++index, values), ...);
  }
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// True: there is a row. False: no further one, or it failed.
  bool next();
  /// To the end.
  Result<void> run();
  bool failed() const { return failure_.has_value(); }
  /// Only of a failed one.
  const Error& failure() const { return *failure_; }
  /// The extended code of SQLite that it failed with; 0: it hasn't.
  int code() const { return code_; }
  /// The row holds what no version of Lethe writes.
  void spoil(std::string_view what);

  // Columns of the present row, counted from 0; texts and blobs live until the next call of next().
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;

 private:
  Statement(std::in_place_t, Connection& connection, std::string sql, int values);

  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, std::int64_t{value}); }
  void bind(int index, bool value) { bind(index, std::int64_t{value}); }
  void bind(int index, std::size_t value);  ///< a limit: what passes 2^63 - 1 is that
  void bind(int index, double value);
  void bind(int index, std::string_view value);
  void bind(int index, const std::string& value) { bind(index, std::string_view{value}); }
  void bind(int index, const char* value) { bind(index, std::string_view{value}); }
  void bind(int index, Blob value);
  void bind(int index, std::nullopt_t);
  void bind(int index, core::Time value) { bind(index, std::int64_t{value.time_since_epoch().count()}); }
  void bind(int index, core::Duration value) { bind(index, std::int64_t{value.count()}); }
  void bind(int index, core::OperationNumber value) { bind(index, value.value); }
  void bind(int index, core::OperationId value) { bind(index, value.value); }
  void bind(int index, core::JobNumber value) { bind(index, value.value); }
  void bind(int index, LoadNumber value) { bind(index, value.value); }
  template <class Word>
    requires std::is_enum_v<Word>
  void bind(int index, Word value) {
    bind(index, core::word(value));
  }
  template <class Value>
  void bind(int index, const std::optional<Value>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind(index, std::nullopt);
    }
  }
  void check(int code);

  Connection& connection_;
  std::string sql_;
  sqlite3_stmt* statement_;
  int code_ = 0;
  std::optional<Error> failure_;
};

/// What happens after it is undone unless it is released. Without a transaction around it, it is one.
class Savepoint {
 public:
  explicit Savepoint(Connection& connection);
  ~Savepoint();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  const Result<void>& begun() const { return begun_; }
  Result<void> release();

 private:
  Connection& connection_;
  Result<void> begun_;
  bool open_;
};

/// A transaction that holds the write lock from its beginning; rolled back unless it is committed.
class WriteTransaction {
 public:
  explicit WriteTransaction(Connection& connection);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  const Result<void>& begun() const { return begun_; }
  Result<void> commit();

 private:
  Connection& connection_;
  Result<void> begun_;
};

}  // namespace lethe::store::sqlite
