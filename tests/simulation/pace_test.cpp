// How an installation goes on while the cloud fails and refuses: budget, tokens, circuit, what the cloud asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

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
  settings.model.restorable_days = 2;
  return settings;
}

intake::JobRequest job(int number) {
  intake::JobRequest request;
  request.id = "job-" + std::to_string(number);
  request.account = "north";
  request.contacts.inline_contacts = {"key-" + std::to_string(number)};
  request.contacts.inline_lines = {1};
  return request;
}

Rule rule(Rule::Call call, Rule::Fault fault, double probability) {
  Rule made;
  made.call = call;
  made.fault = fault;
  made.probability = probability;
  return made;
}

std::vector<Exchange> in_order(const Installation& installation) {
  std::vector<Exchange> journal = installation.journal();
  std::ranges::sort(journal, {}, &Exchange::started);
  return journal;
}

std::vector<core::Time> tokens(const Installation& installation) {
  std::vector<core::Time> times;
  for (const Exchange& exchange : in_order(installation)) {
    if (exchange.call == Exchange::Call::token && exchange.arrived) times.push_back(exchange.started);
  }
  return times;
}

void expect_four_tokens_an_hour(const Installation& installation) {
  const auto times = tokens(installation);
  for (std::size_t i = 4; i < times.size(); ++i) {
    EXPECT_GE(times[i] - times[i - 4], hours{1}) << "at " << core::rfc3339(times[i]);
  }
}

void expect_nothing_inside_a_wait(const Installation& installation) {
  const auto journal = in_order(installation);
  for (const Exchange& asked : journal) {
    if (!asked.retry_after || !asked.ended) continue;
    for (const Exchange& other : journal) {
      const bool inside = other.started > *asked.ended && other.started < *asked.ended + *asked.retry_after;
      EXPECT_FALSE(inside) << other.words << " at " << core::rfc3339(other.started) << ", asked to wait at "
                           << core::rfc3339(*asked.ended);
    }
  }
}

std::map<std::int64_t, std::int64_t> requests_by_day(const Installation& installation) {
  std::map<std::int64_t, std::int64_t> by_day;
  for (const Exchange& exchange : installation.journal()) ++by_day[core::utc_day(exchange.started)];
  return by_day;
}

core::State state_of(Installation& installation, const std::string& id) {
  const auto found = installation.store().job(std::string_view(id));
  return found && *found ? (*found)->state : core::State::held;
}

TEST(Faults, of_every_kind_for_two_weeks_change_no_verdict_and_pass_no_limit) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(seed);
    InstallationSettings settings = one_account(seed);
    settings.settings.accounts[0].requests_per_day = 400;
    settings.settings.accounts[0].max_operations_in_suppression = 3;
    constexpr std::array faults{Rule::Fault::reset_before,      Rule::Fault::reset_after,
                                Rule::Fault::truncated,         Rule::Fault::silent,
                                Rule::Fault::unauthorized,      Rule::Fault::throttled,
                                Rule::Fault::throttled_without, Rule::Fault::unavailable,
                                Rule::Fault::server_error,      Rule::Fault::bad_gateway_html,
                                Rule::Fault::garbage,           Rule::Fault::server_error_after};
    for (const Rule::Fault fault : faults) {
      Rule made = rule(Rule::Call::any, fault, 0.3 / static_cast<double>(faults.size()));
      made.until = start_of_time + days{14};
      made.retry_after = 1'234;
      settings.model.faults.push_back(made);
    }
    Installation installation(settings);
    installation.start();
    constexpr int jobs = 8;
    for (int number = 0; number < jobs; ++number) {
      installation.drop(job(number));
      installation.run_for(hours{30});
    }
    installation.run_for(days{14} - hours{30} * jobs + days{6});
    EXPECT_GT(installation.faults_played(), 50);
    expect_four_tokens_an_hour(installation);
    expect_nothing_inside_a_wait(installation);
    for (const auto& [day, requests] : requests_by_day(installation)) EXPECT_LE(requests, 400);

    std::map<std::string, std::string> verdicts;  // by contact
    for (const auto& truth : installation.model().truth(installation.now())) {
      for (const auto& contact : truth.contacts) {
        EXPECT_TRUE(verdicts.emplace(contact, truth.verdict).second) << contact << " was accepted twice";
      }
    }
    int ended = 0;
    for (int number = 0; number < jobs; ++number) {
      const core::State state = state_of(installation, "job-" + std::to_string(number));
      if (!core::is_final(state) || state == core::State::expired) continue;
      ++ended;
      EXPECT_EQ(core::word(state), verdicts["key-" + std::to_string(number)]);
    }
    EXPECT_GE(ended, jobs / 2);
  }
}

