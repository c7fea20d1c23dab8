// The schedule that learns: what an account's operations took says when its next ones are asked about.
#include "core/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "command/attention.hpp"
#include "installation.hpp"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using core::State;
using std::chrono::days;

InstallationSettings one_account(std::uint64_t seed, int restorable_days) {
  InstallationSettings settings;
  settings.seed = seed;
  settings.settings = settings_for({"north"});
  settings.settings.accounts[0].min_time_between_submissions = 1min;
  settings.model.seed = seed;
  settings.model.restorable_days = restorable_days;
  simulator::Life life;
  life.suppression = 20min;
  life.deletion = 7h;
  settings.model.lives = {{.match = "key", .life = life}};
  return settings;
}

void drop(Installation& installation, const std::string& id) {
  intake::JobRequest request;
  request.id = id;
  request.account = "north";
  request.contacts.inline_contacts = {"key-" + id};
  request.contacts.inline_lines = {1};
  installation.drop(request);
}

std::vector<core::Time> calls_of(Installation& installation, std::size_t operation) {
  const auto truth = installation.model().truth(installation.now());
  return installation.model().status_calls("delete", truth.at(operation).operation_id);
}

core::Operation operation(Installation& installation, std::int64_t number) {
  auto found = installation.store().operation({number});
  EXPECT_TRUE(found.has_value());
  return found.value_or(core::Operation{});
}

TEST(History, is_learned_saves_polls_and_survives_restarts) {
  Installation installation(one_account(31, 2));
  ASSERT_TRUE(installation.start());
  for (int i = 0; i < 7; ++i) {
    drop(installation, "job-" + std::to_string(i));
    installation.run_for(days{3});
  }
  const auto before = installation.store().history("north");
  ASSERT_TRUE(before);
  EXPECT_EQ(before->suppression.count(), 7u);
  EXPECT_EQ(before->deletion.count(), 7u);
  EXPECT_GE(before->deletion.sorted().front(), 6h + 40min);
  EXPECT_LE(before->deletion.sorted().back(), 7h + 20min);
  EXPECT_GE(before->suppression.sorted().front(), 15min);
  EXPECT_LE(before->suppression.sorted().back(), 30min);
  const std::size_t first = calls_of(installation, 0).size();

  installation.kill();
  ASSERT_TRUE(installation.start());
  const auto after = installation.store().history("north");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->deletion.sorted(), before->deletion.sorted());
  EXPECT_EQ(after->suppression.sorted(), before->suppression.sorted());
  drop(installation, "job-7");
  installation.run_for(days{1});
  EXPECT_EQ(core::expected_end(operation(installation, 8), *after) - *operation(installation, 8).restorable_until,
            after->deletion.median());
  installation.run_for(days{2});
  EXPECT_EQ(operation(installation, 8).state, State::deleted);
  EXPECT_LE(calls_of(installation, 7).size() + 8, first) << "it knows when to ask";
  installation.stop();
}

TEST(History, takes_the_clouds_own_stamp_once_a_day) {
  Installation installation(one_account(32, 2));
  ASSERT_TRUE(installation.start());
  drop(installation, "one");
  installation.run_for(1h);
  drop(installation, "two");
  installation.run_for(days{3});
  const auto truth = installation.model().truth(installation.now());
  ASSERT_EQ(truth.size(), 2u);
  const core::Operation one = operation(installation, 1);
  ASSERT_TRUE(one.deletion_took && operation(installation, 2).deletion_took);
  EXPECT_LE(std::chrono::abs(*one.restorable_until + *one.deletion_took - *truth[0].ended), 1s);
  // A page of each list before the first submission, and one for both ends.
  EXPECT_EQ(installation.model().calls().lists, 3);
  installation.stop();
}

TEST(History, does_without_the_stamp_where_the_list_is_closed_to_us) {
  Installation installation(one_account(32, 2));
  ASSERT_TRUE(installation.start());
  drop(installation, "one");
  installation.run_for(1h);
  installation.network().spoil = [](const std::string& target, http::Response& response) {
    if (!target.contains("/deleterequests")) return;
    response.status = 403;
    response.body = R"({"message":"no","errorcode":20002})";
  };
  installation.run_for(days{3});
  EXPECT_TRUE(operation(installation, 1).deletion_took);
  EXPECT_EQ(installation.model().calls().lists, 3) << "it was asked";
  EXPECT_EQ(installation.log().find("blocked"), std::string::npos);
  installation.stop();
}

TEST(Heartbeat, that_got_no_answer_is_repeated_within_the_hour) {
  Installation installation(one_account(32, 14));
  ASSERT_TRUE(installation.start());
  drop(installation, "one");
  installation.run_for(2h);
  installation.network().spoil = [](const std::string& target, http::Response& response) {
    if (target.contains("/status?")) response.status = 500;
  };
  const auto before = calls_of(installation, 0).size();
  for (int i = 0; i < 100 && calls_of(installation, 0).size() == before; ++i) installation.run_for(30min);
  installation.network().spoil = {};
  installation.run_for(2h);
  const auto calls = calls_of(installation, 0);
  ASSERT_GE(calls.size(), before + 2);
  EXPECT_LE(calls[before + 1] - calls[before], 61min);
  installation.stop();
}

