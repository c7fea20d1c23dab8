// What waits leaves together: pace, order, refusals and the daily fuse over days of an installation's life.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <ranges>
#include <set>
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

constexpr minutes time_in_the_queue{20};

simulator::LifeRule refusal_of(std::string match) {
  return {.match = std::move(match), .life = {}, .refusal = simulator::LifeRule::Refusal::envelope_400};
}

/// One account; an operation takes twenty minutes of the cloud's queue, and there is no restore window.
InstallationSettings one_account(std::uint64_t seed) {
  InstallationSettings settings;
  settings.seed = seed;
  settings.settings = settings_for({"north"});
  settings.model.seed = seed;
  settings.model.restorable_days = -1;
  simulator::Life life;
  life.suppression = time_in_the_queue;
  settings.model.lives = {refusal_of("-refused-"), {.match = "", .life = life}};
  return settings;
}

intake::JobRequest keys_job(std::string id, std::vector<std::string> keys) {
  intake::JobRequest request;
  request.id = std::move(id);
  request.account = "north";
  request.contacts.inline_lines.assign(keys.size(), 1);
  request.contacts.inline_contacts = std::move(keys);
  return request;
}

intake::JobRequest keys_job(const std::string& id, int contacts) {
  std::vector<std::string> keys;
  for (int i = 0; i < contacts; ++i) keys.push_back(id + "-" + std::to_string(i));
  return keys_job(id, std::move(keys));
}

core::Job job(Installation& installation, const std::string& id) {
  return installation.store().job(id)->value();
}

State state(Installation& installation, const std::string& id) {
  return job(installation, id).state;
}

std::vector<simulator::TrueOperation> truth(Installation& installation) {
  return installation.model().truth(installation.now());
}

/// How many operations hold a contact.
std::map<std::string, int> times_sent(Installation& installation) {
  std::map<std::string, int> times;
  for (const auto& operation : truth(installation)) {
    for (const std::string& contact : operation.contacts) ++times[contact];
  }
  return times;
}

core::Duration percentile_95(std::vector<core::Duration> waits) {
  std::ranges::sort(waits);
  return waits.at(waits.size() * 95 / 100);
}

TEST(Coalescing, a_thousand_tiny_jobs_a_day_leave_within_half_an_hour) {
  constexpr int run_days = 30;
  constexpr int jobs_a_day = 1'000;
  Installation installation(one_account(1));
  installation.start();
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(static_cast<double>(jobs_a_day) / 86'400'000.0);
  std::vector<core::Time> dropped;
  const core::Time begun = installation.now();
  while (installation.now() < begun + days{run_days}) {
    installation.drop(keys_job("job-" + std::to_string(dropped.size()), {"key-" + std::to_string(dropped.size())}));
    dropped.push_back(installation.now());
    installation.run_for(core::Duration{static_cast<std::int64_t>(gap(random))});
  }
  installation.run_for(days{2});

  std::vector<core::Duration> waits;
  std::map<std::int64_t, int> operations_on;
  std::size_t contacts = 0;
  for (const auto& operation : truth(installation)) {
    ++operations_on[core::utc_day(operation.received)];
    contacts += operation.contacts.size();
    for (const std::string& contact : operation.contacts) {
      waits.push_back(operation.received - dropped.at(std::stoul(contact.substr(4))));
    }
  }
  const int most = std::ranges::max(operations_on | std::views::values);
  const double alone = static_cast<double>(jobs_a_day) * time_in_the_queue.count() / (24 * 60);
  std::cout << dropped.size() << " jobs of one contact in " << run_days << " days: " << truth(installation).size()
            << " operations, at most " << most << " a day; drop to submission: 95th percentile "
            << core::in_words(percentile_95(waits)) << ", longest " << core::in_words(std::ranges::max(waits))
            << "; one operation a job would need " << alone << " days of queue a day\n";
  EXPECT_LT(percentile_95(waits), minutes{30});
  EXPECT_LE(most, 80);
  EXPECT_EQ(contacts, dropped.size());
  EXPECT_EQ(times_sent(installation).size(), dropped.size()) << "each once";
  std::int64_t deleted = 0;
  store::JobFilter ended;
  ended.states = {State::deleted};
  ASSERT_TRUE(installation.store().jobs(ended, [&deleted](const store::JobView&) { return ++deleted > 0; }));
  EXPECT_EQ(deleted, std::ssize(dropped));
}

