// A lost submission among other people's, in lists that don't tell all, and of the kinds that lists tell least of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/algorithm/string/replace.hpp>
#include <chrono>

#include "simulation/lost.hpp"

namespace lethe::simulation {
namespace {

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
  installation.run_for(minutes{13});
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

TEST(OtherPeople, of_another_business_unit_are_never_taken_for_ours) {
  Installation installation(losing(before_acceptance));
  drop_one(installation);
  installation.run_for(seconds{30});
  const auto other = installation.model().submit_elsewhere(account_id, {"a", "b", "c"}, installation.now());
  installation.run_for(days{20});
  EXPECT_THAT(installation.log(), testing::HasSubstr("a candidate's status call didn't agree"));
  EXPECT_FALSE(installation.store().owner_of("north", core::Action::delete_contacts, {other})->has_value());
  EXPECT_EQ(state_of(installation, "job"), State::needs_operator);
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
  // The list takes it for one of a list, too: only its status call is against it.
  installation.network().spoil = [](const std::string&, http::Response& response) {
    boost::algorithm::replace_all(response.body, "Contact Key/ID", "Data Extension");
  };
  installation.run_for(days{1});
  EXPECT_EQ(state_of(installation, "list"), State::needs_operator);
  EXPECT_THAT(why(installation, State::unconfirmed, State::needs_operator),
              testing::HasSubstr("the only one it could be isn't it"));
}

TEST(ListJob, is_in_doubt_where_the_list_tells_another_selector) {
  InstallationSettings settings = losing(before_acceptance);
  settings.model.faults.push_back(rule(Rule::Call::operations, Rule::Fault::missing));
  Installation installation(settings);
  drop_one(installation, list_job("list", "Optout"));
  installation.run_for(seconds{30});
  installation.model().submit_as_administrator(account_id, {"a"}, installation.now());
  installation.run_for(days{1});
  EXPECT_EQ(state_of(installation, "list"), State::needs_operator);
  EXPECT_THAT(why(installation, State::unconfirmed, State::needs_operator),
              testing::HasSubstr("an operation of another count or selector could be it"));
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

}  // namespace
}  // namespace lethe::simulation
