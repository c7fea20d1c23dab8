#include "config/toml_depth.hpp"

#include <algorithm>

namespace lethe::config {
namespace {

constexpr std::size_t long_quote = 3;

/// The length of a string of one line that begins `text`, with its quotes; a line end ends it too.
std::size_t short_string(std::string_view text) {
  const char quote = text.front();
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\n') return at;
    if (text[at] == quote) return at + 1;
    if (text[at] == '\\' && quote == '"' && at + 1 < text.size() && text[at + 1] != '\n') ++at;
  }
  return text.size();
}

/// The length of a string in three quotes that begins `text`; one or two quotes more may belong to its end.
std::size_t long_string(std::string_view text) {
  const char quote = text.front();
  for (std::size_t at = long_quote; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (text.substr(at, long_quote) == text.substr(0, long_quote)) {
      at += long_quote;
      for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
      return at;
    }
  }
  return text.size();
}

std::size_t string_length(std::string_view text) {
  const bool is_long = text.starts_with("\"\"\"") || text.starts_with("'''");
  return is_long ? long_string(text) : short_string(text);
}

std::size_t comment_length(std::string_view text) {
  return std::min(text.find('\n'), text.size());
}

}  // namespace

std::optional<std::int64_t> line_of_deep_key(std::string_view text) {
  constexpr std::string_view between_keys = "\n=,[]{}";
  std::int64_t line = 1;
  int dots = 0;
  while (!text.empty()) {
    const char first = text.front();
    std::size_t length = 1;
    if (first == '"' || first == '\'') {
      length = string_length(text);
    } else if (first == '#') {
      length = comment_length(text);
    } else if (between_keys.contains(first)) {
      dots = 0;
    } else if (first == '.' && ++dots > most_dots_in_key) {
      return line;
    }
    line += std::ranges::count(text.substr(0, length), '\n');
    text.remove_prefix(length);
  }
  return std::nullopt;
}

}  // namespace lethe::config
