// A retry in place: what is believed after it, what may be asked for, and how it goes on after a lost reply.
#include <gtest/gtest.h>

#include "core/remedy.hpp"
#include "core/schedule.hpp"
#include "observed.hpp"

namespace lethe::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Time noon{std::chrono::milliseconds{1'795'000'000'000}};

Observation counted(Observation observation, std::optional<int> retry_count) {
  observation.retry_count = retry_count;
  return observation;
}

/// Failed, and retried at noon.
Operation after_retry(std::optional<int> retry_count = 0) {
  Operation failed = operation_of(Action::delete_contacts, State::failed);
  failed.status = "Failed";
  failed.ended_at = noon;
  return retried(failed, RetryStep::ask, counted(observed("Failed"), retry_count), noon);
}

TEST(OldVerdict, is_ignored_while_nothing_changes) {
  const Decision decision = decide(after_retry(), counted(observed("Failed"), 0), noon + minutes{59});
  EXPECT_TRUE(decision.evidence);
  EXPECT_FALSE(decision.news);
  EXPECT_EQ(decision.state, State::suppressing);
  EXPECT_TRUE(decision.old_verdict);
}

TEST(OldVerdict, is_ignored_where_the_cloud_counts_nothing) {
  EXPECT_EQ(decide(after_retry(std::nullopt), observed("failed"), noon).state, State::suppressing);
  EXPECT_EQ(decide(after_retry(std::nullopt), counted(observed("Failed"), 0), noon).state, State::suppressing);
}

TEST(OldVerdict, is_believed_once_retry_count_changed) {
  const Decision decision = decide(after_retry(), counted(observed("Failed"), 1), noon + minutes{1});
  EXPECT_EQ(decision.state, State::failed);
  EXPECT_TRUE(decision.news);
  EXPECT_FALSE(decision.old_verdict);
  EXPECT_EQ(decision.retry_count, 1);
}

TEST(OldVerdict, ends_with_another_word_of_phase_1) {
  const Decision decision = decide(after_retry(), counted(observed("Processing"), 0), noon + minutes{1});
  EXPECT_EQ(decision.state, State::suppressing);
  EXPECT_TRUE(decision.news);
  EXPECT_FALSE(decision.old_verdict);
  Operation operation = after_retry();
  operation.status = decision.status;
  operation.old_verdict = decision.old_verdict;
  EXPECT_EQ(decide(operation, counted(observed("Failed"), 0), noon + minutes{2}).state, State::failed);
}

TEST(OldVerdict, ends_with_another_word_of_phase_2) {
  Operation invalid = operation_of(Action::delete_contacts, State::invalid);
  const Operation operation = retried(invalid, RetryStep::ask, observed("Completed", {"Invalid"}), noon);
  EXPECT_EQ(decide(operation, observed("Completed", {"Invalid"}), noon).state, State::suppressing);
  EXPECT_EQ(decide(operation, observed("Completed", {"Processing"}), noon).state, State::deleting);
  EXPECT_EQ(decide(operation, observed("Completed", {"Completed"}), noon).state, State::deleted);
}

TEST(OldVerdict, is_believed_after_an_hour) {
  EXPECT_EQ(decide(after_retry(), counted(observed("Failed"), 0), noon + hours{1}).state, State::failed);
}

TEST(Retry, is_asked_for_while_the_verdict_stands) {
  const Operation failed = operation_of(Action::delete_contacts, State::failed);
  EXPECT_EQ(next_step(failed, observed("Failed")), RetryStep::ask);
  EXPECT_EQ(next_step(failed, observed("Invalid")), RetryStep::ask);
  EXPECT_EQ(next_step(failed, observed("Completed", {"Invalid"})), RetryStep::ask);
}

TEST(Retry, is_under_way_where_a_lost_reply_hid_it) {
  Operation failed = operation_of(Action::delete_contacts, State::failed);
  EXPECT_EQ(next_step(failed, observed("Pending")), RetryStep::under_way);
  EXPECT_EQ(next_step(failed, counted(observed("Failed"), 1)), RetryStep::under_way) << "and it failed once more";
  failed.retry_count = 1;
  EXPECT_EQ(next_step(failed, counted(observed("Failed"), 1)), RetryStep::ask);
}

