#include "core/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

constexpr auto day = 24h;
constexpr std::uint64_t instance = 0x1234'5678'9abc'def0;
const Time accepted = *parse_rfc3339("2026-11-22T12:00:00Z");

Operation suppressing(int attempt = 0) {
  Operation operation;
  operation.number = OperationNumber{1};
  operation.state = State::suppressing;
  operation.operation_id = OperationId{2038};
  operation.created_at = accepted - 1min;
  operation.submitted_at = accepted;
  operation.restorable_until = accepted + 14 * day;
  operation.attempt = attempt;
  operation.polls = attempt;
  return operation;
}

Operation deleting(int attempt = 0) {
  Operation operation = suppressing(attempt);
  operation.state = State::deleting;
  return operation;
}

/// Within 5 % and 2 min of `gap`.
void expect_about(Duration delay, Duration gap) {
  const Duration most = std::min<Duration>(gap / 20 + 1ms, 2min);
  EXPECT_GE(delay, gap - most) << in_words(delay) << " for " << in_words(gap);
  EXPECT_LE(delay, gap + most) << in_words(delay) << " for " << in_words(gap);
}

// --- windows and ends

TEST(restorable_until, days_after_the_acceptance) {
  EXPECT_EQ(restorable_until(accepted, 14, 2), accepted + 14 * day);
  EXPECT_EQ(restorable_until(accepted, 1, std::nullopt), accepted + day);
}

TEST(restorable_until, no_window) {
  EXPECT_EQ(restorable_until(accepted, -1, 14), accepted);
  EXPECT_EQ(restorable_until(accepted, 0, 14), accepted);
  EXPECT_EQ(restorable_until(accepted, -77, 14), accepted);
}

TEST(restorable_until, unknown_is_the_accounts_else_fourteen_days) {
  EXPECT_EQ(restorable_until(accepted, std::nullopt, 2), accepted + 2 * day);
  EXPECT_EQ(restorable_until(accepted, std::nullopt, -1), accepted);
  EXPECT_EQ(restorable_until(accepted, std::nullopt, std::nullopt), accepted + 14 * day);
}

TEST(expected_end, delete_and_restrict) {
  Operation operation = suppressing();
  EXPECT_EQ(expected_end(operation, {}), accepted + 14 * day + 13h);
  operation.restorable_until.reset();
  operation.restorable_days = 2;
  EXPECT_EQ(expected_end(operation, {}), accepted + 2 * day + 13h);
  operation.action = Action::restrict_contacts;
  EXPECT_EQ(expected_end(operation, {}), accepted + 12h);
}

TEST(expected_end, before_the_acceptance_counts_from_the_creation) {
  Operation operation;
  operation.created_at = accepted;
  operation.restorable_days = -1;
  EXPECT_EQ(expected_end(operation, {}), accepted + 13h);
}

// --- the suppression leg

TEST(next_poll, suppression_grows_to_its_cap) {
  const ScheduleSettings settings;
  const std::vector<Duration> gaps{60s, 96s, 153'600ms, 245'760ms, 393'216ms, 629'146ms, 15min, 15min, 15min};
  for (std::size_t attempt = 0; attempt < gaps.size(); ++attempt) {
    const Operation operation = suppressing(static_cast<int>(attempt));
    const Poll poll = next_poll(settings, operation, {}, instance, accepted + 1h);
    expect_about(poll.at - (accepted + 1h), gaps[attempt]);
    EXPECT_EQ(poll.attempt, operation.attempt);
  }
}

TEST(next_poll, suppression_slows_down_at_six_hours) {
  const ScheduleSettings settings;
  const Operation operation = suppressing(30);
  expect_about(next_poll(settings, operation, {}, instance, accepted + 6h - 1ms).at - (accepted + 6h - 1ms), 15min);
  expect_about(next_poll(settings, operation, {}, instance, accepted + 6h).at - (accepted + 6h), 1h);
}

TEST(next_poll, slow_suppression_still_starts_from_its_first_interval) {
  // After a step back from `deleting` the count is 0 again, however old the operation is.
  expect_about(next_poll({}, suppressing(0), {}, instance, accepted + 48h).at - (accepted + 48h), 1min);
}

