#include "core/http_date.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lethe::core {
namespace {

constexpr Time now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

std::string read(std::string_view text) {
  const auto time = parse_http_date(text, now);
  return time ? rfc3339(*time) : "none";
}

TEST(HttpDate, in_its_three_forms) {
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:37 GMT"), "1994-11-06T08:49:37Z");
  EXPECT_EQ(read("Sunday, 06-Nov-94 08:49:37 GMT"), "1994-11-06T08:49:37Z");
  EXPECT_EQ(read("Sun Nov  6 08:49:37 1994"), "1994-11-06T08:49:37Z");
  EXPECT_EQ(read("Wed Nov 16 08:49:37 1994"), "1994-11-16T08:49:37Z");
  EXPECT_EQ(read("Thu, 29 Feb 2024 00:00:00 GMT"), "2024-02-29T00:00:00Z");
  EXPECT_EQ(read("Sat, 31 Dec 2016 23:59:60 GMT"), "2017-01-01T00:00:00Z");
}

TEST(HttpDate, with_two_digits_is_the_year_at_most_50_years_ahead) {
  EXPECT_EQ(read("Monday, 02-Mar-26 00:00:00 GMT"), "2026-03-02T00:00:00Z");
  EXPECT_EQ(read("Monday, 02-Mar-76 00:00:00 GMT"), "2076-03-02T00:00:00Z");
  EXPECT_EQ(read("Monday, 02-Mar-77 00:00:00 GMT"), "1977-03-02T00:00:00Z");
  EXPECT_EQ(read("Monday, 02-Mar-00 00:00:00 GMT"), "2000-03-02T00:00:00Z");
}

TEST(HttpDate, that_is_none) {
  for (const char* text : {"",
                           "soon",
                           "Sun",
                           "Sun, ",
                           "Sun, 06 Nov 1994",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 31 Nov 1994 08:49:37 GMT",
                           "Thu, 29 Feb 2025 00:00:00 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Xxx 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sun, 06 Nov 1994 08:60:37 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Xun, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sunday, 06-Nov-1994 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994",
                           "Sun Nov  6 08:49:37 94",
                           "1994-11-06T08:49:37Z",
                           "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

TEST(HttpDate, cut_anywhere_is_none) {
  for (const std::string text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    for (std::size_t size = 0; size < text.size(); ++size) EXPECT_EQ(read(text.substr(0, size)), "none") << size;
  }
}

}  // namespace
}  // namespace lethe::core
