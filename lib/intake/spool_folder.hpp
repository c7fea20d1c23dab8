// The intake directory with accepted/ and rejected/, by open descriptors: files move without their links being
// followed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/descriptor.hpp"
#include "core/time.hpp"

namespace lethe::intake {

class SpoolFolder {
 public:
  enum class Place : std::uint8_t { accepted, rejected };

  static std::filesystem::path name(Place place);  ///< in the intake directory
  /// Does this lie in accepted/ or rejected/ already?
  static bool is_settled(const std::filesystem::path& relative);
  /// Is this what job_files() lists?
  static bool is_job(const std::filesystem::path& relative);
  /// The error is one line.
  static std::expected<SpoolFolder, std::string> open(const std::filesystem::path& directory);

  /// The job files in the directory, in the order of their names: *.toml, neither hidden nor directories.
  std::expected<std::vector<std::string>, std::string> job_files() const;
  /// Does a regular file lie there, with no link on the way?
  bool has_file(const std::filesystem::path& relative) const;
  /// The name that `move` would give it now.
  std::expected<std::string, std::string> name_in(Place place, const std::filesystem::path& relative,
                                                  core::Time now) const;
  /// Moves it under exactly this name. False: something else has taken it. Durable when it returns.
  std::expected<bool, std::string> move_to(const std::filesystem::path& relative, Place place,
                                           const std::string& target) const;
  /// Moves `relative` (beneath the directory) into a place, under its own name or, where that is taken, with the time
  /// before its extension. Gives the name there. Durable when it returns.
  std::expected<std::string, std::string> move(const std::filesystem::path& relative, Place place,
                                               core::Time now) const;
  /// Moves a job file into rejected/, with `why` in NAME.why beside it; that is there first and whole.
  std::expected<void, std::string> reject(const std::string& name, std::string_view why, core::Time now) const;
  /// Removes the files that came into rejected/ before `before`, in nanoseconds since 1970 by the file system's clock.
  std::expected<void, std::string> remove_rejected(std::int64_t before) const;

 private:
  int descriptor(Place place) const { return place == Place::accepted ? accepted_.value() : rejected_.value(); }

  config::Descriptor root_;
  config::Descriptor accepted_;
  config::Descriptor rejected_;
};

/// A new file in an open folder, whole and synced, or false with errno.
bool write_new(int folder, const std::string& name, std::string_view text, mode_t mode);

/// Makes the directory and its places where they don't exist.
std::expected<void, std::string> make_folders(const std::filesystem::path& directory);

/// The `attempt`-th name to try: "a.toml", "a.20261122T083144Z.toml", "a.20261122T083144Z-2.toml", …
std::string free_name(const std::filesystem::path& name, core::Time now, int attempt);

}  // namespace lethe::intake