TEST(History, counts_nothing_that_a_stop_hid) {
  Installation installation(one_account(33, 2));
  ASSERT_TRUE(installation.start());
  drop(installation, "one");
  installation.run_for(days{1});
  installation.stop();
  installation.stay_down(days{4});
  ASSERT_TRUE(installation.start());
  installation.run_for(1h);
  EXPECT_EQ(operation(installation, 1).state, State::deleted);
  EXPECT_EQ(installation.store().history("north")->deletion.count(), 0u);
  installation.stop();
}

TEST(Window, that_changes_replans_all_that_is_under_way) {
  Installation installation(one_account(34, 14));
  ASSERT_TRUE(installation.start());
  for (int i = 0; i < 5; ++i) {
    drop(installation, "job-" + std::to_string(i));
    installation.run_for(1h);
  }
  installation.run_for(10h);
  installation.model().set_restorable_days(2);
  drop(installation, "job-5");
  installation.run_for(40min);
  for (std::int64_t number = 1; number <= 5; ++number) {
    const core::Operation waits = operation(installation, number);
    EXPECT_EQ(*waits.restorable_until - *waits.submitted_at, core::Duration{48h});
  }
  EXPECT_NE(installation.log().find("restore window has changed"), std::string::npos);
  installation.run_for(days{3});
  const auto truth = installation.model().truth(installation.now());
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(operation(installation, static_cast<std::int64_t>(i) + 1).state, State::deleted);
    EXPECT_LE(calls_of(installation, i).back() - *truth[i].ended, 40min);
  }
  installation.stop();
}

TEST(Neighbours, of_an_end_are_asked_about_at_once) {
  InstallationSettings settings = one_account(35, 2);
  settings.settings.accounts[0].max_operations_in_suppression = 4;
  settings.model.lives[0].life->deletion.reset();  // those of a cohort end at one instant
  Installation installation(settings);
  ASSERT_TRUE(installation.start());
  for (int i = 0; i < 4; ++i) {
    drop(installation, "job-" + std::to_string(i));
    installation.run_for(1min);
  }
  installation.run_for(days{3});
  core::Time earliest = core::Time::max();
  core::Time latest{};
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_EQ(operation(installation, static_cast<std::int64_t>(i) + 1).state, State::deleted);
    earliest = std::min(earliest, calls_of(installation, i).back());
    latest = std::max(latest, calls_of(installation, i).back());
  }
  EXPECT_LE(latest - earliest, 30s);
  installation.stop();
}

TEST(Queue, behind_the_oldest_is_asked_rarely_until_it_moves_up) {
  InstallationSettings settings = one_account(36, 2);
  settings.settings.accounts[0].max_operations_in_suppression = 4;
  settings.model.lives[0].life->suppression = 3h;
  Installation installation(settings);
  ASSERT_TRUE(installation.start());
  for (int i = 0; i < 4; ++i) {
    drop(installation, "job-" + std::to_string(i));
    installation.run_for(2min);
  }
  installation.run_for(2h + 30min);
  EXPECT_GT(calls_of(installation, 0).size(), 10u);
  EXPECT_LT(calls_of(installation, 1).size(), 7u);
  EXPECT_EQ(calls_of(installation, 2).size(), 0u);
  EXPECT_EQ(calls_of(installation, 3).size(), 0u);
  installation.run_for(14h);
  const auto truth = installation.model().truth(installation.now());
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_EQ(operation(installation, static_cast<std::int64_t>(i) + 1).state, State::deleting);
    const auto calls = calls_of(installation, i);
    const auto seen = std::ranges::find_if(calls, [&](core::Time call) { return call >= *truth[i].suppressed; });
    ASSERT_NE(seen, calls.end());
    EXPECT_LE(*seen - *truth[i].suppressed, 65min) << i;
  }
  EXPECT_EQ(installation.store().history("north")->suppression.count(), 4u);
  installation.stop();
}

TEST(Unknown, to_the_cloud_is_flagged_and_asked_about_daily) {
  const InstallationSettings settings = one_account(37, 2);
  Installation installation(settings);
  ASSERT_TRUE(installation.start());
  drop(installation, "one");
  installation.run_for(2h);
  ASSERT_TRUE(installation.command([&](store::Store& store) -> boost::asio::awaitable<void> {
    auto lost = store.operation({1});
    lost->operation_id = core::OperationId{999'999};
    lost->due_at = installation.now();
    const auto written = co_await store.overrule(*lost, installation.now(), "another operationID");
    EXPECT_TRUE(written.has_value());
  }));
  installation.run_for(3h);
  core::Operation lost = operation(installation, 1);
  EXPECT_TRUE(core::is_unknown(lost));
  EXPECT_EQ(lost.state, State::deleting) << "nothing moves it";
  const auto attention = command::attention_of(installation.store(), settings.settings.accounts[0],
                                               settings.settings.schedule, installation.now());
  ASSERT_TRUE(attention);
  ASSERT_EQ(attention->size(), 1u);
  EXPECT_NE(attention->front().what.find("doesn't know"), std::string::npos);
  const std::int64_t polls = lost.polls;
  installation.run_for(days{3});
  lost = operation(installation, 1);
  EXPECT_GE(lost.polls - polls, 2);
  EXPECT_LE(lost.polls - polls, 3);
  installation.stop();
}

}  // namespace
}  // namespace lethe::simulation
