// What holds for every poll, whatever the settings and the operation: bounds, repeatability, jitter.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>

#include "core/schedule.hpp"
#include "scheduled.hpp"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

class Case {
 public:
  explicit Case(std::mt19937_64& random) : random_(random) {
    settings.suppression = backoff();
    settings.deletion = backoff();
    settings.heartbeat = up_to(10 * day) + 1s;
    operation.number = OperationNumber{static_cast<std::int64_t>(random() % 100'000)};
    operation.action = random() % 4 == 0 ? Action::restrict_contacts : Action::delete_contacts;
    operation.state = random() % 2 == 0 ? State::suppressing : State::deleting;
    operation.created_at = accepted;
    if (random() % 8 != 0) operation.submitted_at = accepted + up_to(1h);
    if (random() % 4 != 0) operation.restorable_until = accepted + up_to(30 * day);
    if (random() % 2 != 0) operation.restorable_days = static_cast<int>(random() % 40) - 2;
    operation.attempt = static_cast<int>(random() % 60);
    operation.polls = operation.attempt + static_cast<std::int64_t>(random() % 1'000);
    now = accepted - day + up_to(60 * day);
    seed = random();
  }

  ScheduleSettings settings;
  Operation operation;
  Time now;
  std::uint64_t seed = 0;

 private:
  Duration up_to(Duration most) {
    return Duration{static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most.count()))};
  }
  Backoff backoff() {
    const Duration first = up_to(1h) + 1s;
    return Backoff{
        .first = first, .factor = 1.0 + static_cast<double>(random_() % 300) / 100.0, .cap = first + up_to(3h)};
  }

  std::mt19937_64& random_;
};

constexpr int rounds = 20'000;

TEST(next_poll_properties, delay_is_in_bounds) {
  std::mt19937_64 random{1};
  for (int i = 0; i < rounds; ++i) {
    const Case given(random);
    const Poll poll = next_poll(given.settings, given.operation, {}, given.seed, given.now);
    EXPECT_GE(poll.at - given.now, poll_floor);
    EXPECT_LE(poll.at - given.now, longest_interval);
    EXPECT_GT(poll.at, given.now);
    EXPECT_GE(poll.attempt, 0);
    EXPECT_LE(poll.attempt, given.operation.attempt);
  }
}

TEST(next_poll_properties, same_arguments_same_poll) {
  std::mt19937_64 random{2};
  for (int i = 0; i < rounds; ++i) {
    const Case given(random);
    const Poll first = next_poll(given.settings, given.operation, {}, given.seed, given.now);
    const Poll second = next_poll(given.settings, given.operation, {}, given.seed, given.now);
    EXPECT_EQ(first.at, second.at);
    EXPECT_EQ(first.attempt, second.attempt);
  }
}

TEST(next_poll_properties, jitter_is_the_only_difference_between_instances) {
  std::mt19937_64 random{3};
  for (int i = 0; i < rounds; ++i) {
    const Case given(random);
    const Poll here = next_poll(given.settings, given.operation, {}, given.seed, given.now);
    const Poll there = next_poll(given.settings, given.operation, {}, given.seed + 1, given.now);
    EXPECT_LE(std::chrono::abs(here.at - there.at), Duration{4min});
    EXPECT_EQ(here.attempt, there.attempt);
  }
}

TEST(next_poll_properties, heartbeats_keep_their_distance) {
  std::mt19937_64 random{4};
  for (int i = 0; i < rounds; ++i) {
    Case given(random);
    given.operation.action = Action::delete_contacts;
    given.operation.state = State::deleting;
    given.operation.restorable_until = given.now + 1ms + Duration{static_cast<std::int64_t>(random() % 2'000'000'000)};
    const Poll poll = next_poll(given.settings, given.operation, {}, given.seed, given.now);
    const Duration longest = std::max<Duration>(given.settings.heartbeat * 11 / 10, poll_floor);
    EXPECT_EQ(poll.attempt, 0);
    if (poll.at > *given.operation.restorable_until) continue;
    EXPECT_LE(poll.at - given.now, longest);
  }
}

TEST(jitter, varies_at_the_cap_from_poll_to_poll) {
  Operation operation = suppressing(50);
  std::set<Time> instants;
  for (operation.polls = 50; operation.polls < 150; ++operation.polls) {
    instants.insert(next_poll({}, operation, {}, instance, accepted + 1h).at);
  }
  EXPECT_GT(instants.size(), 90U);
}

TEST(jitter, varies_from_operation_to_operation) {
  Operation operation = deleting(50);
  std::set<Time> instants;
  for (operation.number.value = 1; operation.number.value <= 100; ++operation.number.value) {
    instants.insert(next_poll({}, operation, {}, instance, accepted + 15 * day).at);
  }
  EXPECT_GT(instants.size(), 90U);
}

TEST(jitter, is_spread_evenly_over_both_sides) {
  Operation operation = suppressing(50);
  const Duration gap = 15min;
  constexpr int samples = 20'000;
  double sum = 0;
  int outer = 0;
  for (operation.polls = 0; operation.polls < samples; ++operation.polls) {
    const Duration moved = next_poll({}, operation, {}, instance, accepted + 1h).at - (accepted + 1h) - gap;
    const double share = static_cast<double>(moved.count()) / static_cast<double>(gap.count());
    ASSERT_LE(std::abs(share), 0.05 + 1e-6);
    sum += share;
    if (std::abs(share) > 0.025) ++outer;
  }
  EXPECT_NEAR(sum / samples, 0.0, 0.001);
  EXPECT_NEAR(static_cast<double>(outer) / samples, 0.5, 0.02);
}

TEST(jitter, is_two_minutes_at_most) {
  Operation operation = deleting();
  Duration most{0};
  const Time now = *operation.restorable_until - 20h;
  for (operation.polls = 0; operation.polls < 1'000; ++operation.polls) {
    most = std::max<Duration>(most,
                              std::chrono::abs(next_poll({}, operation, {}, instance, now).at - now - (20h + 15min)));
  }
  EXPECT_LE(most, Duration{2min});
  EXPECT_GT(most, Duration{110s});
}

}  // namespace
}  // namespace lethe::core
