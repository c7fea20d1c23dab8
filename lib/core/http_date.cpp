#include "core/http_date.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace lethe::core {

namespace {

namespace chrono = std::chrono;

constexpr std::array<std::string_view, 7> weekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Takes a text apart from its front. Once something was missing, nothing more is found.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool skip(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  void must(std::string_view expected) { good_ = skip(expected) && good_; }

  /// A number of exactly so many digits.
  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
        good_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  chrono::month month() {
    for (std::size_t i = 0; i < months.size(); ++i) {
      if (skip(months.at(i))) return chrono::month{static_cast<unsigned>(i) + 1};
    }
    good_ = false;
    return chrono::month{0};
  }

  /// A weekday, whole or its first three letters.
  bool weekday(bool whole) {
    return std::ranges::any_of(weekdays, [&](std::string_view day) { return skip(whole ? day : day.substr(0, 3)); });
  }

  chrono::seconds time_of_day() {
    const int hour = number(2);
    must(":");
    const int minute = number(2);
    must(":");
    const int second = number(2);
    good_ = good_ && hour < 24 && minute < 60 && second <= 60;
    return chrono::hours{hour} + chrono::minutes{minute} + chrono::seconds{second};
  }

  bool ended_well() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

struct Parts {
  int year = 0;
  chrono::month month{0};
  int day = 0;
  chrono::seconds time{0};
};

std::optional<Time> instant(const Reader& reader, const Parts& parts) {
  const chrono::year_month_day date{chrono::year{parts.year}, parts.month,
                                    chrono::day{static_cast<unsigned>(parts.day)}};
  if (!reader.ended_well() || !date.ok()) return std::nullopt;
  return chrono::sys_days{date} + parts.time;
}

std::optional<Time> imf_fixdate(std::string_view text) {
  Reader reader(text);
  if (!reader.weekday(false)) return std::nullopt;
  Parts parts;
  reader.must(", ");
  parts.day = reader.number(2);
  reader.must(" ");
  parts.month = reader.month();
  reader.must(" ");
  parts.year = reader.number(4);
  reader.must(" ");
  parts.time = reader.time_of_day();
  reader.must(" GMT");
  return instant(reader, parts);
}

int year_of(Time time) {
  return static_cast<int>(chrono::year_month_day{chrono::floor<chrono::days>(time)}.year());
}

std::optional<Time> rfc850(std::string_view text, Time now) {
  Reader reader(text);
  if (!reader.weekday(true)) return std::nullopt;
  Parts parts;
  reader.must(", ");
  parts.day = reader.number(2);
  reader.must("-");
  parts.month = reader.month();
  reader.must("-");
  const int year = reader.number(2);
  reader.must(" ");
  parts.time = reader.time_of_day();
  reader.must(" GMT");
  const int latest = year_of(now) + 50;
  parts.year = latest - (latest - year) % 100;
  return instant(reader, parts);
}

std::optional<Time> asctime(std::string_view text) {
  Reader reader(text);
  if (!reader.weekday(false)) return std::nullopt;
  Parts parts;
  reader.must(" ");
  parts.month = reader.month();
  reader.must(" ");
  parts.day = reader.skip(" ") ? reader.number(1) : reader.number(2);
  reader.must(" ");
  parts.time = reader.time_of_day();
  reader.must(" ");
  parts.year = reader.number(4);
  return instant(reader, parts);
}

}  // namespace

std::optional<Time> parse_http_date(std::string_view text, Time now) {
  if (const auto time = imf_fixdate(text)) return time;
  if (const auto time = rfc850(text, now)) return time;
  return asctime(text);
}

}  // namespace lethe::core
