// `sweep = true`: the list of requests says whom to ask. What a list does that can't be relied on, and that nothing is
// lost by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/lost.hpp"

namespace lethe::simulation {
namespace {

constexpr int jobs = 12;

InstallationSettings with_sweep(bool on = true) {
  InstallationSettings settings = one_account();
  settings.settings.accounts.front().sweep = on;
  settings.model.restorable_days = 2;
  return settings;
}

std::string name(int job) {
  return "job-" + std::to_string(job);
}

/// A job every two hours, so that each leaves alone.
void drop_jobs(Installation& installation) {
  installation.start();
  for (int job = 0; job < jobs; ++job) {
    installation.drop(job_of(name(job)));
    installation.run_for(hours{2});
  }
}

void expect_all_deleted(Installation& installation) {
  for (int job = 0; job < jobs; ++job) EXPECT_EQ(state_of(installation, name(job)), State::deleted) << job;
  EXPECT_EQ(accepted(installation).size(), static_cast<std::size_t>(jobs));
}

/// How long after it the latest of the ends was recorded.
core::Duration latest(Installation& installation) {
  core::Duration worst{0};
  for (const simulator::TrueOperation& truth : accepted(installation)) {
    for (const core::Transition& step : steps(installation)) {
      if (step.operation_id == core::OperationId{truth.operation_id} && core::is_final(step.to)) {
        worst = std::max(worst, step.at - truth.ended.value());
      }
    }
  }
  return worst;
}

/// What was asked, in order: the words of the cloud's journal.
std::vector<std::string> asked(const Installation& installation, std::string_view begin) {
  std::vector<std::string> words;
  for (const Exchange& exchange : installation.journal()) {
    if (exchange.words.starts_with(begin)) words.push_back(exchange.words);
  }
  return words;
}

store::SweepRecord record_of(Installation& installation) {
  return installation.store().account("north")->sweep;
}

// ---- a list that can be relied on

TEST(Sweep, costs_fewer_calls_and_finds_every_end) {
  std::int64_t calls[2]{};
  for (const bool on : {false, true}) {
    Installation installation(with_sweep(on));
    drop_jobs(installation);
    installation.run_for(days{5});
    expect_all_deleted(installation);
    EXPECT_LT(latest(installation), on ? minutes{45} : minutes{35});
    const auto made = installation.model().calls();
    calls[on ? 1 : 0] = made.status + made.lists;
    EXPECT_EQ(record_of(installation).looked_at.has_value(), on);
    EXPECT_FALSE(record_of(installation).off_until);
    EXPECT_THAT(installation.log(), testing::Not(testing::HasSubstr("can't be relied on")));
  }
  EXPECT_LT(calls[1] * 3, calls[0] * 2) << "less than two thirds of the calls";
}

TEST(Sweep, a_row_that_changed_leads_to_the_status_call_that_ends_the_operation) {
  Installation installation(with_sweep());
  drop_jobs(installation);
  installation.run_for(days{5});
  for (const simulator::TrueOperation& truth : accepted(installation)) {
    const auto seen = asked(installation, "status " + std::to_string(truth.operation_id) + " -> Completed / Completed");
    EXPECT_EQ(seen.size(), 1U) << "the end is recorded by its own status call";
  }
}

TEST(Sweep, one_at_risk_is_asked_about_itself) {
  Installation installation(with_sweep());
  installation.start();
  installation.drop(job_of("alone"));
  installation.run_for(days{4});
  EXPECT_EQ(state_of(installation, "alone"), State::deleted);
  EXPECT_LT(latest(installation), minutes{35});
  // Both lists before the first submission, and the cloud's stamp of the end; no other.
  EXPECT_EQ(installation.model().calls().lists, 3);
}

TEST(Sweep, leaves_to_submissions_what_is_kept_for_them) {
  InstallationSettings settings = with_sweep();
  settings.settings.accounts.front().requests_per_day = 100;
  settings.settings.accounts.front().max_operations_in_suppression = jobs;
  settings.model.lists.most_rows = 1;  // of a page
  Installation installation(settings);
  installation.start();
  for (int job = 0; job < jobs; ++job) {
    installation.drop(job_of(name(job)));
    installation.run_for(minutes{10});  // else they would be one operation
  }
  installation.run_for(days{1});
  std::int64_t most = 0;
  for (int i = 0; i < 6 * 24 * 7; ++i) {
    installation.run_for(minutes{10});
    most = std::max(most, installation.store().account("north")->requests);
  }
  EXPECT_GT(most, 91) << "further than where a call begins: a list was read";
  EXPECT_LE(most, 95);
  expect_all_deleted(installation);
}

/// Of two at risk the list has told of one's end, and could be read no more; then the other one is alone.
TEST(Sweep, one_that_is_left_alone_by_a_list_that_failed_is_asked_about_no_more_often) {
  InstallationSettings settings = with_sweep();
  for (const auto& [match, deletion] :
       {std::pair{"job-0", minutes{8 * 60 + 10}}, std::pair{"job-1", minutes{40 * 60}}}) {
    settings.model.lives.push_back({.match = match, .life = simulator::Life{}});
    settings.model.lives.back().life->deletion = deletion;
  }
  Installation installation(settings);
  installation.start();
  installation.drop(job_of("job-0"));
  installation.run_for(hours{1});
  installation.drop(job_of("job-1"));
  bool lists_fail = false;
  bool status_fails = false;
  const auto is_list = [](std::string_view target) { return target.contains("/deleterequests"); };
  installation.network().spoil = [&](const std::string& target, http::Response& response) {
    if (is_list(target) ? lists_fail : status_fails && target.contains("/status")) response.status = 500;
  };
  const auto lists = [&] { return installation.model().calls().lists; };
  const auto run_until = [&](const auto& done) {
    for (int i = 0; i < 30'000 && !done(); ++i) installation.run_for(seconds{10});
  };
  run_until([&] { return !accepted(installation).empty() && accepted(installation).front().ended.has_value(); });
  status_fails = true;
  const auto before_end = lists();
  run_until([&] { return lists() > before_end; });
  lists_fail = true;
  const auto before_failure = lists();
  run_until([&] { return lists() > before_failure; });
  status_fails = false;
  run_until([&] { return state_of(installation, "job-0") == State::deleted; });
  lists_fail = false;
  const auto asked_before = installation.model().calls().status;
  installation.run_for(hours{10});
  EXPECT_EQ(state_of(installation, "job-1"), State::deleting);
  EXPECT_LT(installation.model().calls().status - asked_before, 30);
}

TEST(Sweep, an_operation_that_the_list_calls_over_and_its_status_does_not_is_polled_on) {
  InstallationSettings settings = with_sweep();
  settings.model.lists.status_lag = -hours{3};  // ahead of the status calls
  Installation installation(settings);
  drop_jobs(installation);
  installation.run_for(days{5});
  expect_all_deleted(installation);
  EXPECT_LT(latest(installation), minutes{35});
}

TEST(Sweep, survives_stops_and_kills) {
  Installation installation(with_sweep());
  drop_jobs(installation);
  for (int i = 0; i < 40; ++i) {
    installation.run_for(hours{3} - minutes{7});
    if (i % 2 == 0) {
      installation.stop();
    } else {
      installation.kill();
    }
    installation.stay_down(minutes{7});
    installation.start();
  }
  expect_all_deleted(installation);
  EXPECT_LT(latest(installation), hours{1});
}

TEST(Sweep, that_is_no_longer_wanted_leaves_its_operations_to_the_ordinary_schedule) {
  InstallationSettings settings = with_sweep();
  settings.model.lives.push_back({.match = "", .life = simulator::Life{}});
  settings.model.lives.back().life->deletion = hours{60};  // long after the net would be spread
  Installation installation(settings);
  installation.start();
  for (int job = 0; job < 2; ++job) {
    installation.drop(job_of(name(job)));
    installation.run_for(hours{2});
  }
  installation.run_for(days{3});
  ASSERT_TRUE(record_of(installation).looked_at);
  installation.restart_with([](core::Settings& changed) { changed.accounts.front().sweep = false; });
  installation.run_for(hours{2});
  EXPECT_FALSE(record_of(installation).looked_at);
  const std::int64_t before = installation.model().calls().status;
  installation.run_for(hours{3});
  EXPECT_GE(installation.model().calls().status - before, 10) << "each every half hour";
}

// ---- lists that can't be relied on

/// All jobs through a list with these manners: it is switched off, and each end is found all the same.
void expect_switched_off(InstallationSettings settings, const std::string& why, core::Duration found_within) {
  Installation installation(std::move(settings));
  drop_jobs(installation);
  installation.run_for(days{5});
  expect_all_deleted(installation);
  EXPECT_LT(latest(installation), found_within);
  EXPECT_THAT(installation.log(), testing::HasSubstr("the cloud's list of requests can't be relied on: " + why));
}

TEST(SweepOff, where_the_list_lags_and_says_so) {
  InstallationSettings settings = with_sweep();
  settings.model.lists.requests_lag = minutes{20};
  expect_switched_off(settings, "it is as of", minutes{45});
}

TEST(SweepOff, where_the_list_lags_and_does_not_say_so) {
  InstallationSettings settings = with_sweep();
  settings.model.lists.status_lag = hours{30};
  expect_switched_off(settings, "it shows operationID", hours{9});
}

TEST(SweepOff, where_the_list_leaves_rows_out) {
  InstallationSettings settings = with_sweep();
  settings.model.lists.left_out = 3;
  expect_switched_off(settings, "it leaves out operationID", hours{1});
}

TEST(SweepOff, where_the_page_number_is_ignored) {
  InstallationSettings settings = with_sweep();
  settings.model.lists.page_ignored = true;
  settings.model.lists.most_rows = 2;
  expect_switched_off(settings, "its end can't be found", hours{1});
}

TEST(SweepOff, where_there_is_no_such_list) {
  InstallationSettings settings = with_sweep();
  settings.model.faults.push_back(rule(Rule::Call::requests, Rule::Fault::missing));
  expect_switched_off(settings, "", hours{1});
}

TEST(SweepOff, where_the_list_is_no_list) {
  InstallationSettings settings = with_sweep();
  settings.model.faults.push_back(rule(Rule::Call::requests, Rule::Fault::garbage));
  expect_switched_off(settings, "", hours{1});
}

TEST(SweepOff, where_the_list_alone_fails_for_an_hour) {
  InstallationSettings settings = with_sweep();
  settings.model.faults.push_back(rule(Rule::Call::requests, Rule::Fault::server_error));
  settings.model.faults.back().from = start_of_time + days{2};
  expect_switched_off(settings, "it can't be read: ", hours{2});
}

TEST(SweepOff, where_the_list_alone_is_closed_to_us) {
  InstallationSettings settings = with_sweep();
  settings.model.faults.push_back(rule(Rule::Call::requests, Rule::Fault::unauthorized));
  settings.model.faults.back().from = start_of_time + days{2};
  settings.model.faults.back().until = start_of_time + days{2} + hours{8};
  expect_switched_off(settings, "", hours{1});
}

TEST(SweepOff, for_a_day_and_then_it_is_tried_again) {
  InstallationSettings settings = with_sweep();
  settings.model.faults.push_back(rule(Rule::Call::requests, Rule::Fault::garbage));
  settings.model.faults.back().from = start_of_time + days{2};
  settings.model.faults.back().until = start_of_time + days{2} + hours{12};
  settings.model.lives.push_back({.match = "", .life = simulator::Life{}});
  settings.model.lives.back().life->deletion = hours{60};
  Installation installation(settings);
  drop_jobs(installation);
  installation.run_for(days{1} + hours{12});
  const auto off = record_of(installation);
  ASSERT_TRUE(off.off_until);
  EXPECT_FALSE(off.why.empty());
  EXPECT_LE(*off.off_until - installation.now(), hours{24});
  installation.run_for(days{2});
  EXPECT_FALSE(record_of(installation).off_until);
  EXPECT_THAT(installation.log(), testing::HasSubstr("can be relied on again"));
  installation.run_for(days{4});
  expect_all_deleted(installation);
}

TEST(Sweep, rides_over_an_outage) {
  InstallationSettings settings = with_sweep();
  settings.model.faults.push_back(rule(Rule::Call::requests, Rule::Fault::server_error));
  settings.model.faults.back().from = start_of_time + days{2} + hours{8};
  settings.model.faults.back().until = start_of_time + days{2} + hours{8} + minutes{30};
  Installation installation(settings);
  drop_jobs(installation);
  installation.run_for(days{5});
  expect_all_deleted(installation);
  EXPECT_LT(latest(installation), hours{1} + minutes{15});
  EXPECT_THAT(installation.log(), testing::Not(testing::HasSubstr("can't be relied on")));
}

TEST(Sweep, that_gets_no_token_says_nothing_about_the_list) {
  InstallationSettings settings = with_sweep();
  settings.model.faults.push_back(rule(Rule::Call::token, Rule::Fault::garbage));
  settings.model.faults.back().probability = 0.5;
  settings.model.faults.back().from = start_of_time + days{2};
  Installation installation(settings);
  drop_jobs(installation);
  installation.run_for(days{5});
  expect_all_deleted(installation);
  EXPECT_THAT(installation.log(), testing::HasSubstr("token request: "));
  EXPECT_THAT(installation.log(), testing::Not(testing::HasSubstr("can't be relied on")));
}

}  // namespace
}  // namespace lethe::simulation
