// The tables, how they came to be, and whether a file is a store at all.
#pragma once

#include <string_view>
#include <vector>

#include "store/sqlite/connection.hpp"

namespace lethe::store::sqlite {

/// "Leth", in the file's header: tells a store from any other SQLite database.
inline constexpr std::int64_t application_id = 0x4c657468;

/// A step from one version of the tables to the next.
struct Migration {
  std::int64_t version;  ///< what the tables are afterwards
  std::string_view sql;
};
const std::vector<Migration>& migrations();
std::int64_t newest_version();

enum class Kept : std::uint8_t { nothing, current, older };
/// Whether the file holds a store that this version can read; `foreign` or `newer` when not. Changes nothing.
Result<Kept> inspect(Connection& connection);

/// Sets what every connection needs, and reads it back. Only after inspect(): it turns the file into a WAL database.
Result<void> configure(Connection& connection);

/// Brings the tables to the newest version, each step in a transaction of its own.
Result<void> migrate(Connection& connection);

}  // namespace lethe::store::sqlite
