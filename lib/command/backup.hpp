// What `lethe backup` made.
#pragma once

#include <filesystem>
#include <string>

#include "command/failure.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct Backup {
  std::filesystem::path file;
  std::filesystem::path key;  ///< to be kept with it: without it no digest can be compared
  store::Head head;           ///< of the copy, or a little before it where a daemon runs
};

Outcome<Backup> make_backup(store::Store& store, const std::filesystem::path& store_path,
                            const std::filesystem::path& file, core::Time now);
std::string backup_text(const Backup& backup);
std::string backup_json(const Backup& backup);

}  // namespace lethe::command
