#include "command/scratch_directory.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <string>
#include <system_error>
#include <utility>

namespace lethe::command {

namespace fs = std::filesystem;

namespace {

Failure unusable(const fs::path& path, std::string_view why) {
  return failure(ExitStatus::failed, fmt::format("{}: {}", path.string(), why));
}

}  // namespace

ScratchDirectory::ScratchDirectory(fs::path path, bool stays) : path_(std::move(path)), stays_(stays) {}

ScratchDirectory::~ScratchDirectory() {
  clean_up();
}

void ScratchDirectory::clean_up() const {
  std::error_code ignored;
  if (!stays_) fs::remove_all(path_, ignored);
}

Outcome<std::unique_ptr<ScratchDirectory>> ScratchDirectory::make(const std::optional<fs::path>& wanted,
                                                                  std::string_view prefix) {
  using Pointer = std::unique_ptr<ScratchDirectory>;
  if (!wanted) {
    std::string pattern = (fs::temp_directory_path() / fmt::format("{}-XXXXXX", prefix)).string();
    if (mkdtemp(pattern.data()) == nullptr) {
      return std::unexpected(unusable(pattern, "such a directory can't be made; name one of your own"));
    }
    return Pointer(new ScratchDirectory(pattern, false));
  }
  std::error_code error;
  const bool made = fs::create_directories(*wanted, error);
  if (!error && made) fs::permissions(*wanted, fs::perms::owner_all, error);
  const bool empty = !error && fs::is_empty(*wanted, error);
  if (error) return std::unexpected(unusable(*wanted, error.message()));
  if (!empty) return std::unexpected(unusable(*wanted, "isn't empty; name a new directory"));
  return Pointer(new ScratchDirectory(fs::absolute(*wanted), true));
}

}  // namespace lethe::command
