// Weeks of an installation's life against the simulated cloud: every job ends where the cloud says it did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/audit.hpp"
#include "core/schedule.hpp"
#include "simulation/installation.hpp"

namespace lethe::simulation {
namespace {

using core::State;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using Rule = simulator::FaultRule;

simulator::LifeRule life(std::string match, std::string status, std::vector<std::string> background,
                         bool errors = false) {
  simulator::Life lived;
  lived.status = std::move(status);
  lived.background = std::move(background);
  lived.errors_in_batch = errors;
  return {.match = std::move(match), .life = lived};
}

/// The kinds of end that a contact's name asks the simulated cloud for.
std::vector<simulator::LifeRule> all_lives() {
  // First of all what is refused: one such contact is enough for an operation of several jobs.
  return {{.match = "-refused-", .life = {}, .refusal = simulator::LifeRule::Refusal::envelope_400},
          {.match = "-missing-", .life = {}, .refusal = simulator::LifeRule::Refusal::not_found},
          life("-restored-", "Completed", {"Aborted"}),
          life("-mixed-", "Completed", {"Completed", "Aborted"}),
          life("-invalid-", "Completed", {"Invalid"}),
          life("-failed-", "Failed", {}),
          life("-cancelled-", "Cancelled", {}),
          life("-errors-", "CompletedWithErrors", {"Completed"}),
          life("-batch-", "Completed", {"Completed"}, true),
          life("-several-", "Completed", {"Completed", "Completed"})};
}

const std::vector<std::string> ends = {"plain",  "plain",     "plain",  "plain", "restored", "mixed",   "invalid",
                                       "failed", "cancelled", "errors", "batch", "several",  "refused", "missing"};

/// A job of the kind that `random` draws. Its first contact (or list key) tells the cloud how its life goes.
intake::JobRequest random_job(int number, std::mt19937_64& random, const core::Settings& settings) {
  intake::JobRequest request;
  request.id = "job-" + std::to_string(number);
  request.account = settings.accounts[random() % settings.accounts.size()].name;
  request.action = random() % 4 == 0 ? core::Action::restrict_contacts : core::Action::delete_contacts;
  const std::string mark = request.id + "-" + ends[random() % ends.size()] + "-";
  const auto kind = random() % 3;
  if (kind == 0) {
    request.selector = core::Selector::list;
    request.list = core::ListTarget{.key = mark + "list", .contacts = 100};
    return request;
  }
  const std::size_t contacts = 1 + random() % 30;
  for (std::size_t i = 0; i < contacts; ++i) {
    const std::string contact =
        kind == 1 ? mark + std::to_string(i) : std::to_string(1'000'000 + number * 1000 + static_cast<int>(i));
    request.contacts.inline_contacts.push_back(contact);
    request.contacts.inline_lines.push_back(1);
  }
  request.selector = kind == 1 ? core::Selector::keys : core::Selector::ids;
  return request;
}

/// The operations that hold a contact (or a list's key): jobs that left together have one in common.
std::map<std::string, std::vector<simulator::TrueOperation>> truth_by_contact(Installation& installation) {
  std::map<std::string, std::vector<simulator::TrueOperation>> found;
  for (const auto& operation : installation.model().truth(installation.now())) {
    for (const std::string& contact : operation.contacts) found[contact].push_back(operation);
  }
  return found;
}

std::vector<std::string> contacts_of(const intake::JobRequest& request) {
  return request.list ? std::vector{request.list->key} : request.contacts.inline_contacts;
}

std::string first_contact(const intake::JobRequest& request) {
  return request.list ? request.list->key : request.contacts.inline_contacts.front();
}

bool is_refused(const intake::JobRequest& request) {
  return first_contact(request).find("-refused-") != std::string::npos ||
         first_contact(request).find("-missing-") != std::string::npos;
}

std::map<std::string, State> states(Installation& installation) {
  std::map<std::string, State> found;
  const auto read = installation.store().jobs({}, [&](const store::JobView& view) {
    found[view.job.id] = view.job.state;
    return true;
  });
  EXPECT_TRUE(read.has_value());
  return found;
}

void expect_whole_chain(Installation& installation) {
  std::string head(core::first_link);
  std::int64_t links = 0;
  const auto read = installation.store().transitions({}, [&](const core::Transition& step) {
    EXPECT_EQ(step.hash, core::link(head, step)) << "transition " << step.seq;
    head = step.hash;
    ++links;
    return true;
  });
  EXPECT_TRUE(read.has_value());
  EXPECT_GT(links, 0);
}

/// Each contact reached the cloud once at most, and each job stands where the cloud's own books say.
void expect_the_truth(Installation& installation, const std::vector<intake::JobRequest>& jobs) {
  const auto truth = truth_by_contact(installation);
  const auto stood = states(installation);
  for (const intake::JobRequest& request : jobs) {
    SCOPED_TRACE(request.id + " " + first_contact(request));
    ASSERT_TRUE(stood.contains(request.id));
    const State state = stood.at(request.id);
    for (const std::string& contact : contacts_of(request)) {
      const auto found = truth.find(contact);
      if (is_refused(request)) {
        EXPECT_EQ(state, State::rejected);
        EXPECT_TRUE(found == truth.end());
        continue;
      }
      ASSERT_TRUE(found != truth.end()) << "never reached the cloud: " << core::word(state);
      EXPECT_EQ(found->second.size(), 1u) << "posted again";
      EXPECT_EQ(core::word(state), found->second.front().verdict);
    }
  }
}

InstallationSettings three_accounts(std::uint64_t seed) {
  InstallationSettings settings;
  settings.seed = seed;
  settings.settings = settings_for({"north", "south", "west"});
  settings.model.seed = seed;
  settings.model.lives = all_lives();
  return settings;
}

Rule rule(Rule::Call call, Rule::Fault fault, double probability) {
  Rule made;
  made.call = call;
  made.fault = fault;
  made.probability = probability;
  return made;
}

/// Faults that leave no doubt whether a submission was acted on.
void add_harmless_faults(InstallationSettings& settings) {
  settings.faults.unreachable = 0.05;
  using Call = Rule::Call;
  using Fault = Rule::Fault;
  for (const Fault fault :
       {Fault::reset_before, Fault::reset_after, Fault::truncated, Fault::silent, Fault::unauthorized, Fault::throttled,
        Fault::unavailable, Fault::server_error, Fault::bad_gateway_html, Fault::garbage}) {
    settings.model.faults.push_back(rule(Call::status, fault, 0.02));
  }
  for (const Fault fault : {Fault::unauthorized, Fault::throttled, Fault::unavailable}) {
    settings.model.faults.push_back(rule(Call::submit, fault, 0.03));
  }
  for (const Fault fault : {Fault::reset_before, Fault::server_error, Fault::silent}) {
    settings.model.faults.push_back(rule(Call::token, fault, 0.03));
  }
}

/// Lets time pass under the eyes of a person, who resumes an account that two refusals in a row have paused.
void live_on(Installation& installation, const core::Settings& settings, core::Duration duration) {
  const core::Time until = installation.now() + duration;
  while (installation.now() < until) {
    installation.run_for(std::min<core::Duration>(hours{1}, until - installation.now()));
    for (const core::AccountSettings& account : settings.accounts) {
      if (installation.store().account(account.name)->paused_at) {
        installation.resume(account.name);
      }
    }
  }
}

/// Three weeks and a few days in which 200 jobs arrive over the first four, and the daemon is stopped and killed.
std::vector<intake::JobRequest> live_through(Installation& installation, const core::Settings& settings,
                                             std::uint64_t seed, bool restarts) {
  std::mt19937_64 random(seed);
  std::vector<intake::JobRequest> jobs;
  installation.start();
  for (int number = 0; number < 200; ++number) {
    jobs.push_back(random_job(number, random, settings));
    installation.drop(jobs.back());
    live_on(installation, settings, minutes{random() % 60});
    if (!restarts || random() % 8 != 0) continue;
    if (random() % 2 == 0) {
      installation.stop();
    } else {
      // A death during a submission is another scenario's: a lost restrict needs a person.
      while (installation.network().submissions_in_progress > 0) installation.run_for(minutes{1});
      installation.kill();
    }
    installation.start();
  }
  live_on(installation, settings, days{21});
  return jobs;
}

TEST(MainJob, two_hundred_jobs_of_all_kinds_end_as_the_cloud_says) {
  const InstallationSettings settings = three_accounts(7);
  Installation installation(settings);
  const auto jobs = live_through(installation, settings.settings, 7, false);
  expect_the_truth(installation, jobs);
  expect_whole_chain(installation);
}

TEST(MainJob, network_faults_and_restarts_change_no_verdict) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    InstallationSettings settings = three_accounts(seed);
    add_harmless_faults(settings);
    Installation installation(settings);
    const auto jobs = live_through(installation, settings.settings, seed, true);
    expect_the_truth(installation, jobs);
    expect_whole_chain(installation);
  }
}

