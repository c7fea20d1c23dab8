#include "core/learning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937_64;

const Time accepted = *parse_rfc3339("2026-11-22T12:00:00Z");
const Time over = accepted + 48h;

Operation deleting(Time answered_at) {
  Operation operation;
  operation.number = {1};
  operation.state = State::deleting;
  operation.created_at = accepted;
  operation.submitted_at = accepted;
  operation.restorable_until = over;
  operation.answered_at = answered_at;
  return operation;
}

Operation suppressing(Time answered_at) {
  Operation operation = deleting(answered_at);
  operation.state = State::suppressing;
  return operation;
}

History lived(Duration deletion) {
  History history;
  for (int i = 0; i < 10; ++i) history.deletion.add(deletion);
  return history;
}

std::optional<Duration> deleted(const Operation& operation, const History& history, Time seen,
                                std::optional<Time> stamp = std::nullopt) {
  return learned({}, operation, history, State::deleted, seen, stamp);
}

TEST(Learned, half_the_blind_gap_before_the_detection) {
  EXPECT_EQ(deleted(deleting(over + 6h), {}, over + 6h + 20min), 6h + 10min);
  EXPECT_EQ(learned({}, suppressing(accepted + 10min), {}, State::deleting, accepted + 18min, {}), 14min);
  EXPECT_EQ(learned({}, suppressing(accepted + 10min), {}, State::restricted, accepted + 18min, {}), 14min);
}

TEST(Learned, the_gap_begins_with_the_phase) {
  EXPECT_EQ(deleted(deleting(over - 20h), {}, over + 20min), 10min);
}

TEST(Learned, at_most_a_quarter_of_an_hour_where_an_end_was_likely) {
  EXPECT_EQ(deleted(deleting(over + 4h), lived(6h), over + 6h), 6h - 15min);
}

TEST(Learned, half_of_all_of_it_where_none_was) {
  EXPECT_EQ(deleted(deleting(over - 1h), lived(6h), over + 4h), 2h);
}

TEST(Learned, from_the_clouds_stamp_within_the_gap_only) {
  const Operation operation = deleting(over + 6h);
  const Time seen = over + 6h + 20min;
  EXPECT_EQ(deleted(operation, {}, seen, over + 6h + 3min), 6h + 3min);
  for (const Time stamp : {over + 6h, seen + 1ms, seen - 6h, seen + 6h, Time{}}) {
    EXPECT_EQ(deleted(operation, {}, seen, stamp), 6h + 10min);
  }
}

TEST(Learned, nothing_where_the_gap_is_not_the_schedules_own) {
  EXPECT_EQ(deleted(deleting(over + 6h), lived(6h), over + 9h), std::nullopt) << "a stop, or an outage";
  EXPECT_EQ(deleted(deleting(over + 6h), lived(6h), over + 9h, over + 8h), std::nullopt);
  EXPECT_EQ(learned({}, suppressing(accepted), {}, State::deleting, accepted + 24h, {}), std::nullopt);
  EXPECT_EQ(deleted(deleting(over + 6h), {}, over + 5h), std::nullopt) << "the clock was set back";
}

TEST(Learned, nothing_from_other_ends_and_odd_operations) {
  const Time seen = over + 6h + 20min;
  for (const State end : {State::restored, State::mixed, State::invalid, State::failed, State::cancelled}) {
    EXPECT_EQ(learned({}, deleting(over + 6h), {}, end, seen, {}), std::nullopt) << word(end);
    EXPECT_EQ(learned({}, suppressing(accepted), {}, end, accepted + 1min, {}), std::nullopt) << word(end);
  }
  EXPECT_EQ(learned({}, suppressing(over + 6h), {}, State::deleted, seen, {}), std::nullopt) << "both at once";
  EXPECT_EQ(deleted(deleting(over - 2h), {}, over - 1h), std::nullopt) << "within its window";
  Operation odd = deleting(over + 6h);
  odd.typical = false;
  EXPECT_EQ(deleted(odd, {}, seen), std::nullopt);
  Operation unheard = deleting(over + 6h);
  unheard.answered_at.reset();
  EXPECT_EQ(deleted(unheard, {}, seen), std::nullopt);
}

// --- the rule and what it learns, over many operations

/// Lives one operation through its end phase, and adds what it taught. How late the end was seen, and after how many
/// polls.
struct Seen {
  Duration late{};
  int polls = 0;
};

Seen live(History& history, Duration end, std::int64_t number, std::uint64_t seed) {
  Operation operation = deleting(over - 10h);
  operation.number = {number};
  Seen seen;
  Time now = over - 10h;
  while (true) {
    const Poll poll = next_poll({}, operation, history, seed, now);
    EXPECT_GE(poll.at - now, poll_floor);
    EXPECT_LE(poll.at - now, longest_interval);
    now = poll.at;
    operation.attempt = poll.attempt + 1;
    operation.polls = ++seen.polls;
    if (now >= over + end || seen.polls > 1000) break;
    operation.answered_at = now;
  }
  if (const auto took = deleted(operation, history, now)) history.deletion.add(*took);
  seen.late = now - over - end;
  return seen;
}

struct Change {
  const char* name;
  std::function<Duration(Random&)> before;
  std::function<Duration(Random&)> after;
};

Duration about(Duration middle, Random& random) {
  return middle + middle * static_cast<std::int64_t>(random() % 101) / 1000 - middle / 20;
}

class HistoryMisleads : public ::testing::TestWithParam<Change> {};

TEST_P(HistoryMisleads, and_ends_are_seen_within_half_an_hour_after_five_operations) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    History history;
    std::int64_t number = 0;
    for (int i = 0; i < 60; ++i) {
      EXPECT_LT(live(history, GetParam().before(random), ++number, seed).polls, 100);
    }
    for (int i = 0; i < 30; ++i) {
      const Seen seen = live(history, GetParam().after(random), ++number, seed);
      ASSERT_LT(seen.polls, 200) << "never lost";
      if (i >= 5) EXPECT_LE(seen.late, Duration{30min}) << "seed " << seed << ", operation " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    all, HistoryMisleads,
    ::testing::Values(
        Change{"not_at_all", [](Random& r) { return about(8h, r); }, [](Random& r) { return about(8h, r); }},
        Change{"twice_as_late", [](Random& r) { return about(8h, r); }, [](Random& r) { return about(16h, r); }},
        Change{"half_as_late", [](Random& r) { return about(8h, r); }, [](Random& r) { return about(4h, r); }},
        Change{"a_tenth_as_late", [](Random& r) { return about(10h, r); }, [](Random& r) { return about(1h, r); }},
        Change{"another_shape", [](Random& r) { return about(8h, r); },
               [](Random& r) { return r() % 2 == 0 ? about(8h, r) : about(20h, r); }}),
    [](const auto& info) { return info.param.name; });

TEST(Learning, does_not_ratchet) {
  Random random(5);
  History history;
  for (int i = 0; i < 400; ++i) {
    const Duration end = about(8h, random);
    live(history, end, i + 1, 5);
  }
  const auto& sorted = history.deletion.sorted();
  EXPECT_NEAR(static_cast<double>(history.deletion.median()->count()), static_cast<double>(Duration{8h}.count()),
              static_cast<double>(Duration{10min}.count()));
  EXPECT_GE(sorted.front(), 7h + 20min);
  EXPECT_LE(sorted.back(), 8h + 40min);
}

}  // namespace
}  // namespace lethe::core
