#include "command/job_view.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>

#include "core/schedule.hpp"
#include "fixture.hpp"

namespace lethe::command::testing {
namespace {

using core::State;
using std::chrono::minutes;

class Jobs : public CommandTest {
 protected:
  JobDetail detail(const std::string& id, core::Time now = noon) {
    auto found = job_detail(store(), settings_, id, now);
    if (!found) throw std::runtime_error(found.error().lines.front());
    return std::move(*found);
  }
};

TEST_F(Jobs, an_unknown_job_is_3) {
  const auto found = job_detail(store(), settings_, "nothing", noon);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().status, ExitStatus::unknown_name);
}

TEST_F(Jobs, an_unknown_account_is_3_unless_it_has_jobs) {
  store::JobFilter filter;
  filter.account = "gone";
  const auto found = job_list(store(), settings_, filter);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().status, ExitStatus::unknown_name);

  auto job = store::testing::a_job("old", 1);
  job.account = "gone";
  store_->submit(job, {"k"});
  EXPECT_EQ(job_list(store(), settings_, filter)->size(), 1U);
  filter.states = {State::deleted};
  EXPECT_EQ(job_list(store(), settings_, filter)->size(), 0U) << "known, though none is in this state";
}

TEST_F(Jobs, a_queued_job_waits_behind_the_one_before_it) {
  store_->submit("first", 1);
  store_->submit("second", 1);
  EXPECT_EQ(detail("first").waits_for, "") << "it goes now";
  EXPECT_EQ(detail("second").waits_for, "it leaves with job first or right after it");
  auto other = store::testing::a_job("other", 1);
  other.action = core::Action::restrict_contacts;
  store_->submit(other, {"a"});
  EXPECT_EQ(detail("other").waits_for, "job first goes first");
}

TEST_F(Jobs, a_queued_job_waits_for_what_admission_says) {
  operation_in(State::suppressing, "runs");
  store_->submit("waits", 1);
  EXPECT_NE(detail("waits", noon + minutes{10}).waits_for.find("suppression"), std::string::npos);
  EXPECT_FALSE(detail("waits").expected_end);
  EXPECT_EQ(detail("runs").waits_for, "");
}

TEST_F(Jobs, a_queued_job_waits_for_what_holds_up_the_calls) {
  const auto note = [&](const store::Hindrance& hindrance) {
    const auto asked = store_->start(store().note_hindrance("acme", hindrance));
    must(store_->run(store().flush()));
    must(asked.result());
  };
  store_->submit("first", 1);
  store_->submit("second", 1);
  note({.why = "of requests_per_day, which is 5, 5 are used today (UTC)", .until = noon + minutes{30}, .alarm = false});
  for (const auto* job : {"first", "second"}) {
    EXPECT_EQ(detail(job).waits_for,
              "of requests_per_day, which is 5, 5 are used today (UTC) (until 2026-11-18T11:36:40Z)");
  }
  EXPECT_EQ(detail("first", noon + minutes{30}).waits_for, "") << "it is over";
  note({.why = "polls that are due go at a pace", .until = std::nullopt, .alarm = false});
  EXPECT_EQ(detail("first").waits_for, "polls that are due go at a pace");
  EXPECT_EQ(detail("second").waits_for, "it leaves with job first or right after it");
  operation_in(State::suppressing, "runs");
  EXPECT_NE(detail("first", noon + minutes{10}).waits_for.find("suppression"), std::string::npos);
}

TEST_F(Jobs, an_account_that_is_no_longer_configured_is_named) {
  store_->submit("waits", 1);
  settings_.accounts.clear();
  EXPECT_NE(detail("waits").waits_for.find("acme"), std::string::npos);
}

TEST_F(Jobs, the_end_is_expected_once_all_is_sent) {
  const auto operation = operation_in(State::suppressing, "runs");
  EXPECT_EQ(detail("runs").expected_end, core::expected_end(operation, {}));
  operation_in(State::deleted, "ended");
  EXPECT_FALSE(detail("ended").expected_end);
  const auto job = store_->submit("half", 2);
  const auto formed = must(store_->form({{job.number, 0, 1}}));
  must(store_->move(store::testing::accepted(formed, 99), State::suppressing));
  EXPECT_FALSE(detail("half").expected_end) << "its second contact isn't sent";
  EXPECT_NE(detail("half").waits_for, "");
}

TEST_F(Jobs, show_holds_operations_and_transitions) {
  operation_in(State::deleted, "ended");
  const auto json = boost::json::parse(detail_json(detail("ended")));
  EXPECT_EQ(json.at("id"), boost::json::value("ended"));
  EXPECT_EQ(json.at("state"), boost::json::value("deleted"));
  EXPECT_EQ(json.at("operations").as_array().size(), 1U);
  const auto& operation = json.at("operations").at(0);
  for (const auto* field : {"operation", "operation_id", "state", "status", "background_status", "contacts",
                            "submitted_at", "restorable_until", "due_at", "expected_end", "ended_at", "polls"}) {
    EXPECT_TRUE(operation.as_object().contains(field)) << field;
  }
  EXPECT_GE(json.at("transitions").as_array().size(), 2U);
  const auto text = detail_text(detail("ended"), noon);
  EXPECT_NE(text.find("OPERATION"), std::string::npos);
  EXPECT_NE(text.find("deleted"), std::string::npos);
}

TEST_F(Jobs, show_tells_when_the_contacts_were_erased) {
  operation_in(State::deleted, "ended");
  EXPECT_EQ(boost::json::parse(detail_json(detail("ended"))).at("contacts_erased_at"), boost::json::value(nullptr));
  must(store_->run(store().erase_contacts({detail("ended").job.number}, noon + minutes{5})));
  const auto json = boost::json::parse(detail_json(detail("ended")));
  EXPECT_EQ(json.at("contacts_erased_at"), boost::json::value(core::rfc3339(noon + minutes{5})));
  EXPECT_NE(detail_text(detail("ended"), noon).find("\nerased  "), std::string::npos);
}

TEST_F(Jobs, a_line_a_job) {
  EXPECT_EQ(jobs_text({}), "no jobs\n");
  EXPECT_EQ(jobs_json({}), "[]");
  operation_in(State::deleted, "ended");
  store_->submit("waits", 3);
  const auto jobs = job_list(store(), settings_, {}).value();
  const auto json = boost::json::parse(jobs_json(jobs));
  ASSERT_EQ(json.as_array().size(), 2U);
  for (const auto* field :
       {"id", "account", "action", "selector", "contacts", "state", "why", "created_at", "ended_at", "operations"}) {
    EXPECT_TRUE(json.at(0).as_object().contains(field)) << field;
  }
  EXPECT_EQ(json.at(0).at("operations"), boost::json::value(1));
  EXPECT_EQ(json.at(1).at("contacts"), boost::json::value(3));
  EXPECT_EQ(json.at(1).at("ended_at"), boost::json::value(nullptr));
}

}  // namespace
}  // namespace lethe::command::testing