TEST(Secret, that_is_wrong_makes_three_token_requests_an_hour_and_is_noticed_within_a_minute_when_mended) {
  Installation installation(one_account(1));
  setenv("LETHE_SIMULATION_SECRET", "wrong", 1);
  installation.start();
  installation.drop(job(0));
  installation.run_for(hours{5});
  const auto refused = tokens(installation);
  EXPECT_EQ(refused.size(), 15u);
  for (std::size_t i = 1; i < refused.size(); ++i) EXPECT_GE(refused[i] - refused[i - 1], minutes{20});
  EXPECT_EQ(installation.store().account("north")->state, core::AccountState::blocked);
  EXPECT_EQ(in_order(installation).size(), refused.size()) << "nothing else was asked";

  installation.run_for(minutes{3});
  const std::size_t in_vain = tokens(installation).size();
  setenv("LETHE_SIMULATION_SECRET", simulator::ModelSettings{}.client_secret.c_str(), 1);
  installation.run_for(minutes{1} + seconds{5});
  EXPECT_EQ(tokens(installation).size(), in_vain + 1);
  EXPECT_EQ(installation.store().account("north")->state, core::AccountState::ready);
  EXPECT_EQ(state_of(installation, "job-0"), core::State::suppressing);
}

TEST(Tokens, that_every_call_refuses_are_not_asked_for_by_every_call) {
  InstallationSettings settings = one_account(2);
  settings.model.faults = {rule(Rule::Call::status, Rule::Fault::unauthorized, 1),
                           rule(Rule::Call::submit, Rule::Fault::unauthorized, 1)};
  Installation installation(settings);
  installation.start();
  for (int number = 0; number < 4; ++number) installation.drop(job(number));
  installation.run_for(days{1});
  expect_four_tokens_an_hour(installation);
  EXPECT_LE(tokens(installation).size(), 75u);
  EXPECT_EQ(installation.store().account("north")->state, core::AccountState::blocked);
}

TEST(Exhausted, account_pauses_longer_each_time_and_alarms) {
  InstallationSettings settings = one_account(3);
  Rule exhausted = rule(Rule::Call::status, Rule::Fault::throttled_without, 1);
  exhausted.until = start_of_time + hours{30};
  settings.model.faults = {exhausted};
  Installation installation(settings);
  installation.start();
  installation.drop(job(0));
  installation.run_for(minutes{10});
  const auto record = installation.store().account("north");
  EXPECT_EQ(record->state, core::AccountState::waiting);
  EXPECT_TRUE(record->hindrance.alarm);
  installation.run_for(hours{30});
  std::vector<core::Time> asked;
  for (const Exchange& exchange : in_order(installation)) {
    if (exchange.status == 429) asked.push_back(*exchange.ended);
  }
  ASSERT_GE(asked.size(), 6u);
  const std::vector<core::Duration> pauses{minutes{30}, hours{1}, hours{2}, hours{4}, hours{6}};
  for (std::size_t i = 0; i < pauses.size(); ++i) {
    EXPECT_GE(asked[i + 1] - asked[i], pauses[i]);
    EXPECT_LE(asked[i + 1] - asked[i], pauses[i] + minutes{1});
  }
  EXPECT_THAT(installation.log(), testing::HasSubstr("more requests than it may"));
  installation.run_for(days{6});
  EXPECT_EQ(state_of(installation, "job-0"), core::State::deleted);
  EXPECT_EQ(installation.store().account("north")->hindrance, store::Hindrance{});
}

TEST(Circuit, lets_one_call_at_a_time_try_while_the_cloud_fails) {
  InstallationSettings settings = one_account(4);
  settings.settings.accounts[0].max_operations_in_suppression = 8;
  settings.settings.accounts[0].min_time_between_submissions = seconds{1};
  settings.settings.accounts[0].max_contacts_per_operation = 1;
  Rule failing = rule(Rule::Call::any, Rule::Fault::server_error, 1);
  failing.from = start_of_time + minutes{30};
  failing.until = start_of_time + hours{10};
  settings.model.faults = {failing};
  Installation installation(settings);
  installation.start();
  for (int number = 0; number < 8; ++number) installation.drop(job(number));
  installation.run_for(hours{12});
  std::vector<Exchange> failed;
  for (const Exchange& exchange : in_order(installation)) {
    if (exchange.status == 500) failed.push_back(exchange);
  }
  // In 9.5 hours with waits of 7.5 minutes in the mean, after a few quicker ones; of eight in suppression only the
  // oldest is often due.
  EXPECT_GT(failed.size(), 15u);
  EXPECT_LT(failed.size(), 160u);
  for (std::size_t i = 5; i < failed.size(); ++i) EXPECT_GE(failed[i].started, *failed[i - 1].ended + seconds{1});
  EXPECT_THAT(installation.log(), testing::HasSubstr("the cloud answers again"));
}

TEST(Budget, small_as_it_is_holds_over_kills) {
  InstallationSettings settings = one_account(5);
  settings.settings.accounts[0].requests_per_day = 60;
  Installation installation(settings);
  installation.start();
  for (int number = 0; number < 6; ++number) installation.drop(job(number));
  constexpr int kills = 12;
  for (int kill = 0; kill < kills; ++kill) {
    installation.run_for(hours{4});
    installation.kill();
    installation.start();
  }
  installation.run_for(days{8});
  // What was asked in the last second before a kill may not be counted.
  for (const auto& [day, requests] : requests_by_day(installation)) EXPECT_LE(requests, 60 + 6 * 4);
  for (int number = 0; number < 6; ++number) {
    EXPECT_EQ(state_of(installation, "job-" + std::to_string(number)), core::State::deleted);
  }
}

}  // namespace
}  // namespace lethe::simulation
