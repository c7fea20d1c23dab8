#include "command/demo_directory.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <system_error>
#include <utility>

namespace lethe::command {

namespace fs = std::filesystem;

DemoDirectory::DemoDirectory(fs::path path, bool kept) : path_(std::move(path)), kept_(kept) {}

DemoDirectory::~DemoDirectory() {
  clean_up();
}

void DemoDirectory::clean_up() const {
  std::error_code ignored;
  if (!kept_) fs::remove_all(path_, ignored);
}

Outcome<std::unique_ptr<DemoDirectory>> DemoDirectory::make(const std::optional<fs::path>& keep) {
  if (!keep) {
    auto pattern = (fs::temp_directory_path() / "lethe-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      return std::unexpected(failure(ExitStatus::failed, fmt::format("can't make a directory like {}", pattern)));
    }
    return std::unique_ptr<DemoDirectory>(new DemoDirectory(pattern, false));
  }
  std::error_code error;
  fs::create_directories(*keep, error);
  if (!error && !fs::is_empty(*keep, error) && !error) {
    return std::unexpected(
        failure(ExitStatus::failed, fmt::format("{}: isn't empty; name a new directory", keep->string())));
  }
  if (error)
    return std::unexpected(failure(ExitStatus::failed, fmt::format("{}: {}", keep->string(), error.message())));
  return std::unique_ptr<DemoDirectory>(new DemoDirectory(fs::absolute(*keep), true));
}

}  // namespace lethe::command
