// The day's budget, the calls under way and the pace of polls.
#include "core/budget.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

namespace lethe::core {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Hindrance = Leave::Hindrance;

constexpr Time midnight{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
constexpr Time noon = midnight + hours{12};
constexpr std::array all_classes{CallClass::reconcile, CallClass::submit, CallClass::flip, CallClass::heartbeat};

AccountSettings account(std::int64_t requests_per_day = 5'000, int in_flight = 4) {
  AccountSettings settings;
  settings.requests_per_day = requests_per_day;
  settings.requests_in_flight = in_flight;
  return settings;
}

Spending spent(std::int64_t requests, int calls = 0, Time now = noon) {
  return {.day = utc_day(now), .requests = requests, .calls = calls};
}

Hindrance hindrance(const AccountSettings& settings, const Spending& spending, CallClass wanted, Time now = noon) {
  return may_start(settings, spending, {}, wanted, now).hindrance;
}

struct Row {
  std::int64_t requests_per_day;
  std::int64_t used;
  int under_way;
  Hindrance urgent;  ///< for reconcile and submit
  Hindrance polls;
};

TEST(Budget, table) {
  constexpr auto none = Hindrance::none;
  constexpr auto budget = Hindrance::budget;
  constexpr auto full = Hindrance::in_flight;
  const std::vector<Row> rows{
      {5'000, 0, 0, none, none},
      {5'000, 4'746, 0, none, none},
      {5'000, 4'747, 0, none, budget},  // 4 are set aside, 250 kept
      {5'000, 4'742, 1, none, none},
      {5'000, 4'743, 1, none, budget},
      {5'000, 4'996, 0, none, budget},
      {5'000, 4'997, 0, budget, budget},
      {5'000, 9'000, 0, budget, budget},
      {5'000, 0, 4, full, full},
      {5'000, 4'990, 4, budget, budget},
      {20, 18, 0, none, none},  // one is set aside, one kept
      {20, 19, 0, none, budget},
      {20, 20, 0, budget, budget},
      {1, 0, 0, none, none},
      {1, 1, 0, budget, budget},
  };
  for (const Row& row : rows) {
    const std::string where = std::to_string(row.requests_per_day) + ", " + std::to_string(row.used) + " used, " +
                              std::to_string(row.under_way) + " under way";
    const auto settings = account(row.requests_per_day);
    const auto spending = spent(row.used, row.under_way);
    EXPECT_EQ(hindrance(settings, spending, CallClass::reconcile), row.urgent) << where;
    EXPECT_EQ(hindrance(settings, spending, CallClass::submit), row.urgent) << where;
    EXPECT_EQ(hindrance(settings, spending, CallClass::flip), row.polls) << where;
    EXPECT_EQ(hindrance(settings, spending, CallClass::heartbeat), row.polls) << where;
  }
}

TEST(Budget, used_up_waits_for_the_next_day_in_utc_and_says_so) {
  const Leave leave = may_start(account(), spent(5'000), {}, CallClass::submit, noon);
  EXPECT_EQ(leave.not_before, midnight + days{1});
  EXPECT_TRUE(leave.why.contains("requests_per_day, which is 5000, 5000 are used today")) << leave.why;
  EXPECT_TRUE(may_start(account(), spent(5'000), {}, CallClass::submit, midnight + days{1}).go());
  EXPECT_TRUE(may_start(account(), spent(5'000), {}, CallClass::flip, midnight + days{1}).go());
}

TEST(Budget, of_another_day_counts_nothing) {
  const Spending yesterday{.day = utc_day(noon) - 1, .requests = 5'000, .calls = 0};
  for (const CallClass wanted : all_classes) EXPECT_TRUE(may_request(account(), yesterday, wanted, noon));
}

TEST(Budget, single_requests_keep_what_is_kept_for_submissions) {
  for (const CallClass urgent : {CallClass::reconcile, CallClass::submit}) {
    EXPECT_TRUE(may_request(account(), spent(4'999), urgent, noon));
    EXPECT_FALSE(may_request(account(), spent(5'000), urgent, noon));
  }
  for (const CallClass poll : {CallClass::flip, CallClass::heartbeat}) {
    EXPECT_TRUE(may_request(account(), spent(4'749), poll, noon));
    EXPECT_FALSE(may_request(account(), spent(4'750), poll, noon));
  }
}

TEST(Budget, in_flight_waits_for_a_call_to_end) {
  const Leave leave = may_start(account(5'000, 1), spent(0, 1), {}, CallClass::submit, noon);
  EXPECT_EQ(leave.hindrance, Hindrance::in_flight);
  EXPECT_EQ(leave.not_before, std::nullopt);
}

TEST(Budget, whatever_a_poll_may_the_more_urgent_may_too) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto settings = account(1 + static_cast<std::int64_t>(random() % 300), 1 + static_cast<int>(random() % 8));
    const Time now = midnight + milliseconds{static_cast<std::int64_t>(random() % 86'400'000)};
    const auto spending = spent(static_cast<std::int64_t>(random() % 310), static_cast<int>(random() % 8), now);
    Pace pace;
    pace.allowance = static_cast<double>(random() % 30) / 10;
    pace.filled_at = now - milliseconds{static_cast<std::int64_t>(random() % 7'200'000)};
    bool before = true;
    for (const CallClass wanted : all_classes) {
      const Leave leave = may_start(settings, spending, pace, wanted, now);
      EXPECT_TRUE(before || !leave.go());
      before = leave.go();
      if (!leave.go() && leave.not_before) EXPECT_GT(*leave.not_before, now);
      EXPECT_EQ(leave.go(), leave.why.empty());
    }
  }
}

/// 10,000 polls are due at `from`; each makes one request. When they start.
std::vector<Time> drain(const AccountSettings& settings, Time from, Time until, std::int64_t used = 0) {
  std::vector<Time> starts;
  Spending spending = spent(used, 0, from);
  Pace pace;
  Time now = from;
  while (now < until && starts.size() < 10'000) {
    if (spending.day != utc_day(now)) spending = {.day = utc_day(now), .requests = 0, .calls = 0};
    const Leave leave = may_start(settings, spending, pace, CallClass::flip, now);
    if (leave.go()) {
      pace = after_start(settings, spending, pace, CallClass::flip, now);
      ++spending.requests;
      starts.push_back(now);
    } else {
      now = *leave.not_before;
    }
  }
  return starts;
}

std::ptrdiff_t most_within(const std::vector<Time>& starts, Duration length) {
  std::ptrdiff_t most = 0;
  for (auto first = starts.begin(); first != starts.end(); ++first) {
    most = std::max(most, std::lower_bound(first, starts.end(), *first + length) - first);
  }
  return most;
}

TEST(Pace, ten_thousand_overdue_never_pass_the_configured_pace) {
  for (const int in_flight : {1, 4, 7}) {
    for (const std::int64_t budget : {std::int64_t{100}, std::int64_t{5'000}, std::int64_t{100'000}}) {
      const auto settings = account(budget, in_flight);
      const auto starts = drain(settings, noon, noon + days{4});
      EXPECT_LE(most_within(starts, seconds{1}), in_flight);
      const std::int64_t polls_a_day = budget - (budget + 19) / 20;
      for (int day = 0; day < 4; ++day) {
        const Time begin = std::max(noon, midnight + days{day});
        const auto of_day = std::ranges::count_if(
            starts, [&](Time start) { return start >= begin && start < midnight + days{day + 1}; });
        EXPECT_LE(of_day, polls_a_day);
      }
      // An hour's share at once, and then an hour's growth: of half a day that is left, a twelfth each.
      const auto first_hour = std::ranges::count_if(starts, [&](Time start) { return start < noon + hours{1}; });
      EXPECT_LE(static_cast<double>(first_hour), static_cast<double>(polls_a_day) / 12 * 2 + 2);
      EXPECT_GT(starts.size(), static_cast<std::size_t>(std::min<std::int64_t>(polls_a_day, 9'000)));
    }
  }
}

TEST(Pace, uses_what_the_day_holds_when_enough_is_due) {
  const auto starts = drain(account(500), midnight, midnight + days{1});
  EXPECT_GT(starts.size(), 465u);  // of 475; the last ones are set aside
  EXPECT_LE(starts.size(), 475u);
}

TEST(Pace, of_a_day_that_others_have_used_is_slower) {
  const auto fresh = drain(account(), noon, noon + hours{2});
  const auto used = drain(account(), noon, noon + hours{2}, 4'000);
  EXPECT_LT(used.size() * 5, fresh.size());
  EXPECT_GT(*time_between_polls(account(), spent(4'000), noon), *time_between_polls(account(), spent(0), noon));
  EXPECT_EQ(time_between_polls(account(), spent(4'750), noon), std::nullopt);
}

TEST(Pace, gives_even_the_smallest_budget_its_polls) {
  const auto starts = drain(account(2), midnight, midnight + days{5});
  EXPECT_GE(starts.size(), 5u);
}

TEST(Pace, does_not_hold_submissions) {
  Pace empty;
  empty.allowance = 0;
  empty.filled_at = noon;
  empty.last_start = noon;
  EXPECT_EQ(may_start(account(), spent(0), empty, CallClass::flip, noon).hindrance, Hindrance::pace);
  EXPECT_TRUE(may_start(account(), spent(0), empty, CallClass::submit, noon).go());
  EXPECT_TRUE(may_start(account(), spent(0), empty, CallClass::reconcile, noon).go());
  const Pace after = after_start(account(), spent(0), empty, CallClass::submit, noon);
  EXPECT_EQ(after.allowance, empty.allowance);
}

TEST(Pace, of_a_clock_that_steps_back_does_not_wait_for_the_time_to_come_again) {
  const Pace pace = after_start(account(), spent(0), {}, CallClass::flip, noon);
  EXPECT_TRUE(may_start(account(), spent(0), pace, CallClass::flip, noon - hours{5}).go());
}

TEST(ClassOf, follows_the_state_and_the_window) {
  Operation operation;
  operation.restorable_until = noon;
  operation.state = State::unconfirmed;
  EXPECT_EQ(class_of(operation, noon), CallClass::reconcile);
  operation.state = State::suppressing;
  EXPECT_EQ(class_of(operation, noon - hours{1}), CallClass::flip);
  operation.state = State::deleting;
  EXPECT_EQ(class_of(operation, noon - hours{1}), CallClass::heartbeat);
  EXPECT_EQ(class_of(operation, noon), CallClass::flip);
}

}  // namespace
}  // namespace lethe::core
