// A daemon under load that dies again and again, and a cloud that accepts and doesn't say so. The clock is slow enough
// for a daemon to be up again within the hour in which a lost submission can be settled without a person.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

using simulator::FaultRule;

/// How often it is killed; more in the environment, for a long look.
int kills() {
  const char* wanted = std::getenv("LETHE_KILLS");
  return wanted != nullptr ? std::atoi(wanted) : 8;
}

FaultRule rule(FaultRule::Fault fault, double probability) {
  FaultRule made;
  made.call = FaultRule::Call::submit;
  made.fault = fault;
  made.probability = probability;
  return made;
}

RigSettings unreliable() {
  RigSettings settings;
  settings.time_scale = 300;
  settings.settings = "max_operations_in_suppression = 3\nmin_time_between_submissions = \"1m\"";
  settings.model.faults = {rule(FaultRule::Fault::reset_after, 0.3), rule(FaultRule::Fault::reset_before, 0.1)};
  return settings;
}

std::string contact(int job, int number) {
  return "contact-" + std::to_string(job) + "-" + std::to_string(number);
}

TEST(KilledUnderLoad, every_contact_is_accepted_once_and_nothing_is_left_to_a_person) {
  Rig rig(unreliable());
  rig.start_daemon();
  std::mt19937 random(20261122);
  std::uniform_int_distribution<int> moment(0, 1200);
  const int deaths = kills();
  for (int death = 0; death < deaths; ++death) {
    const auto id = "job-" + std::to_string(death);
    const auto keys = "keys = [\"" + contact(death, 0) + "\", \"" + contact(death, 1) + "\"]";
    ASSERT_EQ(rig.lethe({"submit", rig.job(id, "not_after = 2099-01-01T00:00:00Z\n" + keys)}).status, 0);
    // The moment of a death is what is tried here: this sleep waits for nothing.
    std::this_thread::sleep_for(std::chrono::milliseconds{moment(random)});
    rig.daemon().kill();
    rig.start_daemon();
  }

  std::map<std::string, int> states;
  EXPECT_TRUE(eventually([&] {
    states.clear();
    const auto jobs = rig.json({"jobs", "--json"});
    for (const auto& job : jobs.as_array()) ++states[std::string(job.at("state").as_string())];
    return states["deleted"] == deaths;
  })) << testing::PrintToString(states);
  EXPECT_EQ(rig.lethe({"verify"}).status, 0);
  EXPECT_EQ(rig.stop_daemon(), 0);

  std::map<std::string, int> accepted;
  const auto truth = rig.cloud().truth();
  for (const auto& operation : truth) {
    for (const auto& key : operation.contacts) ++accepted[key];
  }
  for (int job = 0; job < deaths; ++job) {
    for (const int number : {0, 1}) EXPECT_EQ(accepted[contact(job, number)], 1) << contact(job, number);
  }
  std::cout << deaths << " kills; " << rig.cloud().calls().submit << " submissions arrived, " << truth.size()
            << " were accepted\n";
}

std::string marked(int number) {
  return "MARKER-CONTACT-" + std::to_string(number);
}

std::string long_list(int contacts) {
  std::string text;
  for (int number = 0; number < contacts; ++number) text += marked(number) + "\n";
  return text;
}

bool store_holds_marker(const Rig& rig) {
  for (const char* suffix : {"", "-wal"}) {
    if (read_file(rig.store().string() + suffix).contains("MARKER-CONTACT")) return true;
  }
  return false;
}

TEST(KilledAmidALoad, leaves_no_job_and_soon_no_contact_and_the_list_can_be_submitted_again) {
  constexpr int contacts = 200'000;
  Rig rig;
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  rig.write("long.csv", long_list(contacts));
  const auto job = rig.job("long", "keys_file = \"long.csv\"");
  {
    Process loading({"submit", job}, {{"LETHE_CONFIG", rig.config().string()}}, rig.directory() / "loading.out",
                    rig.directory() / "loading.err");
    ASSERT_TRUE(eventually([&] { return store_holds_marker(rig) || !loading.running(); }));
    ASSERT_TRUE(loading.running()) << "too quick to be killed on its way: " << loading.err();
    loading.kill();
  }
  EXPECT_TRUE(store_holds_marker(rig));
  EXPECT_EQ(rig.json({"jobs", "--json"}).as_array().size(), 0U);
  EXPECT_EQ(rig.lethe({"verify"}).status, 0);
  rig.start_daemon();
  EXPECT_TRUE(eventually([&] { return !store_holds_marker(rig); }));
  EXPECT_EQ(rig.lethe({"submit", job, "--wait"}).status, 0);
  EXPECT_EQ(rig.stop_daemon(), 0);
  std::size_t accepted = 0;
  for (const auto& operation : rig.cloud().truth()) accepted += operation.contacts.size();
  EXPECT_EQ(accepted, static_cast<std::size_t>(contacts));
}

}  // namespace
}  // namespace lethe::system_test
