// Submissions whose answer was lost: each is settled by the cloud's lists, without a second POST, or left to a person.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "simulation/lost.hpp"

namespace lethe::simulation {
namespace {

// ---- one lost answer

TEST(Reconciliation, a_lost_answer_is_found_and_not_posted_again) {
  Installation installation(losing(after_acceptance));
  drop_one(installation);
  installation.run_for(minutes{13});
  EXPECT_EQ(state_of(installation, "job"), State::suppressing);
  const auto truth = accepted(installation);
  ASSERT_EQ(truth.size(), 1U);
  EXPECT_THAT(why(installation, State::unconfirmed, State::suppressing),
              testing::AllOf(testing::HasSubstr("1 rows, 1 candidate (" + std::to_string(truth[0].operation_id) + ")"),
                             testing::HasSubstr("list of operations read whole as of")));
  installation.run_for(days{20});
  expect_deleted_once(installation, "job");
  EXPECT_EQ(installation.model().calls().submit, 1);
}

TEST(Reconciliation, is_accepted_as_of_its_intent) {
  Installation installation(losing(after_acceptance));
  drop_one(installation);
  const core::Time dropped = installation.now();
  installation.run_for(minutes{13});
  const auto operation = installation.store().operation(core::OperationNumber{1});
  ASSERT_TRUE(operation.has_value());
  EXPECT_EQ(operation->submitted_at, operation->intent_at);
  EXPECT_LT(operation->intent_at - dropped, seconds{5});
  EXPECT_EQ(operation->restorable_until, operation->intent_at + days{14});
}

TEST(Reconciliation, what_never_arrived_is_queued_again_and_posted_once_more) {
  Installation installation(losing(before_acceptance));
  drop_one(installation);
  installation.run_for(minutes{10});
  EXPECT_EQ(state_of(installation, "job"), State::unconfirmed) << "no list shows absence yet";
  installation.run_for(minutes{20});
  EXPECT_THAT(
      why(installation, State::unconfirmed, State::queued),
      testing::HasSubstr("the cloud doesn't have it, as two looks have shown: looked up: 0 rows, 0 candidates"));
  installation.run_for(days{20});
  expect_deleted_once(installation, "job");
  EXPECT_EQ(installation.model().calls().submit, 2);
}

TEST(Reconciliation, goes_out_again_before_anything_else) {
  Installation installation(losing(before_acceptance));
  drop_one(installation, job_of("first"));
  installation.run_for(seconds{10});  // the second one comes too late to leave with the first
  installation.drop(job_of("second", 2));
  installation.run_for(days{2});
  const auto truth = accepted(installation);
  ASSERT_EQ(truth.size(), 2U);
  EXPECT_EQ(truth[0].contacts.front(), "first-key-0");
  EXPECT_EQ(truth[1].contacts.front(), "second-key-0");
}

TEST(Reconciliation, survives_a_kill_at_every_tenth_of_a_second_of_a_submission) {
  for (int tenth = 0; tenth < 40; ++tenth) {
    SCOPED_TRACE("killed after " + std::to_string(tenth) + " tenths of a second");
    Installation installation(one_account(5));
    drop_one(installation);
    installation.run_for(std::chrono::milliseconds{100 * tenth});
    installation.kill();
    installation.start();
    installation.run_for(days{20});
    expect_deleted_once(installation, "job");
  }
}

TEST(Reconciliation, survives_kills_during_the_looks_themselves) {
  for (const Rule::Fault fault : {after_acceptance, before_acceptance}) {
    for (int second = 0; second < 20; ++second) {
      SCOPED_TRACE("killed every " + std::to_string(41 + second) + " seconds");
      Installation installation(losing(fault));
      drop_one(installation);
      for (int kills = 0; kills < 25; ++kills) {
        installation.run_for(seconds{41 + second});
        installation.kill();
        installation.start();
      }
      installation.run_for(days{20});
      expect_deleted_once(installation, "job");
    }
  }
}

TEST(Reconciliation, looks_again_while_the_network_fails_however_long) {
  Installation installation(losing(after_acceptance));
  drop_one(installation);
  installation.run_for(seconds{10});
  installation.network().faults.unreachable = 1;
  installation.run_for(hours{5});
  EXPECT_EQ(state_of(installation, "job"), State::unconfirmed);
  installation.network().faults.unreachable = 0;
  installation.run_for(hours{1});
  EXPECT_TRUE(core::is_polled(state_of(installation, "job"))) << core::word(state_of(installation, "job"));
}

TEST(Reconciliation, takes_few_calls) {
  Installation installation(losing(before_acceptance));
  drop_one(installation);
  installation.run_for(hours{1});
  EXPECT_LE(installation.model().calls().lists, 2 + 4 * 4) << "four looks at two lists, each to its empty page";
}

// ---- time

TEST(Downtime, of_two_hours_leaves_what_is_absent_to_a_person_and_adopts_what_is_there) {
  for (const Rule::Fault fault : {after_acceptance, before_acceptance}) {
    Installation installation(losing(fault));
    drop_one(installation);
    installation.run_for(seconds{5});
    ASSERT_EQ(state_of(installation, "job"), State::unconfirmed);
    installation.kill();
    installation.stay_down(hours{2});
    installation.start();
    installation.run_for(minutes{1});
    EXPECT_EQ(state_of(installation, "job"), fault == after_acceptance ? State::suppressing : State::needs_operator);
    EXPECT_EQ(installation.model().calls().submit, 1);
  }
}

TEST(Clock, that_steps_back_leaves_it_to_a_person_at_once) {
  for (const auto step : {core::Duration{hours{24}}, core::Duration{days{10}}, core::Duration{minutes{40}}}) {
    for (const Rule::Fault fault : {after_acceptance, before_acceptance}) {
      Installation installation(losing(fault));
      drop_one(installation);
      installation.run_for(seconds{5});
      installation.kill();
      installation.stay_down(-step);
      installation.start();
      installation.run_for(minutes{2});
      EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
      EXPECT_EQ(installation.model().calls().submit, 1);
    }
  }
}

TEST(Clock, that_steps_ahead_makes_absence_too_old) {
  Installation installation(losing(before_acceptance));
  drop_one(installation);
  installation.run_for(minutes{12});
  installation.stop();
  installation.stay_down(hours{24});
  installation.start();
  installation.run_for(hours{1});
  EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
}

// ---- many

TEST(Reconciliation, of_many_jobs_with_many_lost_answers_deletes_each_contact_once) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    InstallationSettings settings = one_account(seed);
    for (const Rule::Fault fault :
         {Rule::Fault::reset_after, Rule::Fault::server_error, Rule::Fault::silent, Rule::Fault::garbage}) {
      settings.model.faults.push_back(rule(Rule::Call::submit, fault));
      settings.model.faults.back().probability = 0.1;
    }
    for (const Rule::Fault fault : {Rule::Fault::reset_before, Rule::Fault::throttled, Rule::Fault::server_error}) {
      settings.model.faults.push_back(rule(Rule::Call::lists, fault));
      settings.model.faults.back().probability = 0.02;
    }
    Installation installation(settings);
    installation.start();
    for (int i = 0; i < 40; ++i) {
      installation.drop(job_of("job-" + std::to_string(i), 1 + i % 5));
      installation.run_for(minutes{47});
      if (i % 7 == 0) {
        installation.kill();
        installation.start();
      }
    }
    installation.run_for(days{25});
    const auto truth = accepted(installation);
    std::vector<std::string> sent;
    for (const auto& one : truth) sent.insert(sent.end(), one.contacts.begin(), one.contacts.end());
    std::ranges::sort(sent);
    EXPECT_EQ(std::ranges::adjacent_find(sent), sent.end()) << "a contact was sent twice";
    EXPECT_EQ(why(installation, State::unconfirmed, State::needs_operator), "never");
    for (int i = 0; i < 40; ++i) EXPECT_EQ(state_of(installation, "job-" + std::to_string(i)), State::deleted) << i;
  }
}

}  // namespace
}  // namespace lethe::simulation
