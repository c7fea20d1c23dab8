// How deep the keys of a TOML text go, seen before it is parsed: each part of a dotted key is a table in a table, and
// toml++ (which bounds arrays and inline tables, to 256, but not these) destroys them by recursion, until the stack
// ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lethe::config {

/// More than any key of ours has, and few enough for the stack within inline tables as deep as toml++ takes them.
inline constexpr int most_dots_in_key = 8;

/// The line, from 1, of the first key with more dots. It tells strings and comments from keys as TOML does, as far as
/// the text is TOML: what stands behind a fault isn't parsed either.
std::optional<std::int64_t> line_of_deep_key(std::string_view text);

}  // namespace lethe::config
