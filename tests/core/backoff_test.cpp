// What an account waits after failures.
#include "core/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lethe::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + hours{12}};

TEST(Exhausted, pauses_double_to_six_hours) {
  const std::vector<Duration> expected{minutes{30}, hours{1}, hours{2}, hours{4}, hours{6}, hours{6}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(pause_when_exhausted(static_cast<int>(i) + 1), expected[i]);
  }
  EXPECT_EQ(pause_when_exhausted(1'000'000), hours{6});
}

TEST(Unasked, depends_on_the_status) {
  EXPECT_EQ(wait_unasked(503), minutes{5});
  EXPECT_EQ(wait_unasked(429), minutes{30});
}

TEST(Backoff, is_fully_jittered_up_to_a_limit_that_doubles) {
  const std::vector<Duration> limits{seconds{30}, minutes{1},  minutes{2}, minutes{4},
                                     minutes{8},  minutes{15}, minutes{15}};
  for (std::size_t i = 0; i < limits.size(); ++i) {
    std::vector<Duration> waits;
    for (std::uint64_t instance = 0; instance < 1'000; ++instance) {
      waits.push_back(backoff(static_cast<int>(i) + 1, instance, "acme"));
    }
    const auto [least, most] = std::ranges::minmax(waits);
    EXPECT_GE(least, seconds{1});
    EXPECT_LE(most, limits[i]);
    // Spread over all of it, evenly.
    EXPECT_LT(least, limits[i] / 10 + seconds{1});
    EXPECT_GT(most, limits[i] * 9 / 10);
    const auto low = std::ranges::count_if(waits, [&](Duration wait) { return wait < limits[i] / 2; });
    EXPECT_NEAR(static_cast<double>(low), 500, 60);
  }
}

TEST(Backoff, is_the_same_again_and_another_for_another_account) {
  EXPECT_EQ(backoff(3, 42, "acme"), backoff(3, 42, "acme"));
  int same = 0;
  for (std::uint64_t instance = 0; instance < 100; ++instance) {
    same += backoff(5, instance, "acme") == backoff(5, instance, "other") ? 1 : 0;
  }
  EXPECT_LT(same, 3);
}

TEST(Wait, ends_at_its_time_and_where_no_wait_can_be_so_long) {
  EXPECT_TRUE(still_waits(noon + seconds{1}, noon));
  EXPECT_TRUE(still_waits(noon + longest_retry_after, noon));
  EXPECT_TRUE(still_waits(noon + longest_retry_after, noon - minutes{5})) << "a small step back";
  EXPECT_FALSE(still_waits(noon, noon));
  EXPECT_FALSE(still_waits(noon + longest_retry_after, noon - hours{2}));
}

TEST(Circuit, opens_for_the_backoff_and_lets_go_after_it) {
  const Circuit opened = after_failure({}, 1, "acme", {}, noon);
  EXPECT_EQ(opened.failures, 1);
  const Time until = noon + backoff(1, 1, "acme");
  EXPECT_EQ(open_until(opened, noon), until);
  EXPECT_EQ(open_until(opened, until), std::nullopt);
  EXPECT_EQ(open_until(Circuit{}, noon), std::nullopt);
}

TEST(Circuit, grows_with_failures_in_a_row) {
  Circuit circuit;
  Time now = noon;
  for (int failure = 1; failure <= 8; ++failure) {
    circuit = after_failure(circuit, 1, "acme", {}, now);
    EXPECT_EQ(circuit.failures, failure);
    EXPECT_EQ(circuit.wait, backoff(failure, 1, "acme"));
    now = *circuit.until;
  }
}

TEST(Circuit, of_calls_that_were_under_way_together_counts_one) {
  const Circuit one = after_failure({}, 1, "acme", {}, noon);
  const Circuit two = after_failure(one, 1, "acme", {}, noon + std::chrono::milliseconds{5});
  EXPECT_EQ(two.failures, 1);
  EXPECT_EQ(two.until, one.until);
}

TEST(Circuit, stays_open_for_as_long_as_the_answer_asks) {
  const Circuit asked = after_failure({}, 1, "acme", hours{2}, noon);
  EXPECT_EQ(open_until(asked, noon), noon + hours{2});
  // A straggler that asks for longer is heard, too.
  const Circuit longer = after_failure(asked, 1, "acme", hours{3}, noon);
  EXPECT_EQ(longer.until, noon + hours{3});
  EXPECT_EQ(longer.failures, 1);
  EXPECT_EQ(after_failure({}, 1, "acme", hours{1'000}, noon).until, noon + hours{24});
}

TEST(Circuit, is_not_held_open_by_a_clock_that_steps_back) {
  const Circuit opened = after_failure({}, 1, "acme", {}, noon);
  EXPECT_EQ(open_until(opened, noon - hours{24}), std::nullopt);
}

}  // namespace
}  // namespace lethe::core
