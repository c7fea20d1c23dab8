// When an operation is asked about next, leg by leg, where nothing is known of earlier ones.
#include "core/schedule.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <vector>

#include "scheduled.hpp"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

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

}  // namespace
}  // namespace lethe::core
