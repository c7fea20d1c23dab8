// When an operation is asked about next where earlier ones tell how long it takes, and where they mislead.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "core/schedule.hpp"
#include "scheduled.hpp"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

History lived(const std::vector<Duration>& suppression, const std::vector<Duration>& deletion) {
  History history;
  for (const Duration duration : suppression) history.suppression.add(duration);
  for (const Duration duration : deletion) history.deletion.add(duration);
  return history;
}

const std::vector<Duration> six_hours(10, 6h);
const std::vector<Duration> half_an_hour(10, 30min);
const Duration cap_with_history = 27min;

TEST(next_poll_with_history, suppression_is_asked_about_when_it_usually_ends) {
  const History history = lived(half_an_hour, {});
  // 10 (g - 30 min) = 2 min x 11, which comes before the bound: 15 min behind the first likely instant.
  expect_about(next_poll({}, suppressing(3), history, instance, accepted).at - accepted, 30min + 132s);
  const Time later = accepted + 25min;
  expect_about(next_poll({}, suppressing(3), history, instance, later).at - later, 5min + 132s);
}

TEST(next_poll_with_history, suppression_older_than_ever_is_asked_about_at_the_cap) {
  const History history = lived(half_an_hour, {});
  const auto gap = [&](Duration age) {
    return next_poll({}, suppressing(3), history, instance, accepted + age).at - (accepted + age);
  };
  expect_about(gap(2h), 15min);
  expect_about(gap(24h), 1h);
}

TEST(next_poll_with_history, too_little_of_it_is_none) {
  const History history = lived({1h, 1h, 1h, 1h}, {1h, 1h, 1h, 1h});
  expect_about(next_poll({}, suppressing(0), history, instance, accepted).at - accepted, 1min);
  const Time over = accepted + 14 * day;
  expect_about(next_poll({}, deleting(0), history, instance, over).at - over, 15min);
}

TEST(next_poll_with_history, one_phase_says_nothing_about_the_other) {
  const History history = lived({}, six_hours);
  expect_about(next_poll({}, suppressing(0), history, instance, accepted).at - accepted, 1min);
}

TEST(next_poll_with_history, end_is_looked_at_early_once_and_then_when_it_usually_comes) {
  const History history = lived({}, six_hours);
  const Time over = accepted + 14 * day;
  const Duration first = Duration{6h} * 15 / 16;
  expect_about(next_poll({}, deleting(0), history, instance, over).at - over, first * 7 / 10);
  const Time looked = over + first * 7 / 10;
  // 10 g = 2 min x 11, before the bound
  expect_about(next_poll({}, deleting(1), history, instance, looked).at - looked, 6h + 132s - first * 7 / 10);
}

TEST(next_poll_with_history, end_later_than_ever_seen_is_asked_about_at_the_cap) {
  const History history = lived({}, six_hours);
  const Time late = accepted + 14 * day + 40h;
  expect_about(next_poll({}, deleting(9), history, instance, late).at - late, cap_with_history);
}

TEST(next_poll_with_history, heartbeats_end_at_the_first_poll_of_the_end) {
  const History history = lived({}, six_hours);
  const Time near = accepted + 14 * day - 2h;
  const Duration first = Duration{6h} * 15 / 16 * 7 / 10;
  expect_about(next_poll({}, deleting(0), history, instance, near).at - near, 2h + first);
}

/// Whatever happened before: each wait is within the bounds, and an end is seen within the cap of its coming.
TEST(next_poll_with_history, never_loses_an_operation_however_history_misleads) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    const double misled = std::ldexp(1.0, static_cast<int>(random() % 5) - 2);  // 1/4 to 4 times as long as before
    History history;
    for (int i = 0; i < 30; ++i) {
      const Duration past{static_cast<std::int64_t>(6h / 1ms) + static_cast<std::int64_t>(random() % 20'000'000)};
      history.deletion.add(past);
    }
    const Time over = accepted + 14 * day;
    const Time end = over + Duration{std::llround(static_cast<double>(Duration{7h}.count()) * misled)};
    Operation operation = deleting(0);
    Time now = over;
    int polls = 0;
    while (now < end) {
      operation.polls = ++polls;
      const Poll poll = next_poll({}, operation, history, instance, now);
      ASSERT_GE(poll.at - now, poll_floor);
      ASSERT_LE(poll.at - now, longest_interval);
      now = poll.at;
      operation.attempt = poll.attempt + 1;
      ASSERT_LT(polls, 100);
    }
    const bool earlier_than_ever = misled < 0.8;
    EXPECT_LE(now - end, earlier_than_ever ? Duration{6h} : Duration{33min}) << "misled by " << misled;
  }
}

}  // namespace
}  // namespace lethe::core
