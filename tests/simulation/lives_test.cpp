// A thousand lives of whole installations: whatever befalls them, the promises hold. They come in blocks, so that
// several cores share them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulation/life.hpp"

namespace lethe::simulation {
namespace {

constexpr std::uint64_t blocks = 20;
constexpr std::uint64_t lives_in_a_block = 50;

class Lives : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Lives, keep_every_promise) {
  Tally tally;
  for (std::uint64_t i = 0; i < lives_in_a_block; ++i) {
    const LifeReport report = live(GetParam() * lives_in_a_block + i + 1);
    tally.add(report.tally);
    if (!report.faults.empty()) ADD_FAILURE() << report_failure(report);
  }
  fmt::print("{}\n", tally.in_words());
  EXPECT_GT(tally.jobs, 100);
  EXPECT_GT(tally.kills, 10);
  EXPECT_GT(tally.faults, 100);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Lives, testing::Range<std::uint64_t>(0, blocks));

TEST(Life, is_the_same_bit_by_bit_for_the_same_seed) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const LifeReport once = live(seed);
    const LifeReport again = live(seed);
    EXPECT_GT(once.log.size(), 1'000u);
    EXPECT_EQ(once.log, again.log) << "seed " << seed;
    EXPECT_EQ(once.tally.in_words(), again.tally.in_words());
  }
}

}  // namespace
}  // namespace lethe::simulation
