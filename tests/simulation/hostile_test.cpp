// Answers that no cloud would give, over days: nothing moves by them, nothing is sent twice, and once the cloud speaks
// sense again everything goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cloud/json_kinds.hpp"
#include "simulation/lost.hpp"

namespace lethe::simulation {
namespace {

/// Gives one text of each kind of JSON after the other as the body of the answers to `path`, with status 200.
class Spoiler {
 public:
  Spoiler(Installation& installation, std::string path) : network_(installation.network()) {
    network_.spoil = [this, path = std::move(path)](const std::string& target, http::Response& response) {
      if (!target.contains(path)) return;
      response.status = 200;
      response.body = kinds_[given_++ % kinds_.size()].text;
    };
  }
  Spoiler(const Spoiler&) = delete;
  Spoiler& operator=(const Spoiler&) = delete;
  ~Spoiler() { network_.spoil = nullptr; }

  std::size_t given() const { return given_; }
  std::size_t kinds() const { return kinds_.size(); }

 private:
  Network& network_;
  std::vector<cloud::testing::JsonKind> kinds_ = cloud::testing::json_kinds();
  std::size_t given_ = 0;
};

TEST(HostileAnswers, to_a_submission_leave_it_unconfirmed_until_the_lists_show_it) {
  for (const auto& kind : cloud::testing::json_kinds()) {
    SCOPED_TRACE(kind.name);
    Installation installation(one_account());
    drop_one(installation);
    installation.network().spoil = [&](const std::string& target, http::Response& response) {
      if (target.contains("/actions/delete?")) response.body = kind.text;
    };
    installation.run_for(seconds{30});
    EXPECT_EQ(state_of(installation, "job"), State::unconfirmed);
    installation.run_for(minutes{13});
    EXPECT_EQ(state_of(installation, "job"), State::suppressing);
    EXPECT_EQ(installation.model().calls().submit, 1);
  }
}

TEST(HostileAnswers, to_a_submission_that_refuse_it_and_tell_of_an_operation_block_nothing) {
  Installation installation(one_account());
  drop_one(installation);
  installation.network().spoil = [&](const std::string& target, http::Response& response) {
    if (target.contains("/actions/delete?")) response.status = 401;
  };
  installation.run_for(seconds{30});
  EXPECT_EQ(state_of(installation, "job"), State::unconfirmed);
  EXPECT_EQ(installation.store().account("north")->state, core::AccountState::ready);
  installation.run_for(minutes{13});
  EXPECT_EQ(state_of(installation, "job"), State::suppressing);
  EXPECT_EQ(installation.model().calls().submit, 1);
}

TEST(HostileAnswers, to_status_calls_move_nothing) {
  Installation installation(one_account());
  drop_one(installation);
  installation.run_for(seconds{10});
  ASSERT_EQ(state_of(installation, "job"), State::suppressing);
  const auto before = steps(installation).size();
  {
    const Spoiler spoiler(installation, "/status?");
    installation.run_for(days{7});
    EXPECT_GE(spoiler.given(), spoiler.kinds());
  }
  EXPECT_EQ(steps(installation).size(), before);
  EXPECT_EQ(state_of(installation, "job"), State::suppressing);
  installation.run_for(days{20});
  expect_deleted_once(installation, "job");
}

TEST(HostileAnswers, instead_of_lists_show_neither_a_candidate_nor_an_absence) {
  for (const auto& kind : cloud::testing::json_kinds()) {
    SCOPED_TRACE(kind.name);
    Installation installation(losing(after_acceptance));
    drop_one(installation);
    installation.network().spoil = [&](const std::string& target, http::Response& response) {
      if (target.contains("/deleterequests") || target.contains("/deleteOperations")) response.body = kind.text;
    };
    installation.run_for(hours{4});
    EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
    EXPECT_EQ(installation.model().calls().submit, 1);
  }
}

TEST(HostileAnswers, instead_of_a_token_say_nothing_about_the_lists) {
  InstallationSettings settings = losing(after_acceptance);
  settings.model.faults.push_back(rule(Rule::Call::token, Rule::Fault::garbage));
  settings.model.faults.back().from = start_of_time + seconds{20};
  settings.model.faults.back().until = start_of_time + hours{3};
  Installation installation(settings);
  drop_one(installation);
  installation.run_for(seconds{20});
  ASSERT_EQ(state_of(installation, "job"), State::unconfirmed);
  installation.restart_with([](core::Settings&) {});  // without its token
  installation.run_for(hours{2});
  EXPECT_EQ(state_of(installation, "job"), State::unconfirmed) << "it is looked up again, however long";
  installation.run_for(hours{3});
  EXPECT_NE(why(installation, State::unconfirmed, State::suppressing), "never");
}

TEST(HostileAnswers, about_a_candidate_are_no_no) {
  Installation installation(losing(after_acceptance));
  drop_one(installation);
  installation.network().spoil = [&](const std::string& target, http::Response& response) {
    if (target.contains("/status?")) response.body = "{}}";
  };
  installation.run_for(hours{2});
  EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
  EXPECT_THAT(why(installation, State::unconfirmed, State::needs_operator),
              testing::HasSubstr("one operation could be it, and can't be asked"));
}

TEST(HostileAnswers, instead_of_one_list_are_no_reason_to_send_again) {
  for (const char* list : {"/deleterequests", "/deleteOperations"}) {
    SCOPED_TRACE(list);
    Installation installation(losing(after_acceptance));
    drop_one(installation);
    installation.run_for(seconds{30});
    ASSERT_EQ(state_of(installation, "job"), State::unconfirmed);
    const Spoiler spoiler(installation, list);
    installation.run_for(days{3});
    EXPECT_GE(spoiler.given(), 8U);
    EXPECT_NE(state_of(installation, "job"), State::queued);
    EXPECT_EQ(installation.model().calls().submit, 1);
  }
}

TEST(HostileAnswers, instead_of_a_token_keep_everything_at_home) {
  Installation installation(one_account());
  installation.start();
  {
    const Spoiler spoiler(installation, "/v2/token");
    installation.drop(job_of("job"));
    installation.run_for(days{1});
    EXPECT_GT(spoiler.given(), 10U);
    EXPECT_EQ(installation.model().calls().submit, 0);
    EXPECT_EQ(state_of(installation, "job"), State::queued);
  }
  installation.run_for(days{20});
  expect_deleted_once(installation, "job");
}

/// The number of contacts in a list is the cloud's to say; a sum of such numbers must not spoil the record.
TEST(HostileAnswers, that_count_a_list_beyond_all_bounds_are_accepted_all_the_same) {
  for (const char* rows : {"9223372036854775807", "-5", "1e300", "\"many\""}) {
    SCOPED_TRACE(rows);
    InstallationSettings settings = one_account();
    settings.settings.accounts[0].max_operations_in_suppression = 3;
    settings.settings.accounts[0].max_contacts_per_day = 1'000'000'000;
    Installation installation(settings);
    installation.start();
    installation.network().spoil = [&](const std::string& target, http::Response& response) {
      if (!target.contains("type=listReference")) return;
      response.body.pop_back();
      response.body += std::string(",\"TargetListInformation\":{\"rowCount\":") + rows + "}}";
      const auto own = response.body.find("\"targetListInformation\"");
      if (own != std::string::npos) response.body.replace(own + 1, 6, "former");
    };
    for (const char* id : {"one", "two", "three"}) {
      installation.drop(list_job(id, id));
      installation.run_for(minutes{6});
      EXPECT_EQ(state_of(installation, id), State::suppressing) << id;
    }
    EXPECT_EQ(installation.model().calls().submit, 3);
  }
}

TEST(HostileAnswers, with_the_operation_of_another_job_are_no_acceptance) {
  InstallationSettings settings = one_account();
  settings.settings.accounts[0].max_operations_in_suppression = 3;
  Installation installation(settings);
  drop_one(installation, job_of("first"));
  installation.run_for(minutes{6});
  ASSERT_EQ(state_of(installation, "first"), State::suppressing);
  const auto first = accepted(installation).at(0).operation_id;
  installation.network().spoil = [&](const std::string& target, http::Response& response) {
    if (!target.contains("/actions/delete?")) return;
    response.body = R"({"operationInitiated":true,"operationID":)" + std::to_string(first) + "}";
  };
  installation.drop(job_of("second"));
  installation.run_for(seconds{30});
  EXPECT_EQ(state_of(installation, "second"), State::unconfirmed);
  installation.run_for(minutes{13});
  EXPECT_EQ(state_of(installation, "second"), State::suppressing) << "the lists show the one that nobody has claimed";
  EXPECT_EQ(installation.model().calls().submit, 2);
}

}  // namespace
}  // namespace lethe::simulation
