#include "intake/pace.hpp"

#include "intake/fixture.hpp"

namespace lethe::intake {
namespace {

using ::testing::HasSubstr;

const core::Time now = time_of("2026-11-22T08:00:00Z");

class PaceTest : public IntakeTest {
 protected:
  PaceTest() {
    account_.max_contacts_per_operation = 100;
    queue_.first = now;
    request_.selector = core::Selector::keys;
    request_.not_after = now + std::chrono::hours{10};
  }

  /// An hour in suppression each, one at a time: the eleventh leaves at not_after, the twelfth after it.
  bool in_time(std::int64_t contacts, std::int64_t bytes = 0) {
    return !check_pace(request_, account_, queue_, contacts, bytes, now);
  }
  void waits(core::Action action, core::Selector selector, std::int64_t contacts) {
    queue_.waiting.push_back({.action = action, .selector = selector, .jobs = contacts, .contacts = contacts});
  }

  core::AccountSettings account_;
  Queue queue_;
  JobRequest request_;
};

TEST_F(PaceTest, up_to_the_last_operation) {
  EXPECT_TRUE(in_time(1'100));
  EXPECT_FALSE(in_time(1'101));
}

TEST_F(PaceTest, small_jobs_of_a_kind_leave_together) {
  waits(core::Action::delete_contacts, core::Selector::keys, 1'099);
  EXPECT_TRUE(in_time(1));
  EXPECT_FALSE(in_time(2));
}

TEST_F(PaceTest, other_kinds_and_lists_take_operations_of_their_own) {
  waits(core::Action::restrict_contacts, core::Selector::keys, 1);
  waits(core::Action::delete_contacts, core::Selector::ids, 101);
  waits(core::Action::delete_contacts, core::Selector::list, 4);
  queue_.queued_again = 2;
  EXPECT_TRUE(in_time(200)) << "1 + 2 + 4 + 2 before it";
  EXPECT_FALSE(in_time(201));
}

TEST_F(PaceTest, list_is_one_operation) {
  request_.selector = core::Selector::list;
  request_.list = core::ListTarget{.key = "PEOPLE", .contacts = 1'000'000};
  EXPECT_TRUE(in_time(0));
  queue_.queued_again = 11;
  EXPECT_FALSE(in_time(0));
}

TEST_F(PaceTest, bytes_bound_an_operation_too) {
  account_.max_contacts_per_operation = 1'000'000;
  EXPECT_TRUE(in_time(170'000, 170'000 * 250));
  EXPECT_FALSE(in_time(180'000, 180'000 * 250));
}

TEST_F(PaceTest, queue_that_moves_later) {
  queue_.first = now + std::chrono::minutes{1};
  EXPECT_FALSE(in_time(1'100));
  EXPECT_TRUE(in_time(1'000));
}

TEST_F(PaceTest, is_a_warning_with_what_to_do) {
  EXPECT_THAT(check_pace(request_, account_, queue_, 1'200, 0, now)->remedy, HasSubstr("give --accept-warnings"));
  request_.file = "job.toml";
  const auto fault = check_pace(request_, account_, queue_, 1'200, 0, now);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->key, "not_after");
  EXPECT_THAT(fault->what, HasSubstr("12 operations with those before it, the last about 2026-11-22T19:00:00Z"));
  EXPECT_THAT(fault->remedy, HasSubstr("set accept_warnings = true"));
  request_.accept_warnings = true;
  EXPECT_TRUE(in_time(1'200));
}

TEST_F(PaceTest, a_week_where_nothing_is_said) {
  request_.not_after.reset();
  EXPECT_TRUE(in_time(100 * (7 * 24 + 1)));
  EXPECT_FALSE(in_time(100 * (7 * 24 + 1) + 1));
}

}  // namespace
}  // namespace lethe::intake