TEST(Retry, an_answer_about_something_else_says_nothing) {
  Observation other = observed("Failed");
  other.operation_id = OperationId{1};
  EXPECT_EQ(next_step(operation_of(Action::delete_contacts, State::failed), other), RetryStep::unclear);
  other.operation_id.reset();
  EXPECT_EQ(next_step(operation_of(Action::delete_contacts, State::failed), other), RetryStep::unclear);
}

TEST(Retry, is_recorded_with_what_was_seen) {
  const Operation operation = retried(operation_of(Action::delete_contacts, State::failed), RetryStep::ask,
                                      counted(observed("FAILED", {"Invalid"}), 2), noon);
  EXPECT_EQ(operation.state, State::suppressing);
  EXPECT_EQ(operation.retried_at, noon);
  EXPECT_TRUE(operation.old_verdict);
  EXPECT_EQ(operation.retry_count, 2);
  EXPECT_EQ(operation.status, "FAILED");
  EXPECT_EQ(operation.background_status, "Invalid");
  EXPECT_FALSE(operation.ended_at);
}

TEST(Retry, one_under_way_is_believed_at_once) {
  const Operation operation = retried(operation_of(Action::delete_contacts, State::failed), RetryStep::under_way,
                                      counted(observed("Failed"), 1), noon);
  EXPECT_FALSE(operation.old_verdict);
  EXPECT_EQ(decide(operation, counted(observed("Failed"), 1), noon).state, State::failed);
}

TEST(Remedies, each_state_allows_its_own) {
  const ScheduleSettings schedule;
  for (int i = 0; i <= static_cast<int>(last_state); ++i) {
    const auto state = static_cast<State>(i);
    SCOPED_TRACE(word(state));
    Operation operation = operation_of(Action::delete_contacts, state);
    operation.submitted_at = noon;
    const bool failed = state == State::failed || state == State::invalid;
    const bool unsettled = state == State::unconfirmed || state == State::needs_operator;
    EXPECT_EQ(!why_no_retry(operation), failed);
    EXPECT_EQ(!why_no_adoption(operation), unsettled);
    EXPECT_EQ(!why_no_resubmission(operation), unsettled);
    EXPECT_EQ(!why_no_giving_up(operation, {}, schedule, noon), unsettled);
    const bool under_way = state == State::suppressing || state == State::deleting;
    EXPECT_EQ(!why_no_giving_up(operation, {}, schedule, noon + hours{24 * 60}), unsettled || under_way);
    if (!failed) {
      EXPECT_NE(why_no_retry(operation)->find(word(state)), std::string::npos) << "the state is named";
    }
  }
}

TEST(Overdue, begins_past_the_expected_end_and_the_patience) {
  ScheduleSettings schedule;
  schedule.overdue = hours{72};
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.submitted_at = noon;
  operation.restorable_until = noon + hours{48};
  const Time begins = expected_end(operation, {}) + hours{72};
  EXPECT_FALSE(overdue(operation, {}, schedule, begins));
  EXPECT_TRUE(overdue(operation, {}, schedule, begins + Duration{1}));
  operation.state = State::suppressing;
  EXPECT_TRUE(overdue(operation, {}, schedule, begins + Duration{1}));
  operation.state = State::deleted;
  EXPECT_FALSE(overdue(operation, {}, schedule, begins + Duration{1})) << "it has ended";
}

TEST(Overdue, counts_from_the_retry) {
  Operation operation = operation_of(Action::restrict_contacts);
  operation.submitted_at = noon;
  const Time late = expected_end(operation, {}) + ScheduleSettings{}.overdue + hours{1};
  EXPECT_TRUE(overdue(operation, {}, {}, late));
  operation.retried_at = late;
  EXPECT_FALSE(overdue(operation, {}, {}, late));
}

}  // namespace
}  // namespace lethe::core
