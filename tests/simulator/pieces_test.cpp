#include <gtest/gtest.h>

#include <set>

#include "simulator/cloud.hpp"
#include "simulator/draws.hpp"
#include "simulator/reading.hpp"
#include "simulator/shapes.hpp"

namespace lethe::simulator {
namespace {

TEST(Draws, depend_on_seed_subject_number_and_part_alone) {
  EXPECT_EQ(Draws(1).bits("a", 2, 3), Draws(1).bits("a", 2, 3));
  const std::set<std::uint64_t> different{Draws(1).bits("a", 2, 3), Draws(2).bits("a", 2, 3), Draws(1).bits("b", 2, 3),
                                          Draws(1).bits("a", 3, 3), Draws(1).bits("a", 2, 4)};
  EXPECT_EQ(different.size(), 5U);
}

TEST(Draws, a_guid_has_the_shape_of_version_4) {
  const std::string guid = Draws(1).guid("x", 1);
  ASSERT_EQ(guid.size(), 36U);
  EXPECT_EQ(guid[8], '-');
  EXPECT_EQ(guid[14], '4');
  EXPECT_EQ(guid[23], '-');
}

TEST(Draws, uniform_fills_its_range) {
  double sum = 0;
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    const double drawn = Draws(3).uniform("u", i, 2, 4);
    ASSERT_GE(drawn, 2);
    ASSERT_LT(drawn, 4);
    sum += drawn;
  }
  EXPECT_NEAR(sum / 2'000, 3, 0.05);
}

TEST(ReadTarget, takes_path_and_query_apart_without_regard_to_case) {
  const auto target = read_target("https://host.example/Contacts/V1//x?%24Page=2&a=b%20c+d&flag");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, (std::vector<std::string>{"contacts", "v1", "x"}));
  EXPECT_EQ(*target->parameter("$page"), "2");
  EXPECT_EQ(*target->parameter("A"), "b c d");
  EXPECT_EQ(*target->parameter("flag"), "");
  EXPECT_EQ(target->parameter("none"), nullptr);
}

TEST(ReadTarget, a_broken_percent_code_is_no_target) {
  EXPECT_FALSE(read_target("/a%2"));
  EXPECT_FALSE(read_target("/a?b=%zz"));
  EXPECT_TRUE(read_target(""));
}

TEST(ReadTime, with_and_without_zone_fraction_and_clock) {
  EXPECT_EQ(read_time("2026-11-22T00:00:00"), epoch);
  EXPECT_EQ(read_time("2026-11-22T00:00:00Z"), epoch);
  EXPECT_EQ(read_time("2026-11-22T00:00:00.5"), epoch + 500ms);
  EXPECT_EQ(read_time("2026-11-22T01:00:00+01:00"), epoch);
  EXPECT_EQ(read_time("2026-11-22"), epoch);
  EXPECT_FALSE(read_time("yesterday"));
  EXPECT_FALSE(read_time(""));
}

TEST(Stamp, zones_and_fractions_are_mixed_as_documented) {
  const core::Time time = epoch + 8h + 31min + 44s + 440ms;
  EXPECT_EQ(stamp(time, Zone::none_utc, 3), "2026-11-22T08:31:44.44");
  EXPECT_EQ(stamp(time, Zone::local, 7, 4222), "2026-11-22T02:31:44.4404222-06:00");
  EXPECT_EQ(stamp(time, Zone::utc, 0), "2026-11-22T08:31:44Z");
  EXPECT_EQ(stamp(epoch, Zone::none_local, 7), "2026-11-21T18:00:00");
  EXPECT_EQ(minute_stamp(time, Zone::none_utc), "2026-11-22T08:32:00");
}

}  // namespace
}  // namespace lethe::simulator
