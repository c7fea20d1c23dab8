#include "command/dry_run.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "cloud/messages.hpp"

namespace lethe::command {
namespace {

namespace fs = std::filesystem;

class DryRun : public testing::Test {
 protected:
  DryRun() {
    auto pattern = (fs::temp_directory_path() / "lethe-dry-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    settings_.store_path = folder_ / "none.db";
    core::AccountSettings account;
    account.name = "acme";
    account.max_contacts_per_operation = 3;
    settings_.accounts = {account};
  }
  ~DryRun() override { fs::remove_all(folder_); }

  static intake::JobRequest of_keys(std::string id, std::vector<std::string> keys) {
    intake::JobRequest request;
    request.account = "acme";
    request.id = std::move(id);
    request.contacts.inline_lines.assign(keys.size(), 1);
    request.contacts.inline_contacts = std::move(keys);
    return request;
  }

  Forecast only(const intake::JobRequest& request) {
    const auto jobs = forecast(settings_, {request});
    if (jobs) return jobs->front();
    ADD_FAILURE() << jobs.error().lines.front();
    return {};
  }

  fs::path folder_;
  core::Settings settings_;
};

TEST_F(DryRun, bytes_are_those_of_the_bodies_that_would_be_sent) {
  const auto job = only(of_keys("job", {"a", "b\"", "c", "a", "dd"}));
  EXPECT_EQ(job.contacts, 4);
  EXPECT_EQ(job.duplicates, 1);
  EXPECT_EQ(job.requests.operations, 2);
  cloud::Submission first{core::Action::delete_contacts, core::Selector::keys, {"a", "b\"", "c"}, {}};
  cloud::Submission second{core::Action::delete_contacts, core::Selector::keys, {"dd"}, {}};
  const auto bytes = cloud::submission_body(first).size() + cloud::submission_body(second).size();
  EXPECT_EQ(job.requests.bytes, static_cast<std::int64_t>(bytes));
}

TEST_F(DryRun, a_list_is_one_request) {
  intake::JobRequest request;
  request.account = "acme";
  request.id = "list";
  request.selector = core::Selector::list;
  request.list = core::ListTarget{.key = "PEOPLE", .contacts = 1000};
  const auto job = only(request);
  EXPECT_EQ(job.requests.operations, 1);
  const cloud::Submission sent{core::Action::delete_contacts, core::Selector::list, {}, request.list};
  EXPECT_EQ(job.requests.bytes, static_cast<std::int64_t>(cloud::submission_body(sent).size()));
  EXPECT_EQ(job.contacts, 1000);
}

TEST_F(DryRun, the_second_job_waits_for_the_first) {
  auto two = of_keys("two", {"e"});
  two.action = core::Action::restrict_contacts;
  const auto jobs = forecast(settings_, {of_keys("one", {"a", "b", "c", "d"}), two});
  ASSERT_TRUE(jobs);
  EXPECT_EQ(jobs->at(0).ahead, 0);
  EXPECT_EQ(jobs->at(1).ahead, 2);
  // One at a time in suppression, an hour each as assumed: the third leaves an hour after the second.
  EXPECT_EQ(*jobs->at(1).last_submission_at - *jobs->at(0).last_submission_at, std::chrono::hours{1});
  EXPECT_EQ(*jobs->at(0).expected_end - *jobs->at(0).last_submission_at, std::chrono::hours{14 * 24 + 13});
}

TEST_F(DryRun, small_jobs_of_a_kind_leave_together) {
  const auto jobs =
      forecast(settings_, {of_keys("one", {"a", "b", "c", "d"}), of_keys("two", {"e"}), of_keys("three", {"f", "g"})});
  ASSERT_TRUE(jobs);
  EXPECT_EQ(jobs->at(1).ahead, 1) << "the full one; it joins the second";
  EXPECT_EQ(jobs->at(1).requests.operations, 1);
  EXPECT_EQ(*jobs->at(1).last_submission_at, *jobs->at(0).last_submission_at);
  EXPECT_EQ(*jobs->at(2).last_submission_at - *jobs->at(1).last_submission_at, std::chrono::hours{1})
      << "its second contact finds no room";
  EXPECT_NE(forecast_text(*jobs).find("leaves together with jobs of the same action and selector"), std::string::npos);
}

TEST_F(DryRun, says_that_the_fuse_would_hold_it) {
  settings_.accounts[0].max_contacts_per_day = 2;
  EXPECT_NE(forecast_text({only(of_keys("job", {"a", "b", "c"}))}).find("would be held: its 3 contacts"),
            std::string::npos);
  EXPECT_EQ(forecast_text({only(of_keys("job", {"a", "b"}))}).find("would be held"), std::string::npos);
}

TEST_F(DryRun, says_when_it_comes_too_late) {
  auto request = of_keys("job", {"a", "b", "c", "d", "e", "f", "g"});
  EXPECT_TRUE(only(request).in_time());
  settings_.accounts[0].max_contacts_per_operation = 1;
  settings_.accounts[0].min_time_between_submissions = std::chrono::hours{48};
  const auto late = only(request);
  EXPECT_FALSE(late.in_time());
  EXPECT_NE(forecast_text({late}).find("AFTER not_after"), std::string::npos) << forecast_text({late});
}

TEST_F(DryRun, every_list_fault_at_once_and_nothing_written) {
  auto gone = of_keys("gone", {});
  gone.contacts.file = folder_ / "gone.txt";
  auto past = of_keys("past", {"a"});
  past.not_after = core::Time{};
  const auto jobs = forecast(settings_, {gone, past});
  ASSERT_FALSE(jobs);
  EXPECT_EQ(jobs.error().lines.size(), 2U);
  EXPECT_EQ(jobs.error().status, ExitStatus::failed);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(DryRun, json_has_the_agreed_fields) {
  const auto json = boost::json::parse(forecast_json({only(of_keys("job", {"a"}))}));
  const auto& entry = json.at(0).as_object();
  for (const auto* key :
       {"id", "contacts", "duplicates", "operations", "bytes", "last_submission_at", "expected_end", "assumptions"}) {
    EXPECT_TRUE(entry.contains(key)) << key;
  }
  EXPECT_EQ(entry.at("id"), "job");
  EXPECT_EQ(entry.at("operations"), 1);
  EXPECT_FALSE(entry.at("assumptions").as_array().empty());
}

}  // namespace
}  // namespace lethe::command
