// Durations and near misses.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "config/config.hpp"
#include "core/ascii.hpp"

namespace lethe::config {
namespace {

struct Unit {
  std::string_view word;
  std::int64_t milliseconds;
};

constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000}, Unit{"h", 3'600'000},
                           Unit{"d", 86'400'000}};
constexpr std::size_t most_whole_digits = 9;
constexpr std::size_t most_fraction_digits = 6;

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::int64_t number(std::string_view digits) {
  return std::accumulate(digits.begin(), digits.end(), std::int64_t{0},
                         [](std::int64_t sum, char digit) { return sum * 10 + (digit - '0'); });
}

/// Levenshtein's distance, without regard to case.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (core::lower(from[i]) == core::lower(to[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<core::Duration> parse_duration(std::string_view text) {
  const std::string_view whole = take_digits(text);
  if (whole.empty() || whole.size() > most_whole_digits) return std::nullopt;
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty() || fraction.size() > most_fraction_digits) return std::nullopt;
  }
  const auto unit = std::ranges::find(units, text, &Unit::word);
  if (unit == units.end()) return std::nullopt;
  std::int64_t scale = 1;
  for (std::size_t digit = 0; digit < fraction.size(); ++digit) scale *= 10;
  const std::int64_t rest = number(fraction) * unit->milliseconds;
  if (rest % scale != 0) return std::nullopt;
  return core::Duration{number(whole) * unit->milliseconds + rest / scale};
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  std::optional<std::string> best;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : known) {
    const std::size_t distance = edits(word, candidate);
    const std::size_t near_enough = 1 + std::max(word.size(), candidate.size()) / 4;
    if (distance < candidate.size() && distance <= near_enough && distance < fewest) {
      best = candidate;
      fewest = distance;
    }
  }
  return best;
}

}  // namespace lethe::config
