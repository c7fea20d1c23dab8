#include "simulator/reading.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace lethe::simulator {
namespace {

char small(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::optional<int> hex(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char letter = small(digit);
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const std::optional<int> high = hex(text[i + 1]);
      const std::optional<int> low = hex(text[i + 2]);
      if (!high || !low) return std::nullopt;
      result += static_cast<char>(*high * 16 + *low);
      i += 2;
    } else {
      result += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

/// Cuts `text` before the first `mark` and takes what stood before it, the mark not included.
std::string_view cut(std::string_view& text, char mark) {
  const std::size_t at = std::min(text.find(mark), text.size());
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return before;
}

std::string_view without_host(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || scheme > url.find_first_of("/?")) return url;
  const std::size_t path = url.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? std::string_view{} : url.substr(path);
}

bool read_path(std::string_view path, Target& target) {
  while (!path.empty()) {
    std::optional<std::string> segment = decoded(cut(path, '/'), false);
    if (!segment) return false;
    if (segment->empty()) continue;
    std::transform(segment->begin(), segment->end(), segment->begin(), small);
    target.path.push_back(std::move(*segment));
  }
  return true;
}

bool read_query(std::string_view query, Target& target) {
  while (!query.empty()) {
    std::string_view value = cut(query, '&');
    std::optional<std::string> name = decoded(cut(value, '='), true);
    std::optional<std::string> text = decoded(value, true);
    if (!name || !text) return false;
    if (!name->empty()) target.query.emplace_back(std::move(*name), std::move(*text));
  }
  return true;
}

}  // namespace

bool equal_ignoring_case(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return small(a) == small(b); });
}

const std::string* Target::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

std::optional<Target> read_target(std::string_view url) {
  std::string_view query = without_host(url);
  query = query.substr(0, query.find('#'));
  const std::string_view path = cut(query, '?');
  Target target;
  if (!read_path(path, target) || !read_query(query, target)) return std::nullopt;
  return target;
}

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<core::Time> read_time(std::string_view text) {
  if (text.size() == 10) return core::parse_rfc3339(std::string(text) + "T00:00:00Z");
  const bool zoned =
      text.ends_with('Z') || text.ends_with('z') || text.find_first_of("+-", 10) != std::string_view::npos;
  return core::parse_rfc3339(zoned ? std::string(text) : std::string(text) + "Z");
}

const boost::json::value* property(const boost::json::object& object, std::string_view name) {
  for (const auto& member : object) {
    if (equal_ignoring_case(member.key(), name)) return &member.value();
  }
  return nullptr;
}

}  // namespace lethe::simulator