TEST(next_poll, long_suppression_is_polled_on) {
  const ScheduleSettings settings;
  for (const Duration age : {Duration{30 * day}, Duration{365 * day}, Duration{9'000 * day}}) {
    const Operation operation = suppressing(100'000);
    expect_about(next_poll(settings, operation, {}, instance, accepted + age).at - (accepted + age), 1h);
  }
}

TEST(next_poll, wider_cap_is_not_narrowed_by_age) {
  ScheduleSettings settings;
  settings.suppression.cap = 2h;
  expect_about(next_poll(settings, suppressing(50), {}, instance, accepted + 7h).at - (accepted + 7h), 2h);
}

TEST(next_poll, clock_before_the_acceptance) {
  const Time before = accepted - 100 * day;
  expect_about(next_poll({}, suppressing(0), {}, instance, before).at - before, 1min);
}

TEST(next_poll, restrict_knows_suppression_only) {
  Operation operation = deleting(3);
  operation.action = Action::restrict_contacts;
  Operation same = suppressing(3);
  const Time now = accepted + 1h;
  EXPECT_EQ(next_poll({}, operation, {}, instance, now).at, next_poll({}, same, {}, instance, now).at);
  EXPECT_EQ(next_poll({}, operation, {}, instance, now).attempt, 3);
}

// --- heartbeats

TEST(next_poll, heartbeats_are_evenly_spread_and_end_at_the_first_poll_of_the_end) {
  const ScheduleSettings settings;
  Operation operation = deleting();
  Time now = accepted + 3h;
  const Time end_leg = *operation.restorable_until + settings.deletion.first;
  const Duration even = (end_leg - now) / 13;
  int heartbeats = 0;
  while (now < *operation.restorable_until) {
    const Poll poll = next_poll(settings, operation, {}, instance, now);
    EXPECT_EQ(poll.attempt, 0);
    EXPECT_LE(poll.at - now, 26h + 24min);
    EXPECT_NEAR(static_cast<double>((poll.at - now).count()), static_cast<double>(even.count()), 5.0 * 60'000);
    now = poll.at;
    ++operation.polls;
    operation.attempt = poll.attempt + 1;
    ++heartbeats;
  }
  EXPECT_EQ(heartbeats, 13);
  expect_about(now - *operation.restorable_until + day, day + settings.deletion.first);
}

TEST(next_poll, one_interval_is_left) {
  Operation operation = deleting(5);
  const Time now = *operation.restorable_until - 10h;
  const Poll poll = next_poll({}, operation, {}, instance, now);
  expect_about(poll.at - now, 10h + 15min);
  EXPECT_EQ(poll.attempt, 0);
}

TEST(next_poll, window_of_fourteen_days_is_left_for_a_heartbeat_only) {
  EXPECT_LE(next_poll({}, deleting(), {}, instance, accepted).at, accepted + 26h + 24min);
}

TEST(next_poll, first_poll_of_the_end_is_never_inside_the_window) {
  ScheduleSettings settings;
  settings.deletion.first = 10s;
  Operation operation = deleting();
  for (operation.polls = 0; operation.polls < 500; ++operation.polls) {
    const Poll poll = next_poll(settings, operation, {}, instance, *operation.restorable_until - 20h);
    EXPECT_GE(poll.at, *operation.restorable_until);
  }
}

TEST(next_poll, unknown_window_counts_fourteen_days) {
  Operation operation = deleting();
  operation.restorable_until.reset();
  EXPECT_EQ(next_poll({}, operation, {}, instance, accepted + 1h).at,
            next_poll({}, deleting(), {}, instance, accepted + 1h).at);
}

TEST(next_poll, heartbeat_longer_than_any_interval_is_held) {
  ScheduleSettings settings;
  settings.heartbeat = 30 * day;
  for (Operation operation = deleting(); operation.polls < 100; ++operation.polls) {
    EXPECT_LE(next_poll(settings, operation, {}, instance, accepted).at - accepted, longest_interval);
  }
}

// --- the end leg

TEST(next_poll, end_grows_to_its_cap) {
  const ScheduleSettings settings;
  const std::vector<Duration> gaps{15min, 1125s, 1'406'250ms, 1'757'812ms, 30min, 30min};
  for (std::size_t attempt = 0; attempt < gaps.size(); ++attempt) {
    const Operation operation = deleting(static_cast<int>(attempt));
    const Time now = *operation.restorable_until + 20min;
    const Poll poll = next_poll(settings, operation, {}, instance, now);
    expect_about(poll.at - now, gaps[attempt]);
    EXPECT_EQ(poll.attempt, operation.attempt);
  }
}

TEST(next_poll, end_begins_when_the_window_is_over) {
  const Operation operation = deleting(0);
  const Time over = *operation.restorable_until;
  expect_about(next_poll({}, operation, {}, instance, over).at - over, 15min);
  expect_about(next_poll({}, operation, {}, instance, over - 1ms).at - over, 15min);
}

TEST(next_poll, count_goes_on_from_the_instant_that_the_window_is_over) {
  const Operation operation = deleting(2);
  const Time over = *operation.restorable_until;
  EXPECT_EQ(next_poll({}, operation, {}, instance, over).attempt, 2);
  EXPECT_EQ(next_poll({}, operation, {}, instance, over - 1ms).attempt, 0);
}

TEST(next_poll, no_window_goes_to_the_end_at_once) {
  Operation operation = deleting(0);
  operation.restorable_until = accepted;
  expect_about(next_poll({}, operation, {}, instance, accepted + 3min).at - (accepted + 3min), 15min);
}

TEST(next_poll, heartbeats_may_be_further_apart_where_something_else_watches) {
  Operation operation = deleting();
  const Circumstances watched{.longest_heartbeat = 3 * day};
  Time now = accepted;
  int beats = 0;
  while (now < accepted + 14 * day) {
    const Time next = next_poll({}, operation, {}, instance, now, watched).at;
    EXPECT_LE(next - now, Duration{3 * day});
    now = next;
    ++operation.polls;
    ++beats;
  }
  EXPECT_EQ(beats, 5);
}

TEST(next_poll, behind_others_in_suppression_the_second_waits_four_times_as_long_and_the_rest_a_day) {
  expect_about(next_poll({}, suppressing(), {}, instance, accepted, {.ahead = 0}).at - accepted, 1min);
  expect_about(next_poll({}, suppressing(), {}, instance, accepted, {.ahead = 1}).at - accepted, 4min);
  expect_about(next_poll({}, suppressing(), {}, instance, accepted, {.ahead = 2}).at - accepted, day);
  expect_about(next_poll({}, suppressing(), {}, instance, accepted, {.ahead = 1000}).at - accepted, day);
  ScheduleSettings slow;
  slow.suppression.cap = 12h;
  expect_about(next_poll(slow, suppressing(100), {}, instance, accepted, {.ahead = 1}).at - accepted, day);
}

TEST(Unknown, is_flagged_after_three_answers_within_a_day_and_asked_about_daily) {
  Operation operation = suppressing(3);
  const auto asked_after = [&] { return next_poll({}, operation, {}, instance, accepted).at - accepted; };
  operation = not_known(operation, accepted);
  expect_about(asked_after(), 10min);
  operation = not_known(operation, accepted + 1h);
  expect_about(asked_after(), 1h);
  EXPECT_FALSE(is_unknown(operation));
  Operation slowly = not_known(operation, accepted + 25h);
  EXPECT_FALSE(is_unknown(slowly)) << "the first is longer ago than a day";
  operation = not_known(operation, accepted + 24h);
  EXPECT_TRUE(is_unknown(operation));
  expect_about(asked_after(), day);
  operation = not_known(operation, accepted + 100 * day);
  EXPECT_TRUE(is_unknown(operation)) << "until an answer knows it";
}

TEST(next_poll, overdue_is_polled_on) {
  const Operation operation = deleting(1'000'000);
  const Time now = *operation.restorable_until + 400 * day;
  expect_about(next_poll({}, operation, {}, instance, now).at - now, 30min);
}

TEST(next_poll, whole_life_costs_about_what_the_design_says) {
  const ScheduleSettings settings;
  const Time suppressed = accepted + 40min;
  const Time ended = accepted + 14 * day + 13h;
  Operation operation = suppressing();
  Poll poll = next_poll(settings, operation, {}, instance, accepted);
  Time now = accepted;
  while (now < ended) {
    now = poll.at;
    ++operation.polls;
    operation.attempt = poll.attempt + 1;
    if (operation.state == State::suppressing && now >= suppressed) {
      operation.state = State::deleting;
      operation.attempt = 0;
    }
    poll = next_poll(settings, operation, {}, instance, now);
  }
  EXPECT_GT(operation.polls, 38);
  EXPECT_LT(operation.polls, 55);
  EXPECT_LE(now - ended, 32min);
}

// --- properties

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

// --- with history

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
