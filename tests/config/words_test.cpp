#include <gtest/gtest.h>

#include "config/config.hpp"

namespace lethe::config {
namespace {

using namespace std::chrono_literals;

TEST(parse_duration, every_unit_and_fractions) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
  EXPECT_EQ(parse_duration("24h"), 24h);
  EXPECT_EQ(parse_duration("14d"), 14 * 24h);
  EXPECT_EQ(parse_duration("0s"), 0s);
  EXPECT_EQ(parse_duration("0.25s"), 250ms);
  EXPECT_EQ(parse_duration("999999999d"), 999'999'999LL * 86'400'000ms);
}

TEST(parse_duration, anything_else) {
  for (const char* text :
       {"",    "5",   "m",     "-5m",  "+5m",  " 5m",  "5m ",         "5 m",      "5M",         "5min",     "1h30m",
        "1.h", ".5h", "1..5h", "1e3s", "1,5h", "0x5s", "1000000000s", "0.0001ms", "1.0000000s", "\xd9\xa3s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(nearest, finds_what_is_meant) {
  const std::vector<std::string> known{"level", "format", "max_contacts_per_day", "id"};
  EXPECT_EQ(nearest("lvl", known), "level");
  EXPECT_EQ(nearest("LEVEL", known), "level");
  EXPECT_EQ(nearest("fromat", known), "format");
  EXPECT_EQ(nearest("max_contact_per_day", known), "max_contacts_per_day");
}

TEST(nearest, nothing_that_is_too_far) {
  EXPECT_EQ(nearest("colour", {"level", "format"}), std::nullopt);
  EXPECT_EQ(nearest("xy", {"id"}), std::nullopt);
  EXPECT_EQ(nearest("level", {}), std::nullopt);
}

}  // namespace
}  // namespace lethe::config
