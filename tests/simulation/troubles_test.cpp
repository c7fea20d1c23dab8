// Single troubles, each by itself, that lives of whole installations have shown to matter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "simulation/installation.hpp"

namespace lethe::simulation {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Rule = simulator::FaultRule;

InstallationSettings one_account(std::uint64_t seed) {
  InstallationSettings settings;
  settings.seed = seed;
  settings.settings = settings_for({"north"});
  settings.model.seed = seed;
  return settings;
}

/// One answer of this kind goes wrong.
InstallationSettings one_account_with(std::uint64_t seed, Rule::Call call, Rule::Fault fault) {
  InstallationSettings settings = one_account(seed);
  Rule rule;
  rule.call = call;
  rule.fault = fault;
  rule.most = 1;
  settings.model.faults.push_back(rule);
  return settings;
}

intake::JobRequest job_of_one_key(int number) {
  intake::JobRequest request;
  request.id = "job-" + std::to_string(number);
  request.account = "north";
  request.contacts.inline_contacts = {"key-" + std::to_string(number)};
  request.contacts.inline_lines = {1};
  return request;
}

std::int64_t requests_since(const Installation& installation, core::Time time) {
  return std::ranges::count_if(installation.journal(),
                               [&](const Exchange& exchange) { return exchange.started >= time; });
}

TEST(FullDisk, keeps_the_daemon_from_asking_the_cloud) {
  Installation installation(one_account(1));
  installation.start();
  installation.drop(job_of_one_key(0));
  installation.run_for(minutes{1});
  installation.files().set_condition(MemoryVfs::Condition::full);
  installation.run_for(minutes{30});  // a poll is made, and can't be recorded
  const core::Time known = installation.now();
  installation.run_for(hours{2});
  EXPECT_EQ(requests_since(installation, known), 0);
  installation.files().set_condition(MemoryVfs::Condition::fine);
  installation.run_for(hours{2});
  EXPECT_GT(requests_since(installation, known), 0);
}

/// Two operations are polled at the same instant; the cloud asks to wait in its answer to the first, and the second
/// goes well a moment later.
TEST(RetryAfter, outlasts_a_call_under_way_that_goes_well) {
  int waits_seen = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    InstallationSettings settings = one_account_with(seed, Rule::Call::status, Rule::Fault::throttled);
    settings.settings.accounts[0].max_operations_in_suppression = 4;
    settings.settings.accounts[0].min_time_between_submissions = seconds{1};
    settings.model.faults[0].probability = 0.4;
    settings.model.faults[0].retry_after = 3'600;
    Installation installation(settings);
    installation.start();
    for (int number = 0; number < 4; ++number) installation.drop(job_of_one_key(number));
    installation.run_for(hours{3});
    for (const Exchange& asked : installation.journal()) {
      if (!asked.retry_after) continue;
      ++waits_seen;
      for (const Exchange& other : installation.journal()) {
        EXPECT_FALSE(other.started > *asked.ended + seconds{1} && other.started < *asked.ended + seconds{3'598})
            << "seed " << seed << ": " << other.words << " " << core::in_words(other.started - *asked.ended)
            << " after the cloud asked to wait an hour";
      }
    }
  }
  EXPECT_GT(waits_seen, 20);
}

struct Trouble {
  Rule::Fault fault;
  seconds wait;
};

/// Four operations may be asked about at once, and the first two answers after three hours are these.
InstallationSettings two_troubles(std::uint64_t seed, Trouble first, Trouble second) {
  InstallationSettings settings = one_account(seed);
  settings.settings.accounts[0].max_operations_in_suppression = 4;
  settings.settings.accounts[0].min_time_between_submissions = seconds{1};
  for (const Trouble& trouble : {first, second}) {
    Rule rule;
    rule.call = Rule::Call::status;
    rule.most = 1;
    rule.from = start_of_time + hours{3};
    rule.fault = trouble.fault;
    rule.retry_after = trouble.wait.count();
    settings.model.faults.push_back(rule);
  }
  return settings;
}

/// Comes up after three hours, when all four are due at once.
void meet_them(Installation& installation) {
  installation.start();
  for (int number = 0; number < 4; ++number) {
    installation.drop(job_of_one_key(number));
    installation.run_for(minutes{2});  // else they would be one operation
  }
  installation.stop();
  installation.stay_down(hours{3});
  installation.start();
}

/// Of two calls under way one hears of an hour, and a moment later the other of a minute, or that it isn't let through.
void expect_the_hour_kept(Rule::Fault second) {
  int pairs_seen = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Installation installation(two_troubles(seed, {Rule::Fault::throttled, hours{1}}, {second, minutes{1}}));
    meet_them(installation);
    installation.run_for(minutes{1});
    const auto& journal = installation.journal();
    const auto hour = std::ranges::find(journal, seconds{3'600}, &Exchange::retry_after);
    ASSERT_NE(hour, journal.end());
    const core::Time heard = *hour->ended;
    const auto beside = [&](const Exchange& other) { return other.started < heard && other.ended > heard; };
    if (std::ranges::none_of(journal, beside)) continue;
    ++pairs_seen;
    installation.restart_with([](core::Settings&) {});
    installation.run_for(heard + minutes{59} - installation.now());
    EXPECT_EQ(requests_since(installation, heard + minutes{1}), 0) << "seed " << seed;
    EXPECT_EQ(installation.store().account("north")->state, core::AccountState::waiting);
    EXPECT_GE(installation.store().account("north")->until, heard + minutes{59});
  }
  EXPECT_GT(pairs_seen, 2);
}

TEST(RetryAfter, outlasts_a_shorter_one_of_a_call_under_way) {
  expect_the_hour_kept(Rule::Fault::throttled);
}

TEST(RetryAfter, outlasts_a_block_that_a_call_under_way_brings) {
  expect_the_hour_kept(Rule::Fault::missing);
}

/// Of two calls under way one hears of ten seconds, and the other that it isn't let through.
void expect_the_block_told(Trouble first, Trouble second) {
  int pairs_seen = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Installation installation(two_troubles(seed, first, second));
    meet_them(installation);
    installation.run_for(seconds{5});
    const auto& journal = installation.journal();
    const auto wait = std::ranges::find(journal, seconds{10}, &Exchange::retry_after);
    const auto block = std::ranges::find(journal, 404, &Exchange::status);
    if (wait == journal.end() || block == journal.end()) continue;
    ++pairs_seen;
    installation.run_for(minutes{1});
    const auto account = installation.store().account("north");
    EXPECT_EQ(account->state, core::AccountState::blocked) << "seed " << seed;
    EXPECT_THAT(account->why, testing::HasSubstr("404")) << "seed " << seed;
    EXPECT_GT(account->until, installation.now() + minutes{15}) << "seed " << seed;
    installation.run_for(minutes{30});
    EXPECT_EQ(installation.store().account("north")->state, core::AccountState::ready) << "seed " << seed;
  }
  EXPECT_GT(pairs_seen, 2);
}

TEST(Block, is_told_when_a_wait_that_was_heard_before_it_is_over) {
  expect_the_block_told({Rule::Fault::throttled, seconds{10}}, {Rule::Fault::missing, {}});
}

TEST(Block, is_told_when_a_wait_that_was_heard_after_it_is_over) {
  expect_the_block_told({Rule::Fault::missing, {}}, {Rule::Fault::throttled, seconds{10}});
}

TEST(RetryAfter, of_now_counts_beside_one_of_a_clock_that_stepped_back_since) {
  InstallationSettings settings = one_account_with(5, Rule::Call::submit, Rule::Fault::throttled);
  settings.settings.accounts[0].max_operations_in_suppression = 4;
  settings.settings.accounts[0].min_time_between_submissions = seconds{1};
  Rule rule;
  rule.call = Rule::Call::status;
  rule.fault = Rule::Fault::throttled;
  rule.most = 1;
  rule.retry_after = 3'600;
  rule.from = start_of_time + minutes{10};
  settings.model.faults.push_back(rule);
  Installation installation(settings);
  installation.clock().step(days{1000});
  installation.start();
  installation.drop(job_of_one_key(0));
  installation.run_for(seconds{10});
  installation.clock().step(-days{1000});
  for (int number = 1; number < 4; ++number) {
    installation.drop(job_of_one_key(number));
    installation.run_for(minutes{2});
  }
  installation.run_for(hours{2});
  const auto& journal = installation.journal();
  const auto hour = std::ranges::find(journal, seconds{3'600}, &Exchange::retry_after);
  ASSERT_NE(hour, journal.end());
  const auto inside = [&](const Exchange& other) {
    return other.started > *hour->ended && other.started < *hour->ended + minutes{59};
  };
  EXPECT_EQ(std::ranges::count_if(journal, inside), 0);
}

TEST(Clock, that_steps_by_a_day_neither_stops_the_polls_nor_hastens_a_verdict) {
  for (const int day : {-1, 1}) {
    InstallationSettings settings = one_account(5);
    settings.model.restorable_days = 2;
    Installation installation(settings);
    installation.start();
    installation.drop(job_of_one_key(0));
    installation.run_for(hours{20});
    installation.clock().step(hours{24 * day});
    installation.run_for(hours{24 * 4});
    const auto job = installation.store().job("job-0");
    ASSERT_TRUE(job && *job);
    EXPECT_EQ((*job)->state, core::State::deleted) << "a step of " << day << " day";
  }
}

TEST(RetryAfter, of_a_clock_that_stepped_back_since_ends_with_the_step) {
  for (const bool restarted : {false, true}) {
    Installation installation(one_account_with(5, Rule::Call::submit, Rule::Fault::throttled));
    installation.clock().step(days{1000});
    installation.start();
    installation.drop(job_of_one_key(0));
    installation.run_for(seconds{10});
    EXPECT_TRUE(installation.model().truth(installation.now()).empty());
    installation.clock().step(-days{1000});
    if (restarted) installation.restart_with([](core::Settings&) {});
    installation.run_for(hours{3});
    EXPECT_EQ(installation.model().truth(installation.now()).size(), 1U) << (restarted ? "restarted" : "running");
  }
}

TEST(Submission, that_fails_is_the_last_error_and_opens_the_circuit) {
  struct Case {
    Rule::Fault fault;
    std::string error;
  };
  for (const Case& one :
       {Case{Rule::Fault::server_error, "HTTP 500"}, Case{Rule::Fault::silent, "no answer came"},
        Case{Rule::Fault::throttled, "the cloud asks to wait"}, Case{Rule::Fault::garbage, "can't be read"}}) {
    SCOPED_TRACE(one.error);
    Installation installation(one_account_with(5, Rule::Call::submit, one.fault));
    installation.start();
    installation.drop(job_of_one_key(0));
    for (int i = 0; i < 200 && installation.store().account("north")->last_error.empty(); ++i) {
      installation.run_for(seconds{1});
    }
    installation.run_for(seconds{2});  // until the hindrance is written
    const auto account = installation.store().account("north");
    EXPECT_THAT(account->last_error, testing::HasSubstr(one.error));
    const bool waits = account->state == core::AccountState::waiting || !account->hindrance.why.empty();
    EXPECT_TRUE(waits);
  }
}

InstallationSettings one_account_without_tokens_for(core::Duration outage, std::uint64_t seed) {
  InstallationSettings settings = one_account_with(seed, Rule::Call::token, Rule::Fault::server_error);
  settings.model.faults.front().most = -1;
  settings.model.faults.front().until = start_of_time + outage;
  return settings;
}

TEST(Tokens, that_fail_for_two_minutes_do_not_cost_an_hour) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Installation installation(one_account_without_tokens_for(minutes{2}, seed));
    installation.start();
    installation.drop(job_of_one_key(0));
    installation.run_for(minutes{25});
    EXPECT_EQ(installation.model().truth(installation.now()).size(), 1U) << "seed " << seed;
  }
}

TEST(Tokens, are_no_more_than_four_an_hour_and_a_restart_does_not_take_that_for_the_clouds_wish) {
  Installation installation(one_account_without_tokens_for(minutes{40}, 5));
  installation.start();
  installation.drop(job_of_one_key(0));
  installation.run_for(minutes{45});
  EXPECT_EQ(requests_since(installation, start_of_time), 4);
  const auto north = installation.store().account("north");
  EXPECT_EQ(north->state, core::AccountState::ready);
  EXPECT_THAT(north->hindrance.why, testing::HasSubstr("4 were made within an hour"));
  installation.restart_with([](core::Settings&) {});
  installation.run_for(minutes{1});
  EXPECT_EQ(installation.model().truth(installation.now()).size(), 1U);
}

TEST(Stop, begins_no_further_request) {
  // Refused, the submission would be sent once more with a new token: two exchanges after the stop began.
  Installation installation(one_account_with(5, Rule::Call::submit, Rule::Fault::unauthorized));
  installation.submission_arrived = [&](const Exchange&) { installation.engine().stop(); };
  installation.start();
  installation.drop(job_of_one_key(0));
  installation.run_for(minutes{5});
  EXPECT_EQ(std::ranges::count(installation.journal(), Exchange::Call::submission, &Exchange::call), 1);
  EXPECT_EQ(std::ranges::count(installation.journal(), Exchange::Call::token, &Exchange::call), 1);
  const auto job = installation.store().job("job-0");
  ASSERT_TRUE(job && *job);
  EXPECT_EQ((*job)->state, core::State::queued);
}

TEST(Crash, at_every_change_of_the_store_loses_no_job_and_sends_none_twice) {
  // From the first start to the acceptance there are fewer changes than these.
  for (std::int64_t change = 1; change <= 120; ++change) {
    SCOPED_TRACE("crash at change " + std::to_string(change));
    Installation installation(one_account(3));
    installation.crash_at_change(change, MemoryVfs::Survives::synced);
    if (!installation.start()) ASSERT_TRUE(installation.start());
    bool accepted = false;
    const auto note = [&](const Accepted& answer) { accepted = answer.has_value(); };
    while (!accepted) {
      installation.offer(job_of_one_key(0), note);
      installation.run_for(minutes{1});
      if (!installation.running()) ASSERT_TRUE(installation.start());
    }
    installation.run_for(hours{1});
    if (!installation.running()) ASSERT_TRUE(installation.start());
    installation.run_for(hours{24});
    const auto job = installation.store().job("job-0");
    ASSERT_TRUE(job && *job);
    EXPECT_LE(installation.model().truth(installation.now()).size(), 1u);
    const bool taken = !installation.model().truth(installation.now()).empty();
    EXPECT_TRUE(taken || (*job)->state == core::State::unconfirmed) << core::word((*job)->state);
  }
}

}  // namespace
}  // namespace lethe::simulation
