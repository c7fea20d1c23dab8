// TOML -> checked settings. Every fault is found at once, each with file, line, column, key, what is allowed, and for
// an unknown key the nearest known one. Needs neither network nor store.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.hpp"
#include "core/time.hpp"
#include "support/fault.hpp"

namespace lethe::config {

/// What the surroundings say: tests bring their own.
struct Surroundings {
  std::optional<std::string> state_directory;  ///< $STATE_DIRECTORY: the default place of the store
};

std::expected<core::Settings, std::vector<support::Fault>> read_config(const std::filesystem::path& file,
                                                                       const Surroundings& surroundings);

/// A configuration as far as it can be read, for who wants to judge other files beside its faults.
struct Draft {
  core::Settings settings;  ///< without accounts, where not all of their names are known
  std::vector<support::Fault> faults;
};
Draft draft_config(const std::filesystem::path& file, const Surroundings& surroundings);

/// "90s", "5m", "1.5h", "24h", "14d", "250ms"; no sign, no space.
std::optional<core::Duration> parse_duration(std::string_view text);

/// The known word nearest to `word` by edits, where it is near enough to be meant.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace lethe::config
