#include "core/sweep.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace lethe::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time accepted{hours{1000}};
constexpr Duration day = hours{24};
const Time window_ends = accepted + 14 * day;

Durations known(const std::vector<Duration>& durations) {
  Durations past;
  for (const Duration duration : durations) past.add(duration);
  return past;
}
/// From 6 to 12 hours, evenly.
Durations spread() {
  std::vector<Duration> durations;
  for (int i = 0; i < 49; ++i) durations.emplace_back(hours{6} + i * minutes{360} / 48);
  return known(durations);
}

Operation deleting(std::string listed = "Processing") {
  Operation operation;
  operation.number = {7};
  operation.state = State::deleting;
  operation.submitted_at = accepted;
  operation.restorable_until = window_ends;
  operation.listed = std::move(listed);
  return operation;
}

// ---- when to look at the list

TEST(sweep_gap, without_history_is_the_cap) {
  EXPECT_EQ(sweep_gap({}, {}, {hours{1}}), minutes{30});
  EXPECT_EQ(sweep_gap({}, {}, std::vector<Duration>(1000, hours{7})), minutes{30});
}

TEST(sweep_gap, shrinks_with_the_number_at_risk_and_not_below_a_minute) {
  const Durations past = spread();
  Duration before = hours{1};
  for (const std::size_t at_risk : {2U, 10U, 40U, 200U}) {
    const Duration gap = sweep_gap({}, past, std::vector<Duration>(at_risk, hours{8}));
    EXPECT_LT(gap, before);
    before = gap;
  }
  EXPECT_GE(sweep_gap({}, past, std::vector<Duration>(5'000, hours{8})), minutes{1});
}

TEST(sweep_gap, costs_as_much_delay_over_all_as_nearly_two_status_calls_are_worth) {
  // Forty that end at 9 h for certain, and an hour is left: the delay beyond it reaches 3.6 min after 40 x g x 49/50.
  const Durations past = known(std::vector<Duration>(49, hours{9}));
  const Duration gap = sweep_gap({}, past, std::vector<Duration>(40, hours{8} + minutes{50}));
  EXPECT_NEAR(std::chrono::duration<double>(gap).count(), 600 + 216.0 * 50 / 49 / 40, 6);
}

TEST(sweep_gap, waits_where_no_end_is_likely_yet) {
  const Durations past = spread();
  EXPECT_GT(sweep_gap({}, past, {minutes{0}, minutes{10}}), hours{5});
  EXPECT_LE(sweep_gap({}, past, {minutes{0}, minutes{10}}), hours{6} + minutes{30});
  EXPECT_LE(sweep_gap({}, past, {minutes{0}, hours{8}}), minutes{20}) << "the one further on decides";
  EXPECT_GT(sweep_gap({}, past, {-hours{1}}), hours{6}) << "a window that still has to end";
}

TEST(sweep_gap, goes_on_past_the_longest_known_duration) {
  EXPECT_EQ(sweep_gap({}, spread(), {hours{20}, hours{30}}), minutes{20});
  EXPECT_EQ(sweep_gap({}, spread(), {hours{20}}), minutes{30}) << "one alone is asked about itself";
}

// ---- what is left to the list

TEST(is_swept, a_delete_behind_suppression_that_the_list_shows_as_under_way) {
  EXPECT_TRUE(is_swept(deleting()));
  EXPECT_TRUE(is_swept(deleting("processing")));
  EXPECT_TRUE(is_swept(deleting("")));
  EXPECT_FALSE(is_swept(deleting("Completed")));
  EXPECT_FALSE(is_swept(deleting(std::string(not_listed))));
  Operation operation = deleting();
  operation.state = State::suppressing;
  EXPECT_FALSE(is_swept(operation)) << "the list can't show that suppression is over";
  operation = deleting();
  operation.action = Action::restrict_contacts;
  EXPECT_FALSE(is_swept(operation));
}

TEST(next_swept_poll, is_a_heartbeat_at_most_three_days_apart_and_then_the_net) {
  History history;
  history.deletion = spread();
  Operation operation = deleting();
  Time now = accepted + hours{1};
  int beats = 0;
  while (true) {
    const Time next = next_swept_poll({}, operation, history, 1, now).at;
    ++operation.polls;
    if (next >= window_ends) {
      EXPECT_EQ(next, window_ends + hours{13}) << "an hour past the longest known duration";
      break;
    }
    EXPECT_LE(next - now, longest_swept_heartbeat);
    now = next;
    ++beats;
  }
  EXPECT_EQ(beats, 4);
  EXPECT_EQ(next_swept_poll({}, operation, history, 1, window_ends + hours{20}).at, window_ends + hours{23});
  EXPECT_EQ(next_swept_poll({}, operation, {}, 1, window_ends + hours{1}).at, window_ends + hours{14});
}

TEST(next_swept_poll, is_the_ordinary_one_of_what_the_list_does_not_watch) {
  History history;
  history.deletion = spread();
  for (const std::string_view listed : {std::string_view("Completed"), not_listed}) {
    const Operation operation = deleting(std::string(listed));
    const Time now = window_ends + hours{8};
    EXPECT_EQ(next_swept_poll({}, operation, history, 1, now).at, next_poll({}, operation, history, 1, now).at);
  }
  Operation operation = deleting();
  operation.state = State::suppressing;
  EXPECT_EQ(next_swept_poll({}, operation, history, 1, accepted).at, next_poll({}, operation, history, 1, accepted).at);
  history.suppression = known({minutes{10}, minutes{20}, minutes{30}, minutes{40}, minutes{50}});
  ScheduleSettings dearer;
  dearer.patience = minutes{7};
  dearer.suppression.cap = minutes{20};
  EXPECT_EQ(next_swept_poll({}, operation, history, 1, accepted).at,
            next_poll(dearer, operation, history, 1, accepted).at);
}

// ---- what the list says

TEST(compare_row, only_a_change_is_news) {
  EXPECT_EQ(compare_row("", "Processing"), RowNews::none);
  EXPECT_EQ(compare_row("Processing", "Processing"), RowNews::none);
  EXPECT_EQ(compare_row("Completed", "Completed"), RowNews::none);
  EXPECT_EQ(compare_row("-", "Processing"), RowNews::none) << "it is there again";
  EXPECT_EQ(compare_row("", "Completed"), RowNews::changed);
  EXPECT_EQ(compare_row("Processing", "Completed"), RowNews::changed);
  EXPECT_EQ(compare_row("Processing", "Invalid"), RowNews::changed);
  EXPECT_EQ(compare_row("Processing", "a word nobody knows"), RowNews::changed);
}

TEST(compare_row, a_row_that_is_gone_is_news_and_gone_again_a_fault) {
  EXPECT_EQ(compare_row("", not_listed), RowNews::changed);
  EXPECT_EQ(compare_row("Processing", not_listed), RowNews::changed);
  EXPECT_EQ(compare_row(not_listed, not_listed), RowNews::gone);
}

TEST(lags_behind, a_list_that_shows_as_under_way_what_has_ended) {
  const Time ended = accepted;
  EXPECT_TRUE(lags_behind(State::deleted, ended, "Processing", ended + minutes{16}));
  EXPECT_FALSE(lags_behind(State::deleted, ended, "Processing", ended + minutes{14})) << "it may still come";
  EXPECT_FALSE(lags_behind(State::deleted, ended, "Completed", ended + day));
  EXPECT_FALSE(lags_behind(State::restored, ended, "Processing", ended + day)) << "the list has no word for it";
  EXPECT_FALSE(lags_behind(State::abandoned, ended, "Processing", ended + day)) << "the cloud didn't say that it ended";
}

TEST(witness_of, is_one_of_a_dozen_reads_each_operation_in_turn) {
  EXPECT_FALSE(witness_of(1, 3));
  EXPECT_FALSE(witness_of(11, 3));
  EXPECT_EQ(witness_of(12, 3), 1U);
  EXPECT_EQ(witness_of(24, 3), 2U);
  EXPECT_EQ(witness_of(36, 3), 0U);
  EXPECT_FALSE(witness_of(12, 0));
}

}  // namespace
}  // namespace lethe::core
