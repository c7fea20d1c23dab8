#include "core/forecast.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace lethe::core {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

AccountSettings account(Duration spacing, int in_suppression) {
  AccountSettings settings;
  settings.min_time_between_submissions = spacing;
  settings.max_operations_in_suppression = in_suppression;
  return settings;
}

TEST(Forecast, the_first_leaves_at_once) {
  EXPECT_EQ(submission_after(account(minutes{5}, 1), 0, start), start);
}

TEST(Forecast, counts_from_the_last_submission_unless_it_lies_ahead) {
  AccountFacts facts;
  EXPECT_EQ(first_submission(account(minutes{5}, 1), facts, start), start);
  facts.last_submission_at = start - minutes{2};
  EXPECT_EQ(first_submission(account(minutes{5}, 1), facts, start), start + minutes{3});
  facts.suppressing = 1;
  EXPECT_EQ(first_submission(account(minutes{5}, 1), facts, start), start + minutes{58});
  facts.last_submission_at = start + hours{240};
  EXPECT_EQ(first_submission(account(minutes{5}, 1), facts, start), start + hours{1});
}

TEST(Forecast, one_at_a_time_waits_for_each_suppression) {
  EXPECT_EQ(submission_after(account(minutes{5}, 1), 3, start, hours{1}), start + hours{3});
}

TEST(Forecast, the_spacing_counts_where_it_is_the_longer_one) {
  EXPECT_EQ(submission_after(account(hours{2}, 1), 3, start, hours{1}), start + hours{6});
  EXPECT_EQ(submission_after(account(minutes{5}, 100), 7, start, hours{1}), start + minutes{35});
}

TEST(Forecast, the_same_as_a_walk_operation_by_operation) {
  for (const int slots : {1, 2, 3, 7}) {
    for (const auto spacing : {minutes{0}, minutes{5}, minutes{20}, minutes{90}}) {
      const auto settings = account(spacing, slots);
      std::vector<Time> walked{start};
      for (std::size_t i = 1; i < 40; ++i) {
        const auto free =
            i < static_cast<std::size_t>(slots) ? start : walked[i - static_cast<std::size_t>(slots)] + hours{1};
        walked.push_back(std::max(walked.back() + spacing, free));
        EXPECT_EQ(submission_after(settings, static_cast<std::int64_t>(i), start, hours{1}), walked[i])
            << slots << " " << spacing.count() << " " << i;
      }
    }
  }
}

TEST(Forecast, ends_behind_its_window) {
  EXPECT_EQ(end_of_submission(Action::delete_contacts, start, std::nullopt, {}), start + days{14} + hours{13});
  EXPECT_EQ(end_of_submission(Action::delete_contacts, start, 2, {}), start + days{2} + hours{13});
  EXPECT_EQ(end_of_submission(Action::delete_contacts, start, -1, {}), start + hours{13});
  EXPECT_EQ(end_of_submission(Action::restrict_contacts, start, 2, {}), start + hours{12});
}

}  // namespace
}  // namespace lethe::core
