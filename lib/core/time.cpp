#include "core/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lethe::core {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr Time first_writable{sys_days{std::chrono::year{0} / 1 / 1}.time_since_epoch()};
constexpr Time last_writable{sys_days{std::chrono::year{9999} / 12 / 31}.time_since_epoch() + days{1} -
                             milliseconds{1}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes text from the front, remembering whether everything so far was as it should be.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  /// Exactly `count` digits.
  int number(std::size_t count) {
    if (rest_.size() < count ||
        !std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count), is_digit)) {
      good_ = false;
      return 0;
    }
    int value = 0;
    for (const char c : rest_.substr(0, count)) value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }

  /// One of `allowed`, which is returned; else 0.
  char one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
      good_ = false;
      return 0;
    }
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  std::size_t digits_ahead() const {
    return static_cast<std::size_t>(std::find_if_not(rest_.begin(), rest_.end(), is_digit) - rest_.begin());
  }
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

/// ".4424222": one to nine digits, of which the first three count.
std::optional<milliseconds> read_fraction(Reader& reader) {
  if (!reader.next_is('.')) return milliseconds{0};
  reader.one_of(".");
  const std::size_t count = reader.digits_ahead();
  if (count < 1 || count > 9) return std::nullopt;
  int value = reader.number(std::min<std::size_t>(count, 3));
  for (std::size_t have = count; have < 3; ++have) value *= 10;
  if (count > 3) reader.number(count - 3);
  return milliseconds{value};
}

/// "Z", "+01:00": what local time is ahead of UTC.
std::optional<minutes> read_zone(Reader& reader) {
  const char sign = reader.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z') return minutes{0};
  const int hour = reader.number(2);
  reader.one_of(":");
  const int minute = reader.number(2);
  if (!reader.good() || hour > 23 || minute > 59) return std::nullopt;
  const minutes ahead = hours{hour} + minutes{minute};
  return sign == '-' ? -ahead : ahead;
}

}  // namespace

std::string rfc3339(Time time) {
  const Time shown = std::clamp(time, first_writable, last_writable);
  const auto day = std::chrono::floor<days>(shown);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{shown - day};
  const std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  const auto fraction = clock.subseconds().count();
  return fraction == 0 ? text + "Z" : fmt::format("{}.{:03}Z", text, fraction);
}

std::int64_t utc_day(Time time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  Reader reader{text};
  const int year = reader.number(4);
  reader.one_of("-");
  const int month = reader.number(2);
  reader.one_of("-");
  const int day = reader.number(2);
  reader.one_of("Tt ");
  const int hour = reader.number(2);
  reader.one_of(":");
  const int minute = reader.number(2);
  reader.one_of(":");
  const int second = reader.number(2);
  const std::optional<milliseconds> fraction = read_fraction(reader);
  if (!reader.good() || !fraction) return std::nullopt;
  const std::optional<minutes> ahead = read_zone(reader);
  if (!reader.good() || !ahead || !reader.at_end()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return Time{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} + *fraction - *ahead;
}

std::string in_words(Duration duration) {
  struct Unit {
    std::uint64_t milliseconds;
    std::string_view name;
  };
  constexpr std::array<Unit, 5> units{{{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}, {1, "ms"}}};

  const std::string_view sign = duration < Duration::zero() ? "-" : "";
  // Negated as unsigned, so that the most negative duration has a magnitude too.
  const auto count = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t magnitude = sign.empty() ? count : 0 - count;
  if (magnitude == 0) return "0s";

  std::size_t largest = 0;
  while (magnitude < units[largest].milliseconds) ++largest;
  std::string first = fmt::format("{}{}{}", sign, magnitude / units[largest].milliseconds, units[largest].name);
  const std::size_t smaller = largest + 1;
  if (smaller >= 4) return first;
  const std::uint64_t rest = magnitude % units[largest].milliseconds / units[smaller].milliseconds;
  return rest == 0 ? first : fmt::format("{} {}{}", first, rest, units[smaller].name);
}

}  // namespace lethe::core
