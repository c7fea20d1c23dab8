// A TOML file as text and as a table, for the configuration and for job files. What can't be read or parsed is one
// fault.
#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/fault.hpp"

namespace lethe::config {

enum class Links : std::uint8_t { followed, refused };

/// The text of a regular file of at most `most_bytes`. Never waits (a FIFO is a fault).
std::expected<std::string, support::Fault> read_text(const std::filesystem::path& file, std::size_t most_bytes,
                                                     Links links);

/// The fault says line, column and the kind of element, and nothing of the text around it: that could be a secret or a
/// contact.
std::expected<toml::table, support::Fault> parse_toml(std::string_view text, const std::filesystem::path& file);

}  // namespace lethe::config
