#include "core/time.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <locale>
#include <string>

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

Time at(std::int64_t milliseconds) {
  return Time{Duration{milliseconds}};
}

TEST(rfc3339, whole_seconds_have_no_fraction) {
  EXPECT_EQ(rfc3339(at(0)), "1970-01-01T00:00:00Z");
}

TEST(rfc3339, milliseconds_have_three_digits) {
  EXPECT_EQ(rfc3339(at(1795336304442)), "2026-11-22T08:31:44.442Z");
  EXPECT_EQ(rfc3339(at(7)), "1970-01-01T00:00:00.007Z");
}

TEST(rfc3339, before_1970) {
  EXPECT_EQ(rfc3339(at(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(at(-86'400'000)), "1969-12-31T00:00:00Z");
}

TEST(rfc3339, leap_days) {
  EXPECT_EQ(rfc3339(at(951'782'400'000)), "2000-02-29T00:00:00Z");
  EXPECT_EQ(rfc3339(at(1'709'251'199'999)), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(rfc3339(at(4'107'542'400'000)), "2100-03-01T00:00:00Z");
}

TEST(rfc3339, first_and_last_writable_instants) {
  EXPECT_EQ(rfc3339(at(-62'167'219'200'000)), "0000-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(at(253'402'300'799'999)), "9999-12-31T23:59:59.999Z");
}

TEST(rfc3339, instants_beyond_four_digits_are_held_at_the_nearest) {
  EXPECT_EQ(rfc3339(at(253'402'300'800'000)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(Time::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(Time::min()), "0000-01-01T00:00:00Z");
}

class Thousands : public std::numpunct<char> {
 protected:
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\1"; }
};

TEST(rfc3339, locale_changes_nothing) {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Thousands));
  const std::string text = rfc3339(at(1795336304442));
  const std::string words = in_words(12'345 * 24h);
  std::locale::global(before);
  EXPECT_EQ(text, "2026-11-22T08:31:44.442Z");
  EXPECT_EQ(words, "12345d");
}

TEST(parse_rfc3339, reads_what_is_written) {
  for (const std::int64_t milliseconds :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1795336304442}, std::int64_t{951'782'400'000},
        std::int64_t{-62'167'219'200'000}, std::int64_t{253'402'300'799'999}}) {
    EXPECT_EQ(parse_rfc3339(rfc3339(at(milliseconds))), at(milliseconds)) << milliseconds;
  }
}

TEST(parse_rfc3339, zones) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T01:00:00+01:00"), at(0));
  EXPECT_EQ(parse_rfc3339("1969-12-31T18:30:00-05:30"), at(0));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00-00:00"), at(0));
  EXPECT_EQ(parse_rfc3339("1970-01-01T23:59:00+23:59"), at(0));
}

TEST(parse_rfc3339, fraction_is_cut_to_milliseconds) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.5Z"), at(500));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.05Z"), at(50));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.4424222-06:00"), at(6 * 3'600'000 + 442));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.000999999Z"), at(0));
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.9999Z"), at(-1));
}

TEST(parse_rfc3339, small_letters_and_a_space) {
  EXPECT_EQ(parse_rfc3339("1970-01-01t00:00:00z"), at(0));
  EXPECT_EQ(parse_rfc3339("1970-01-01 00:00:00Z"), at(0));
}

TEST(parse_rfc3339, anything_else_is_refused) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-22",
                           "2026-11-22T08:31:44",
                           "2026-11-22T08:31Z",
                           "2026-11-22T08:31:44.Z",
                           "2026-11-22T08:31:44.1234567890Z",
                           "2026-11-22T08:31:44,5Z",
                           "2026-11-22T08:31:44+0100",
                           "2026-11-22T08:31:44+01",
                           "2026-11-22T08:31:44+24:00",
                           "2026-11-22T08:31:44+01:60",
                           "2026-11-22T08:31:44Z ",
                           " 2026-11-22T08:31:44Z",
                           "2026-11-22T24:00:00Z",
                           "2026-11-22T08:60:00Z",
                           "2016-12-31T23:59:60Z",
                           "2026-00-10T00:00:00Z",
                           "2026-13-10T00:00:00Z",
                           "2026-11-00T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2025-02-29T00:00:00Z",
                           "2100-02-29T00:00:00Z",
                           "26-11-22T08:31:44Z",
                           "+2026-11-22T08:31:44Z",
                           "-026-11-22T08:31:44Z",
                           "2026-1-22T08:31:44Z",
                           "2026-11-22_08:31:44Z",
                           "2026-11-22T 8:31:44Z",
                           "2026-11-22T08:31:44ZZ",
                           "2026-11-22T08:31:44\xc2\xb1"
                           "01:00"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(parse_rfc3339, leap_day_of_a_leap_century) {
  EXPECT_EQ(parse_rfc3339("2000-02-29T00:00:00Z"), at(951'782'400'000));
}

TEST(in_words, two_units) {
  EXPECT_EQ(in_words(14 * 24h + 6h), "14d 6h");
  EXPECT_EQ(in_words(12min + 30s), "12m 30s");
  EXPECT_EQ(in_words(1h + 1min), "1h 1m");
}

TEST(in_words, what_is_below_is_cut) {
  EXPECT_EQ(in_words(14 * 24h + 6h + 59min + 59s), "14d 6h");
  EXPECT_EQ(in_words(59s + 999ms), "59s");
}

TEST(in_words, nothing_of_the_second_unit_leaves_it_out) {
  EXPECT_EQ(in_words(5min), "5m");
  EXPECT_EQ(in_words(24h + 5min), "1d");
}

TEST(in_words, below_a_second) {
  EXPECT_EQ(in_words(250ms), "250ms");
  EXPECT_EQ(in_words(0ms), "0s");
}

TEST(in_words, negative) {
  EXPECT_EQ(in_words(-5min), "-5m");
  EXPECT_EQ(in_words(-(14 * 24h + 6h)), "-14d 6h");
  EXPECT_EQ(in_words(Duration::min()), "-106751991167d 7h");
}

}  // namespace
}  // namespace lethe::core
