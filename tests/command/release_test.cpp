#include "command/release.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "command/job_view.hpp"
#include "command/status_view.hpp"
#include "fixture.hpp"

namespace lethe::command::testing {
namespace {

using core::State;

class Release : public CommandTest {
 protected:
  core::Job held(const std::string& id) {
    const auto job = store_->submit(id, 1);
    must(store_->run(store().hold(job.number, noon, "too many for a day")));
    return job;
  }
};

TEST_F(Release, an_unknown_job_is_3_and_one_that_is_not_held_is_1) {
  const auto unknown = held_job(store(), "nothing");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().status, ExitStatus::unknown_name);
  store_->submit("queued", 1);
  const auto queued = held_job(store(), "queued");
  ASSERT_FALSE(queued);
  EXPECT_EQ(queued.error().status, ExitStatus::failed);
  EXPECT_EQ(queued.error().lines.front(), "job queued isn't held, it is queued; there is nothing to release");
}

TEST_F(Release, what_is_held_is_found_and_told_in_both_forms) {
  held("dsr");
  const auto job = held_job(store(), "dsr");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, State::held);
  const auto released = std::vector{*job};
  EXPECT_NE(released_text(released).find("dsr"), std::string::npos);
  EXPECT_EQ(boost::json::parse(released_json(released)).at(0).at("id"), "dsr");
}

TEST_F(Release, show_and_status_say_why_it_is_held_and_what_to_do) {
  held("dsr");
  const auto detail = job_detail(store(), settings_, "dsr", noon);
  ASSERT_TRUE(detail);
  EXPECT_EQ(boost::json::parse(detail_json(*detail)).at("why"), "too many for a day");
  const auto view = status_view(store(), settings_, noon);
  ASSERT_EQ(view->attention.size(), 1U);
  EXPECT_EQ(view->attention[0].job, "dsr");
  EXPECT_NE(view->attention[0].remedy.find("lethe release dsr"), std::string::npos);
}

TEST_F(Release, a_job_that_the_fuse_will_hold_says_so_while_it_waits) {
  settings_.accounts[0].max_contacts_per_day = 1;
  operation_in(State::deleted, "first");
  store_->submit("second", 1);
  const auto detail = job_detail(store(), settings_, "second", noon + std::chrono::minutes{10});
  ASSERT_TRUE(detail);
  EXPECT_NE(detail->waits_for.find("max_contacts_per_day"), std::string::npos) << detail->waits_for;
}

TEST_F(Release, status_says_what_the_queue_waits_for) {
  EXPECT_EQ(status_view(store(), settings_, noon)->accounts[0].waits_for, "") << "nothing is queued";
  operation_in(State::suppressing, "runs");
  store_->submit("waits", 1);
  const auto view = status_view(store(), settings_, noon + std::chrono::minutes{10});
  EXPECT_NE(view->accounts[0].waits_for.find("in suppression"), std::string::npos);
  EXPECT_NE(status_text(*view).find("in suppression"), std::string::npos);
  EXPECT_NE(boost::json::parse(status_json(*view)).at("accounts").at(0).at("waits_for"), "");
}

TEST_F(Release, a_paused_account_needs_a_person) {
  must(store_->run(store().pause("acme", noon, "two refusals in a row")));
  const auto view = status_view(store(), settings_, noon);
  ASSERT_EQ(view->attention.size(), 1U);
  EXPECT_NE(view->attention[0].what.find("two refusals in a row"), std::string::npos);
}

}  // namespace
}  // namespace lethe::command::testing
