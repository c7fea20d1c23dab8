#include "core/expected_delay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

constexpr Price usual{.patience = 2min, .cap = 30min};

Durations of(const std::vector<Duration>& durations) {
  Durations past;
  for (const Duration duration : durations) past.add(duration);
  return past;
}

/// What waiting `wait` longer is expected to cost, as the rule's definition says it.
double cost(const Durations& past, Duration elapsed, Duration wait) {
  double sum = 0;
  for (const Duration duration : past.sorted()) {
    if (duration > elapsed) sum += std::max(0.0, static_cast<double>((elapsed + wait - duration).count()));
  }
  return sum;
}

double worth(const Durations& past, Duration elapsed, Duration patience) {
  const auto longer = std::ranges::count_if(past.sorted(), [&](Duration duration) { return duration > elapsed; });
  return static_cast<double>(patience.count()) * static_cast<double>(longer + 1);
}

TEST(Durations, the_newest_fifty_count) {
  Durations past;
  for (int minute = 1; minute <= 60; ++minute) past.add(std::chrono::minutes{minute});
  EXPECT_EQ(past.count(), 50u);
  EXPECT_EQ(past.sorted().front(), 11min);
  EXPECT_EQ(past.sorted().back(), 60min);
  EXPECT_EQ(past.median(), 36min);
}

TEST(Durations, fewer_than_five_do_not_suffice) {
  EXPECT_FALSE(of({1h, 2h, 3h, 4h}).suffice());
  EXPECT_TRUE(of({1h, 2h, 3h, 4h, 5h}).suffice());
  EXPECT_EQ(Durations{}.median(), std::nullopt);
}

TEST(expected_delay_wait, five_equal_ones_are_asked_about_just_behind_them) {
  const Durations past = of({90min, 90min, 90min, 90min, 90min});
  // 5 g = 2 min x 6
  EXPECT_EQ(expected_delay_wait(past, 10min, usual), 80min + 144s);
}

TEST(expected_delay_wait, spread_ones_are_asked_about_again_and_again) {
  const Durations past = of({60min, 70min, 80min, 90min, 100min});
  // After the first: t + g - 60 min = 12 min would pass 70 min; 2 (t + g) = 12 + 130 min: 71 min.
  EXPECT_EQ(expected_delay_wait(past, 30min, usual), 41min);
  // Four are longer than 71 min... 70 is not: three, worth 8 min: 80 + 8 = 88 min.
  EXPECT_EQ(expected_delay_wait(past, 71min, usual), 17min);
}

TEST(expected_delay_wait, later_than_ever_seen_is_asked_about_at_the_cap) {
  const Durations past = of({60min, 60min, 60min, 60min, 60min});
  EXPECT_EQ(expected_delay_wait(past, 5h, usual), 30min);
}

TEST(expected_delay_wait, canary_before_an_end_that_is_far_away) {
  const Durations past = of({6h, 6h, 6h, 6h, 6h});
  const Duration first{std::llround(static_cast<double>(Duration{6h}.count()) * 15 / 17)};  // 6 h x 5 / (5 + 2/3)
  const Duration canary = expected_delay_wait(past, 0h, usual);
  EXPECT_NEAR(static_cast<double>(canary.count()), static_cast<double>(first.count()) * 0.7, 1);
  EXPECT_EQ(expected_delay_wait(past, canary, usual), first - canary + 30min) << "once";
}

TEST(expected_delay_wait, the_newest_tell_first_that_ends_come_earlier) {
  Durations past;
  for (int i = 0; i < 49; ++i) past.add(6h);
  past.add(3h);
  EXPECT_LE(expected_delay_wait(past, 2h + 30min, usual), 1h) << "one of fifty, and the newest";
  for (int i = 0; i < 5; ++i) past.add(6h);
  EXPECT_GT(expected_delay_wait(past, 2h + 30min, usual), 1h) << "not among the newest five any more";
}

TEST(expected_delay_wait, no_canary_before_an_end_that_is_near) {
  const Durations past = of({90min, 90min, 90min, 90min, 90min});
  EXPECT_GT(expected_delay_wait(past, 0min, usual), 80min);
}

TEST(expected_delay_wait, before_the_window_ends_it_counts_from_afar) {
  const Durations past = of({90min, 90min, 90min, 90min, 90min});
  EXPECT_EQ(expected_delay_wait(past, -24h, usual), 24h + 90min + 144s);
}

TEST(expected_delay_wait, costs_what_a_call_is_worth_unless_a_bound_came_first) {
  std::mt19937_64 random(7);
  int exact = 0;
  for (int round = 0; round < 2000; ++round) {
    Durations past;
    const std::size_t count = 5 + random() % 60;
    for (std::size_t i = 0; i < count; ++i)
      past.add(Duration{60'000 + static_cast<std::int64_t>(random() % 90'000'000)});
    const Duration elapsed{static_cast<std::int64_t>(random() % 100'000'000) - 5'000'000};
    const Price price{.patience = Duration{1'000 + static_cast<std::int64_t>(random() % 600'000)}, .cap = 10h};
    const Duration wait = expected_delay_wait(past, elapsed, price);
    ASSERT_GT(wait, Duration::zero());
    // A millisecond of rounding for each duration.
    ASSERT_LE(cost(past, elapsed, wait - 1ms), worth(past, elapsed, price.patience) + 60);
    if (cost(past, elapsed, wait + 1ms) >= worth(past, elapsed, price.patience) - 60) ++exact;
  }
  EXPECT_GT(exact, 1000) << "the rule, and not always a bound, decides";
}

}  // namespace
}  // namespace lethe::core