TEST(MainJob, the_same_seed_gives_the_same_log) {
  const auto log_of = [](std::uint64_t seed) {
    InstallationSettings settings = three_accounts(seed);
    add_harmless_faults(settings);
    Installation installation(settings);
    live_through(installation, settings.settings, seed, true);
    return installation.log();
  };
  const std::string once = log_of(42);
  EXPECT_GT(once.size(), 10'000u);
  EXPECT_EQ(once, log_of(42));
  EXPECT_NE(once, log_of(43));
}

TEST(MainJob, no_contact_and_no_secret_is_in_the_log) {
  InstallationSettings settings = three_accounts(11);
  settings.model.client_secret = "MARKER-SECRET";
  add_harmless_faults(settings);
  Installation installation(settings);
  const auto jobs = live_through(installation, settings.settings, 11, true);
  const std::string log = installation.log();
  EXPECT_THAT(log, testing::Not(testing::HasSubstr("MARKER-SECRET")));
  for (const intake::JobRequest& request : jobs) {
    EXPECT_THAT(log, testing::Not(testing::HasSubstr(first_contact(request))));
  }
}

class LostReply : public testing::TestWithParam<Rule::Fault> {};

TEST_P(LostReply, is_looked_up_and_each_contact_reaches_the_cloud_once) {
  InstallationSettings settings = three_accounts(3);
  settings.settings.accounts.resize(1);
  settings.model.faults.push_back(rule(Rule::Call::submit, GetParam(), 1));
  settings.model.faults.back().most = 1;
  Installation installation(settings);
  installation.start();
  for (int number = 0; number < 2; ++number) {
    intake::JobRequest request;
    request.id = "job-" + std::to_string(number);
    request.account = "north";
    request.contacts.inline_contacts = {"key-" + std::to_string(number)};
    request.contacts.inline_lines = {1};
    installation.drop(request);
    installation.run_for(std::chrono::seconds{10});  // the second one comes too late to leave with the first
  }
  installation.run_for(minutes{4});
  EXPECT_EQ(states(installation).at("job-1"), State::queued) << "nothing else of the account is submitted meanwhile";
  installation.kill();
  installation.start();
  installation.run_for(days{20});

  EXPECT_THAT(states(installation), testing::Each(testing::Pair(testing::_, State::deleted)));
  EXPECT_EQ(installation.model().truth(installation.now()).size(), 2u);
  EXPECT_THAT(installation.log(), testing::HasSubstr("not posted again"));
  expect_whole_chain(installation);
}

INSTANTIATE_TEST_SUITE_P(Faults, LostReply,
                         testing::Values(Rule::Fault::reset_after, Rule::Fault::truncated, Rule::Fault::silent,
                                         Rule::Fault::server_error, Rule::Fault::bad_gateway_html,
                                         Rule::Fault::garbage));

TEST(Job, larger_than_an_operation_is_split_and_each_contact_sent_once) {
  InstallationSettings settings = three_accounts(9);
  settings.settings.accounts.resize(1);
  settings.settings.accounts[0].max_contacts_per_operation = 100;
  Installation installation(settings);
  installation.start();
  intake::JobRequest request;
  request.id = "large";
  request.account = "north";
  for (int i = 0; i < 950; ++i) request.contacts.inline_contacts.push_back("key-" + std::to_string(i));
  request.contacts.inline_lines.assign(950, 1);
  installation.drop(request);
  installation.run_for(days{20});

  std::vector<std::string> sent;
  for (const auto& operation : installation.model().truth(installation.now())) {
    EXPECT_LE(operation.contacts.size(), 100u);
    sent.insert(sent.end(), operation.contacts.begin(), operation.contacts.end());
  }
  EXPECT_EQ(sent, request.contacts.inline_contacts);
  EXPECT_EQ(states(installation).at("large"), State::deleted);
}

TEST(Pace, spacing_and_the_number_in_suppression_are_kept) {
  InstallationSettings settings = three_accounts(13);
  settings.settings.accounts.resize(1);
  settings.settings.accounts[0].max_operations_in_suppression = 3;
  Installation installation(settings);
  installation.start();
  for (int number = 0; number < 30; ++number) {
    intake::JobRequest request;
    request.id = "job-" + std::to_string(number);
    request.account = "north";
    request.selector = core::Selector::list;  // lists never leave together
    request.list = core::ListTarget{.key = "list-" + std::to_string(number), .contacts = 10};
    installation.drop(request);
  }
  installation.run_for(days{4});

  const auto truth = installation.model().truth(installation.now());
  ASSERT_EQ(truth.size(), 30u);
  for (std::size_t i = 1; i < truth.size(); ++i) {
    EXPECT_GE(truth[i].received - truth[i - 1].received, minutes{5} - std::chrono::seconds{2});
    if (i >= 3) EXPECT_GE(truth[i].received, *truth[i - 3].suppressed) << "a fourth operation in suppression";
  }
}

TEST(Job, that_waits_past_not_after_expires_unsent) {
  InstallationSettings settings = three_accounts(17);
  settings.settings.accounts.resize(1);
  settings.faults.unreachable = 1;
  Installation installation(settings);
  installation.start();
  intake::JobRequest request;
  request.id = "late";
  request.account = "north";
  request.contacts.inline_contacts = {"key"};
  request.contacts.inline_lines = {1};
  request.not_after = installation.now() + days{2};
  installation.drop(request);
  installation.run_for(days{3});
  EXPECT_EQ(states(installation).at("late"), State::expired);
  EXPECT_TRUE(installation.model().truth(installation.now()).empty());
}

TEST(Job, late_ones_expire_before_anything_is_sent_however_many_there_are) {
  InstallationSettings settings = three_accounts(21);
  settings.settings.accounts.resize(1);
  settings.faults.unreachable = 1;
  Installation installation(settings);
  installation.start();
  for (int number = 0; number < 250; ++number) {
    intake::JobRequest request;
    request.id = "job-" + std::to_string(number);
    request.account = "north";
    request.contacts.inline_contacts = {"key-" + std::to_string(number)};
    request.contacts.inline_lines = {1};
    request.not_after = installation.now() + hours{1};
    installation.drop(request);
  }
  installation.stop();
  installation.stay_down(hours{2});
  installation.start();
  installation.network().faults.unreachable = 0;
  installation.run_for(days{1});
  EXPECT_EQ(installation.model().calls().submit, 0);
  for (const auto& [id, state] : states(installation)) EXPECT_EQ(state, State::expired) << id;
}

TEST(Account, that_was_blocked_is_ready_again_once_a_call_goes_through) {
  InstallationSettings settings = three_accounts(23);
  settings.settings.accounts.resize(1);
  Installation installation(settings);
  installation.start();
  intake::JobRequest request;
  request.id = "job";
  request.account = "north";
  request.contacts.inline_contacts = {"key"};
  request.contacts.inline_lines = {1};
  installation.drop(request);
  installation.run_for(std::chrono::seconds{10});
  const auto state = [&] { return installation.store().account("north")->state; };
  ASSERT_EQ(state(), core::AccountState::ready);
  setenv("LETHE_SIMULATION_SECRET", "wrong", 1);
  installation.run_for(days{2});
  EXPECT_EQ(state(), core::AccountState::blocked);
  setenv("LETHE_SIMULATION_SECRET", settings.model.client_secret.c_str(), 1);
  installation.run_for(days{18});
  EXPECT_EQ(state(), core::AccountState::ready);
  EXPECT_EQ(states(installation).at("job"), State::deleted);
}

TEST(Polling, follows_the_schedule_and_asks_no_more_often) {
  InstallationSettings settings = three_accounts(19);
  settings.settings.accounts.resize(1);
  Installation installation(settings);
  installation.start();
  intake::JobRequest request;
  request.id = "job";
  request.account = "north";
  request.contacts.inline_contacts = {"key"};
  request.contacts.inline_lines = {1};
  installation.drop(request);
  installation.run_for(days{16});
  ASSERT_EQ(states(installation).at("job"), State::deleted);

  const auto truth = installation.model().truth(installation.now());
  ASSERT_EQ(truth.size(), 1u);
  const auto calls = installation.model().status_calls("delete", truth[0].operation_id);
  ASSERT_GT(calls.size(), 3u);
  const core::Time window_end = truth[0].received + days{14};
  EXPECT_GE(calls[0] - truth[0].received, std::chrono::seconds{57});
  for (std::size_t i = 1; i < calls.size(); ++i) {
    const bool heartbeat = calls[i - 1] > *truth[0].suppressed + hours{1} && calls[i] < window_end;
    EXPECT_GE(calls[i] - calls[i - 1],
              heartbeat ? core::Duration{hours{20}} : core::Duration{std::chrono::seconds{57}});
    EXPECT_LE(calls[i] - calls[i - 1], hours{27});
  }
  EXPECT_LE(calls.back() - *truth[0].ended, minutes{32}) << "the end is seen within the cap of the backoff";
}

}  // namespace
}  // namespace lethe::simulation
