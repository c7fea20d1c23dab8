// Copies of a store, and what the first run on one does: whatever may have been submitted since the copy was made waits
// for a person.
#pragma once

#include <filesystem>
#include <optional>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/mutations.hpp"
#include "store/store.hpp"

namespace lethe::store::sqlite {

/// Refused where `file` exists. The copy appears under its name when it is whole and marked.
Result<void> copy_to(Connection& db, const std::filesystem::path& file, core::Time at);

/// When the store was copied; nothing: it is no copy, or a run has dealt with it.
Result<std::optional<core::Time>> copied_at(Connection& db);
/// `at`: nothing takes the mark away.
Result<void> mark_as_copy(Connection& db, std::optional<core::Time> at);

/// Holds some of what waits; {0, 0}: nothing is left to hold. Jobs with contacts in no operation become `held`,
/// operations that were about to be submitted, or whose answer was lost, become `needs_operator`.
struct Held {
  std::int64_t jobs = 0;
  std::int64_t operations = 0;
};
Result<Held> hold_some(Unit& unit, core::Time copied_at, core::Time at);

}  // namespace lethe::store::sqlite