TEST(Coalescing, contact_of_two_jobs_is_sent_once_and_ends_both) {
  Installation installation(one_account(2));
  installation.start();
  installation.drop(keys_job("first", {"a", "b"}));
  installation.drop(keys_job("second", {"b", "c"}));
  installation.drop(keys_job("third", {"c"}));
  installation.run_for(days{2});
  ASSERT_EQ(truth(installation).size(), 1u);
  EXPECT_EQ(truth(installation)[0].contacts, (std::vector<std::string>{"a", "b", "c"}));
  for (const char* id : {"first", "second", "third"}) EXPECT_EQ(state(installation, id), State::deleted) << id;
  EXPECT_EQ(installation.store().operation({1})->contacts, 3);
}

TEST(Coalescing, queued_again_it_still_sends_each_contact_once) {
  InstallationSettings settings = one_account(3);
  simulator::FaultRule throttled;
  throttled.call = simulator::FaultRule::Call::submit;
  throttled.fault = simulator::FaultRule::Fault::throttled;
  throttled.most = 1;
  settings.model.faults = {throttled};
  Installation installation(settings);
  installation.start();
  installation.drop(keys_job("first", {"a", "b"}));
  installation.drop(keys_job("second", {"b", "c"}));
  installation.run_for(days{2});
  ASSERT_EQ(truth(installation).size(), 1u);
  EXPECT_EQ(truth(installation)[0].contacts, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(state(installation, "second"), State::deleted);
}

/// A job of one of four kinds with one contact (or list) that has its name.
intake::JobRequest job_of_kind(int number, std::uint64_t kind) {
  intake::JobRequest request = keys_job("job-" + std::to_string(number), {std::to_string(1'000'000 + number)});
  if (kind % 4 == 1) request.selector = core::Selector::ids;
  if (kind % 4 == 2) request.action = core::Action::restrict_contacts;
  if (kind % 4 == 3) {
    request.selector = core::Selector::list;
    request.list = core::ListTarget{.key = request.contacts.inline_contacts[0], .contacts = 1};
    request.contacts = {};
  }
  return request;
}

TEST(Coalescing, no_kind_is_starved_since_each_operation_takes_the_oldest_job) {
  Installation installation(one_account(4));
  installation.start();
  std::mt19937_64 random(4);
  std::map<int, core::Time> dropped;
  for (int number = 0; number < 400; ++number) {
    // Keys pour in; of the other kinds there is one now and then.
    installation.drop(job_of_kind(number, random() % 10 == 0 ? random() : 0));
    dropped[number] = installation.now();
    installation.run_for(seconds{random() % 180});
  }
  installation.run_for(days{4});

  std::set<int> waiting;
  for (const auto& [number, at] : dropped) waiting.insert(number);
  for (const auto& operation : truth(installation)) {
    std::set<int> carried;
    for (const std::string& contact : operation.contacts) carried.insert(std::stoi(contact) - 1'000'000);
    EXPECT_TRUE(carried.contains(*waiting.begin()))
        << "operation " << operation.operation_id << " overtook job " << *waiting.begin();
    if (operation.type == "listReference") EXPECT_EQ(carried.size(), 1u);
    for (const int number : carried) EXPECT_EQ(waiting.erase(number), 1u) << "job " << number << " was sent again";
  }
  EXPECT_TRUE(waiting.empty());
}

TEST(Refusal, of_a_few_among_many_is_theirs_alone) {
  Installation installation(one_account(5));
  installation.start();
  for (int number = 0; number < 16; ++number) {
    const bool bad = number == 3 || number == 9;
    installation.drop(
        keys_job("job-" + std::to_string(number), {(bad ? "key-refused-" : "key-good-") + std::to_string(number)}));
  }
  installation.run_for(days{3});
  for (int number = 0; number < 16; ++number) {
    const State expected = number == 3 || number == 9 ? State::rejected : State::deleted;
    EXPECT_EQ(state(installation, "job-" + std::to_string(number)), expected) << number;
  }
  EXPECT_EQ(times_sent(installation).size(), 14u);
  for (const auto& [contact, times] : times_sent(installation)) EXPECT_EQ(times, 1) << contact;
  EXPECT_FALSE(installation.store().account("north")->paused_at);
}

TEST(Refusal, of_everything_pauses_the_account_before_everything_is_rejected) {
  InstallationSettings settings = one_account(6);
  settings.model.lives = {refusal_of("")};
  Installation installation(settings);
  installation.start();
  for (int number = 0; number < 10; ++number) {
    installation.drop(keys_job("job-" + std::to_string(number), 1));
  }
  installation.run_for(days{1});
  int rejected = 0;
  for (int number = 0; number < 10; ++number) {
    const State stands = state(installation, "job-" + std::to_string(number));
    if (stands == State::rejected) ++rejected;
    EXPECT_TRUE(stands == State::rejected || stands == State::queued) << core::word(stands);
  }
  EXPECT_EQ(rejected, 1);
  EXPECT_TRUE(installation.store().account("north")->paused_at);
  EXPECT_THAT(installation.log(), testing::HasSubstr("lethe resume"));
  const auto submitted = installation.model().calls().submit;
  installation.run_for(days{1});
  EXPECT_EQ(installation.model().calls().submit, submitted) << "nothing goes out while it is paused";
  installation.resume("north");
  installation.run_for(hours{1});
  EXPECT_GT(installation.model().calls().submit, submitted);
}

TEST(Fuse, holds_whole_jobs_and_a_release_lets_them_go) {
  InstallationSettings settings = one_account(7);
  settings.settings.accounts[0].max_contacts_per_day = 100;
  Installation installation(settings);
  installation.start();
  installation.drop(keys_job("first", 60));
  installation.drop(keys_job("second", 50));
  installation.drop(keys_job("third", 40));
  installation.drop(keys_job("giant", 101));
  installation.run_for(hours{3});
  EXPECT_EQ(state(installation, "second"), State::held);
  EXPECT_THAT(job(installation, "second").why, testing::HasSubstr("max_contacts_per_day"));
  EXPECT_EQ(state(installation, "giant"), State::held);
  EXPECT_EQ(truth(installation).size(), 2u) << "the first, then the third: who is held stands in nobody's way";
  installation.stop();
  installation.start();
  installation.drop(keys_job("fourth", 1));
  installation.run_for(hours{3});
  EXPECT_EQ(state(installation, "fourth"), State::held) << "the count survives a restart";
  installation.release("second");
  installation.release("giant");
  installation.run_for(days{1});
  EXPECT_EQ(state(installation, "second"), State::deleted);
  EXPECT_EQ(state(installation, "giant"), State::deleted);
  EXPECT_EQ(state(installation, "fourth"), State::held) << "a new day releases nobody";
  installation.drop(keys_job("fifth", 100));
  installation.run_for(days{1});
  EXPECT_EQ(state(installation, "fifth"), State::deleted);
  for (const auto& [contact, times] : times_sent(installation)) EXPECT_EQ(times, 1) << contact;
}

TEST(Fuse, counts_a_list_as_large_as_the_cloud_says) {
  Installation installation(one_account(8));
  installation.start();
  intake::JobRequest list = keys_job("list", {});
  list.selector = core::Selector::list;
  list.list = core::ListTarget{.key = "EXTERNAL", .contacts = 1};
  installation.drop(list);
  installation.run_for(hours{1});
  const auto facts = installation.store().facts("north", installation.now(), hours{72});
  EXPECT_GT(facts->contacts_today, 1);
  EXPECT_EQ(installation.store().operation({1})->contacts, facts->contacts_today);
  EXPECT_THAT(installation.log(), testing::HasSubstr("more than the 1 that the fuse counted before"));
}

TEST(Coalescing, kills_amid_forming_and_halving_lose_nothing_and_send_nothing_twice) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Installation installation(one_account(seed));
    std::mt19937_64 random(seed);
    installation.start();
    for (int number = 0; number < 24; ++number) {
      const std::string mark = number == 5 || number == 14 ? "-refused-" : "-good-";
      installation.drop(keys_job("job-" + std::to_string(number), {"key" + mark + std::to_string(number), "shared"}));
      if (random() % 6 == 0) installation.run_for(seconds{random() % 600});
    }
    for (int kills = 0; kills < 40; ++kills) {
      installation.run_for(core::Duration{static_cast<std::int64_t>(random() % 600'000)});
      // A death during a submission is another scenario's: nobody could tell its outcome.
      while (installation.network().submissions_in_progress > 0) installation.run_for(core::Duration{10});
      installation.kill();
      installation.start();
      if (installation.store().account("north")->paused_at) installation.resume("north");
    }
    installation.run_for(days{3});
    auto times = times_sent(installation);
    times.erase("shared");  // rightly once an operation
    EXPECT_EQ(times.size(), 22u);
    for (const auto& [contact, sent] : times) EXPECT_EQ(sent, 1) << contact;
    for (int number = 0; number < 24; ++number) {
      const State expected = number == 5 || number == 14 ? State::rejected : State::deleted;
      EXPECT_EQ(state(installation, "job-" + std::to_string(number)), expected) << number;
    }
  }
}

}  // namespace
}  // namespace lethe::simulation
