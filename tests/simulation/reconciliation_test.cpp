// Submissions whose answer was lost: each is settled by the cloud's lists, without a second POST, or left to a person.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "simulation/installation.hpp"

namespace lethe::simulation {
namespace {

using core::State;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Rule = simulator::FaultRule;

constexpr std::int64_t account_id = 10650001;

Rule rule(Rule::Call call, Rule::Fault fault, std::int64_t most = -1) {
  Rule made;
  made.call = call;
  made.fault = fault;
  made.most = most;
  return made;
}

InstallationSettings one_account(std::uint64_t seed = 1) {
  InstallationSettings settings;
  settings.seed = seed;
  settings.settings = settings_for({"north"});
  settings.model.seed = seed;
  return settings;
}

/// The first submission is carried out and its answer lost, or not even carried out.
InstallationSettings losing(Rule::Fault fault) {
  InstallationSettings settings = one_account();
  settings.model.faults.push_back(rule(Rule::Call::submit, fault, 1));
  return settings;
}
constexpr Rule::Fault after_acceptance = Rule::Fault::reset_after;
constexpr Rule::Fault before_acceptance = Rule::Fault::server_error;

intake::JobRequest job_of(const std::string& id, int contacts = 3) {
  intake::JobRequest request;
  request.id = id;
  request.account = "north";
  for (int i = 0; i < contacts; ++i) {
    request.contacts.inline_contacts.push_back(id + "-key-" + std::to_string(i));
    request.contacts.inline_lines.push_back(1);
  }
  return request;
}

intake::JobRequest list_job(const std::string& id, const std::string& key) {
  intake::JobRequest request;
  request.id = id;
  request.account = "north";
  request.selector = core::Selector::list;
  request.list = core::ListTarget{.key = key, .contacts = 100};
  return request;
}

State state_of(Installation& installation, const std::string& id) {
  const auto job = installation.store().job(id);
  if (!job || !*job) throw std::runtime_error("there is no job " + id);
  return (*job)->state;
}

std::vector<core::Transition> steps(Installation& installation) {
  std::vector<core::Transition> found;
  const auto read = installation.store().transitions({}, [&](const core::Transition& step) {
    if (step.operation) found.push_back(step);
    return true;
  });
  EXPECT_TRUE(read.has_value());
  return found;
}

/// Why an operation went from one state to another, the first time.
std::string why(Installation& installation, State from, State to) {
  for (const core::Transition& step : steps(installation)) {
    if (step.from == from && step.to == to) return step.cause;
  }
  return "never";
}

/// What was accepted that isn't an administrator's.
std::vector<simulator::TrueOperation> accepted(Installation& installation) {
  auto all = installation.model().truth(installation.now());
  std::erase_if(all, [](const simulator::TrueOperation& one) { return one.of_administrator; });
  return all;
}

void expect_deleted_once(Installation& installation, const std::string& id) {
  EXPECT_EQ(state_of(installation, id), State::deleted);
  EXPECT_EQ(accepted(installation).size(), 1U);
}

void drop_one(Installation& installation, const intake::JobRequest& request = job_of("job")) {
  installation.start();
  installation.drop(request);
}

// ---- one lost answer

TEST(Reconciliation, a_lost_answer_is_found_and_not_posted_again) {
  Installation installation(losing(after_acceptance));
  drop_one(installation);
  installation.run_for(minutes{3});
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
  installation.run_for(minutes{3});
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

// ---- other people

TEST(OtherPeople, of_the_same_size_leave_it_to_a_person) {
  Installation installation(losing(after_acceptance));
  drop_one(installation);
  installation.run_for(seconds{30});
  installation.model().submit_as_administrator(account_id, {"a", "b", "c"}, installation.now());
  installation.drop(job_of("later", 1));
  installation.run_for(days{2});
  EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
  EXPECT_EQ(state_of(installation, "later"), State::queued) << "nothing else of the account is submitted";
  EXPECT_THAT(why(installation, State::unconfirmed, State::needs_operator),
              testing::HasSubstr("several operations could be it: looked up: 2 rows, 2 candidates ("));
  EXPECT_THAT(installation.log(), testing::HasSubstr("lethe resolve"));
  EXPECT_EQ(installation.model().calls().submit, 1);
}

TEST(OtherPeople, of_another_size_are_no_matter) {
  Installation installation(losing(after_acceptance));
  drop_one(installation);
  installation.run_for(seconds{30});
  installation.model().submit_as_administrator(account_id, {"a"}, installation.now());
  installation.run_for(days{25});
  expect_deleted_once(installation, "job");
}

TEST(OtherPeople, of_the_same_size_who_came_before_are_no_matter) {
  Installation installation(losing(after_acceptance));
  for (int i = 0; i < 700; ++i) {
    installation.model().submit_as_administrator(account_id, {"a", "b", "c"}, installation.now());
  }
  drop_one(installation);
  installation.run_for(minutes{3});
  EXPECT_EQ(state_of(installation, "job"), State::suppressing) << "the lists were read before the first submission";
  EXPECT_EQ(installation.store().operation(core::OperationNumber{1})->operation_id->value,
            accepted(installation).front().operation_id);
}

TEST(OtherPeople, are_told_apart_by_name_once_our_own_is_known) {
  InstallationSettings settings = one_account();
  simulator::Life quick;
  quick.suppression = minutes{1};
  settings.model.lives.push_back({.match = "", .life = quick});
  // The second submission is the lost one.
  settings.model.faults.push_back(rule(Rule::Call::submit, after_acceptance, 1));
  settings.model.faults.back().from = core::Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 3}};
  Installation installation(settings);
  drop_one(installation, job_of("first"));
  installation.run_for(days{1});
  installation.drop(job_of("second"));
  installation.run_for(seconds{30});
  installation.model().submit_as_administrator(account_id, {"a", "b", "c"}, installation.now());
  installation.run_for(days{20});
  EXPECT_EQ(state_of(installation, "second"), State::deleted);
  EXPECT_EQ(accepted(installation).size(), 2U);
}

// ---- lists that don't tell all

TEST(Lists, that_lag_are_waited_for) {
  InstallationSettings settings = losing(after_acceptance);
  settings.model.lists = {.requests_lag = minutes{25}, .operations_lag = minutes{8}};
  Installation installation(settings);
  drop_one(installation);
  installation.run_for(minutes{7});
  EXPECT_EQ(state_of(installation, "job"), State::unconfirmed);
  installation.run_for(days{20});
  expect_deleted_once(installation, "job");
  EXPECT_EQ(installation.model().calls().submit, 1);
}

TEST(Lists, that_lag_for_longer_than_an_hour_leave_it_to_a_person) {
  InstallationSettings settings = losing(after_acceptance);
  settings.model.lists.requests_lag = hours{2};
  settings.model.faults.push_back(rule(Rule::Call::operations, Rule::Fault::missing));
  Installation installation(settings);
  drop_one(installation);
  installation.run_for(days{1});
  EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
  EXPECT_EQ(installation.model().calls().submit, 1);
}

TEST(Lists, of_which_one_is_missing_do) {
  for (const Rule::Call missing : {Rule::Call::requests, Rule::Call::operations}) {
    for (const Rule::Fault fault : {after_acceptance, before_acceptance}) {
      InstallationSettings settings = losing(fault);
      settings.model.faults.push_back(rule(missing, Rule::Fault::missing));
      Installation installation(settings);
      drop_one(installation);
      installation.run_for(days{20});
      expect_deleted_once(installation, "job");
    }
  }
}

TEST(Lists, that_are_both_missing_leave_it_to_a_person) {
  for (const Rule::Fault fault : {after_acceptance, before_acceptance}) {
    InstallationSettings settings = losing(fault);
    settings.model.faults.push_back(rule(Rule::Call::lists, Rule::Fault::missing));
    Installation installation(settings);
    drop_one(installation);
    installation.run_for(days{1});
    EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
    EXPECT_EQ(installation.model().calls().submit, 1);
    EXPECT_THAT(installation.log(), testing::HasSubstr("it is taken to be 0"));
  }
}

TEST(Lists, that_break_the_contract_move_nothing_and_then_leave_it_to_a_person) {
  InstallationSettings settings = losing(before_acceptance);
  settings.model.faults.push_back(rule(Rule::Call::operations, Rule::Fault::garbage));
  Installation installation(settings);
  drop_one(installation);
  installation.run_for(minutes{58});
  EXPECT_EQ(state_of(installation, "job"), State::unconfirmed);
  EXPECT_THAT(installation.log(), testing::HasSubstr("a list of the cloud can't be read"));
  installation.run_for(minutes{10});
  EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
}

TEST(Lists, whose_rows_move_while_they_are_read_or_whose_pages_are_small_are_read_through) {
  for (const simulator::ListManners& manners :
       {simulator::ListManners{.most_rows = 7, .moved = -1}, simulator::ListManners{.most_rows = 7},
        simulator::ListManners{.most_rows = 1}}) {
    for (const Rule::Fault fault : {after_acceptance, before_acceptance}) {
      InstallationSettings settings = losing(fault);
      settings.model.lists = manners;
      Installation installation(settings);
      for (int i = 0; i < 40; ++i) installation.model().submit_as_administrator(account_id, {"a"}, installation.now());
      drop_one(installation);
      installation.run_for(days{40});
      expect_deleted_once(installation, "job");
    }
  }
}

TEST(Lists, whose_page_number_is_ignored_are_never_taken_for_whole) {
  InstallationSettings settings = losing(before_acceptance);
  settings.model.lists.page_ignored = true;
  Installation installation(settings);
  installation.model().submit_as_administrator(account_id, {"a"}, installation.now());
  drop_one(installation);
  installation.run_for(days{1});
  EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
  EXPECT_EQ(installation.model().calls().submit, 1);
}

TEST(Lists, that_count_differently_do_not_hide_it) {
  InstallationSettings settings = losing(after_acceptance);
  settings.model.lists.counts_differ = true;
  Installation installation(settings);
  drop_one(installation);
  installation.run_for(days{20});
  expect_deleted_once(installation, "job");
  EXPECT_EQ(installation.model().calls().submit, 1);
}

// ---- jobs of other kinds

TEST(ListJob, is_found_by_its_key_among_others) {
  Installation installation(losing(after_acceptance));
  drop_one(installation, list_job("list", "Optout"));
  installation.run_for(seconds{30});
  for (int i = 0; i < 5; ++i) {
    installation.model().submit_as_administrator(account_id, {"a", "b", "c"}, installation.now());
  }
  installation.run_for(days{25});
  expect_deleted_once(installation, "list");
  EXPECT_EQ(installation.model().calls().submit, 1);
}

TEST(ListJob, that_never_arrived_is_queued_again) {
  Installation installation(losing(before_acceptance));
  drop_one(installation, list_job("list", "Optout"));
  installation.run_for(days{20});
  expect_deleted_once(installation, "list");
  EXPECT_EQ(installation.model().calls().submit, 2);
}

TEST(ListJob, without_the_list_of_operations_is_no_more_known_to_be_absent) {
  InstallationSettings settings = losing(before_acceptance);
  settings.model.faults.push_back(rule(Rule::Call::operations, Rule::Fault::missing));
  Installation installation(settings);
  drop_one(installation, list_job("list", "Optout"));
  installation.run_for(days{1});
  EXPECT_EQ(state_of(installation, "list"), State::needs_operator);
  EXPECT_EQ(installation.model().calls().submit, 1);
}

TEST(ListJob, does_not_adopt_what_its_status_call_says_is_another_list) {
  InstallationSettings settings = losing(before_acceptance);
  settings.model.faults.push_back(rule(Rule::Call::operations, Rule::Fault::missing));
  Installation installation(settings);
  drop_one(installation, list_job("list", "Optout"));
  installation.run_for(seconds{30});
  installation.model().submit_as_administrator(account_id, {"a"}, installation.now());
  installation.run_for(days{1});
  EXPECT_EQ(state_of(installation, "list"), State::needs_operator);
  EXPECT_THAT(why(installation, State::unconfirmed, State::needs_operator),
              testing::HasSubstr("the only one it could be isn't it"));
}

TEST(Restrict, is_in_no_list_and_so_left_to_a_person) {
  for (const Rule::Fault fault : {after_acceptance, before_acceptance}) {
    Installation installation(losing(fault));
    intake::JobRequest request = job_of("restrict");
    request.action = core::Action::restrict_contacts;
    drop_one(installation, request);
    installation.run_for(minutes{58});
    EXPECT_EQ(state_of(installation, "restrict"), State::unconfirmed);
    installation.run_for(days{1});
    EXPECT_EQ(state_of(installation, "restrict"), State::needs_operator);
    EXPECT_EQ(installation.model().calls().submit, 1);
  }
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

TEST(Clock, that_steps_back_leaves_absence_to_a_person_at_once) {
  for (const auto step : {core::Duration{hours{24}}, core::Duration{days{10}}, core::Duration{minutes{40}}}) {
    for (const Rule::Fault fault : {after_acceptance, before_acceptance}) {
      Installation installation(losing(fault));
      drop_one(installation);
      installation.run_for(seconds{5});
      installation.kill();
      installation.stay_down(-step);
      installation.start();
      installation.run_for(minutes{2});
      const bool found = fault == after_acceptance;
      EXPECT_EQ(state_of(installation, "job"), found ? State::suppressing : State::needs_operator);
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
