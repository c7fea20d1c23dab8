// A directory for a demo or a rehearsal: one that the user named, which stays, or a temporary one, which goes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "command/failure.hpp"

namespace lethe::command {

class ScratchDirectory {
 public:
  /// `wanted` must be new (it is made for its owner alone) or empty, and stays. Absent: a temporary one, whose name
  /// begins with `prefix` and which goes with this object.
  static Outcome<std::unique_ptr<ScratchDirectory>> make(const std::optional<std::filesystem::path>& wanted,
                                                         std::string_view prefix);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  bool stays() const { return stays_; }
  /// Removes what doesn't stay.
  void clean_up() const;

 private:
  ScratchDirectory(std::filesystem::path path, bool stays);

  std::filesystem::path path_;
  bool stays_;
};

}  // namespace lethe::command
