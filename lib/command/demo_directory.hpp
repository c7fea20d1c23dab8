// Where the demo keeps its files.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "command/failure.hpp"

namespace lethe::command {

/// The demo's files; gone at the end unless they are to be kept.
class DemoDirectory {
 public:
  /// `keep`: this one, new or empty; absent: a temporary one.
  static Outcome<std::unique_ptr<DemoDirectory>> make(const std::optional<std::filesystem::path>& keep);
  ~DemoDirectory();
  DemoDirectory(const DemoDirectory&) = delete;
  DemoDirectory& operator=(const DemoDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Nothing happens to what is to be kept.
  void clean_up() const;

 private:
  DemoDirectory(std::filesystem::path path, bool kept);

  std::filesystem::path path_;
  bool kept_;
};

}  // namespace lethe::command
