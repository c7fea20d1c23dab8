// Lives of whole installations: whatever befalls them, the promises hold. They come in blocks, so that several cores
// share them; LETHE_LIVES says how many there are, a thousand in .ci/run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "simulation/life.hpp"

namespace lethe::simulation {
namespace {

constexpr std::uint64_t blocks = 20;
constexpr std::uint64_t usual_lives = 200;

std::uint64_t lives_in_a_block() {
  const char* wanted = std::getenv("LETHE_LIVES");
  const std::uint64_t lives = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : usual_lives;
  return std::max<std::uint64_t>(lives / blocks, 1);
}

class Lives : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Lives, keep_every_promise) {
  Tally tally;
  const std::uint64_t lives = lives_in_a_block();
  for (std::uint64_t i = 0; i < lives; ++i) {
    const LifeReport report = live(GetParam() * lives + i + 1);
    tally.add(report.tally);
    if (!report.faults.empty()) ADD_FAILURE() << report_failure(report);
  }
  fmt::print("{}\n", tally.in_words());
  // They weren't empty; of a few lives some are.
  if (lives < usual_lives / blocks) return;
  EXPECT_GE(tally.jobs, 2 * tally.lives);
  EXPECT_GT(tally.kills, 0);
  EXPECT_GT(tally.faults, tally.lives / 2);
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
