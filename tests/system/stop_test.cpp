// Signals, and ends that nobody announced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

using testing::HasSubstr;

TEST(Stop, sigterm_is_orderly_and_told_to_systemd) {
  Rig rig;
  auto& daemon = rig.start_daemon();
  rig.notifications();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_THAT(rig.notifications(), HasSubstr("STOPPING=1"));
  EXPECT_THAT(rig.daemon_log(), HasSubstr("stopping"));
}

TEST(Stop, sigint_is_orderly_too) {
  Rig rig;
  auto& daemon = rig.start_daemon();
  daemon.signal(SIGINT);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Stop, sighup_does_not_end_it) {
  Rig rig;
  auto& daemon = rig.start_daemon();
  daemon.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return rig.daemon_log().contains("the new configuration is taken"); }));
  EXPECT_EQ(rig.lethe({"submit", rig.job("alive", "keys = [\"k\"]"), "--wait"}).status, 0);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Stop, a_second_signal_ends_it_at_once_and_the_open_submission_is_found_again) {
  RigSettings settings;
  simulator::FaultRule silent;
  silent.call = simulator::FaultRule::Call::submit;
  silent.fault = simulator::FaultRule::Fault::silent;
  settings.model.faults = {silent};
  Rig rig(settings);
  auto& daemon = rig.start_daemon();
  rig.lethe({"submit", rig.job("hangs", "keys = [\"k\"]")});
  ASSERT_TRUE(eventually([&] { return rig.cloud().calls().submit == 1; }));
  daemon.signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return rig.daemon_log().find("stopping") != std::string::npos; }));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 1);

  rig.start_daemon();
  EXPECT_TRUE(eventually([&] { return rig.state_of("hangs") == "deleted"; })) << rig.state_of("hangs");
  EXPECT_TRUE(rig.json({"status", "--json"}).at("attention").as_array().empty());
  EXPECT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(rig.cloud().calls().submit, 1) << "never posted again";
}

/// Four accounts with jobs of two contacts each, and a daemon that dies again and again. What was accepted is found
/// again. An hour of this clock is over before a daemon is up, so what never arrived is left to a person, and its
/// account stops there and says so; everywhere else all comes to its end.
class Killed : public testing::TestWithParam<unsigned> {};

TEST_P(Killed, at_any_moment_nothing_is_lost_and_nothing_posted_twice) {
  constexpr int accounts = 4;
  constexpr int jobs_an_account = 4;
  RigSettings settings;
  settings.accounts = accounts;
  settings.settings = "max_operations_in_suppression = 4\nmin_time_between_submissions = \"2m\"";
  Rig rig(settings);
  rig.start_daemon();
  std::vector<std::string> submit{"submit"};
  for (int i = 0; i < accounts * jobs_an_account; ++i) {
    const auto account = i % accounts == 0 ? std::string("acme") : "acme" + std::to_string(i % accounts + 1);
    const auto name = "job-" + std::to_string(i);
    submit.push_back(rig.write(name + ".toml", "account = \"" + account +
                                                   "\"\nnot_after = 2099-01-01T00:00:00Z\nkeys = [\"k" +
                                                   std::to_string(i) + "-a\", \"k" + std::to_string(i) + "-b\"]\n"));
  }
  const auto submitted = rig.lethe(submit);
  ASSERT_EQ(submitted.status, 0) << submitted.err;

  std::mt19937 random(GetParam());
  std::uniform_int_distribution<int> moment(0, 120);
  for (int kill = 0; kill < 8; ++kill) {
    // The moment of a death is what is tried here: this sleep waits for nothing.
    std::this_thread::sleep_for(std::chrono::milliseconds{moment(random)});
    rig.daemon().kill();
    rig.start_daemon();
  }

  std::map<std::string, std::string> states;
  const auto settled = [&] {
    std::map<std::string, bool> stuck;
    states.clear();
    bool all = true;
    const auto jobs = rig.json({"jobs", "--json"});
    for (const auto& job : jobs.as_array()) {
      if (job.at("state") == boost::json::value("needs_operator"))
        stuck[std::string(job.at("account").as_string())] = true;
    }
    for (const auto& job : jobs.as_array()) {
      const std::string state(job.at("state").as_string());
      states[std::string(job.at("id").as_string())] = state;
      const bool waits = state == "needs_operator" || state == "queued";
      all = all && (state == "deleted" || (waits && stuck[std::string(job.at("account").as_string())]));
    }
    return all;
  };
  EXPECT_TRUE(eventually(settled)) << testing::PrintToString(states);
  EXPECT_EQ(states.size(), static_cast<std::size_t>(accounts * jobs_an_account));
  const auto lost = std::ranges::count(states, "needs_operator", &std::pair<const std::string, std::string>::second);
  const auto status = rig.json({"status", "--json"});
  // Jobs that left together are lost together, in one operation.
  const auto told = std::ssize(status.at("attention").as_array());
  EXPECT_EQ(told > 0, lost > 0) << "what is lost says so";
  EXPECT_LE(told, lost);
  EXPECT_EQ(rig.stop_daemon(), 0);

  std::map<std::string, int> posted;
  for (const auto& operation : rig.cloud().truth()) {
    for (const auto& contact : operation.contacts) ++posted[contact];
  }
  for (const auto& [contact, times] : posted) EXPECT_EQ(times, 1) << contact;
  for (const auto& [job, state] : states) {
    const auto contact = "k" + job.substr(4) + "-a";
    if (state == "deleted") EXPECT_EQ(posted[contact], 1) << job;
    if (state == "queued") EXPECT_EQ(posted[contact], 0) << job;
  }
}

INSTANTIATE_TEST_SUITE_P(seeds, Killed, testing::Values(1U, 2U, 3U));

}  // namespace
}  // namespace lethe::system_test
