// Jobs from the first word to the last one, through the real executable.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>
#include <string>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

using boost::json::value;

TEST(Life, every_kind_of_job_ends_as_the_cloud_says) {
  Rig rig;
  rig.start_daemon();
  const auto keys = rig.job("keys", "keys = [\"a\", \"b\", \"a\"]");
  const auto ids = rig.job("ids", "ids = [11, 12]");
  rig.write("list.txt", "one\r\ntwo\r\n");
  const auto file = rig.job("file", "keys_file = \"list.txt\"");
  const auto list = rig.job("list", "[list]\nkey = \"EVERYBODY\"\ncontacts = 5");
  const auto restrict = rig.job("restrict", "action = \"restrict\"\nkeys = [\"r\"]");
  const auto restored = rig.job("restored", "[list]\nkey = \"restored-1\"\ncontacts = 5");
  const auto refused = rig.job("refused", "[list]\nkey = \"refused-1\"\ncontacts = 5");
  const auto submitted = rig.lethe({"submit", keys, ids, file, list, restrict, restored, refused, "--wait"});
  EXPECT_EQ(submitted.status, 4) << submitted.err;
  EXPECT_EQ(rig.state_of("keys"), "deleted");
  EXPECT_EQ(rig.state_of("ids"), "deleted");
  EXPECT_EQ(rig.state_of("file"), "deleted");
  EXPECT_EQ(rig.state_of("list"), "deleted");
  EXPECT_EQ(rig.state_of("restrict"), "restricted");
  EXPECT_EQ(rig.state_of("restored"), "restored");
  EXPECT_EQ(rig.state_of("refused"), "rejected");
  // Both jobs by key leave together, or one after the other.
  const auto accepted = rig.cloud().truth().size();
  EXPECT_TRUE(accepted == 5U || accepted == 6U) << accepted;
  EXPECT_NE(submitted.out.find("restored: restored"), std::string::npos) << submitted.out;
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Life, a_job_given_between_two_runs_is_done_by_the_second) {
  Rig rig;
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  const auto queued = rig.json({"submit", rig.job("between", "keys = [\"k\"]"), "--json"});
  EXPECT_EQ(queued.at(0).at("id"), value("between"));
  EXPECT_EQ(queued.at(0).at("state"), value("queued"));
  EXPECT_EQ(queued.at(0).at("contacts"), value(1));
  EXPECT_EQ(queued.at(0).at("operations_expected"), value(1));
  EXPECT_EQ(rig.cloud().calls().submit, 0);
  rig.start_daemon();
  EXPECT_TRUE(eventually([&] { return rig.state_of("between") == "deleted"; }));
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Life, a_restore_window_of_a_day_is_waited_for) {
  RigSettings settings;
  settings.model.restorable_days = 1;
  settings.time_scale = 20'000;
  Rig rig(settings);
  rig.start_daemon();
  const auto waited =
      rig.lethe({"submit", rig.job("window", "not_after = 2099-01-01T00:00:00Z\nkeys = [\"k\"]"), "--wait", "--json"});
  EXPECT_EQ(waited.status, 0) << waited.err;
  EXPECT_EQ(boost::json::parse(waited.out).at(0).at("state"), value("deleted"));
  const auto shown = rig.json({"show", "window", "--json"});
  const auto& operation = shown.at("operations").at(0);
  EXPECT_GT(operation.at("ended_at").as_string(), operation.at("restorable_until").as_string());
  EXPECT_LT(operation.at("polls").as_int64(), 40);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Life, a_job_larger_than_an_operation_is_split_and_expected_so) {
  RigSettings settings;
  settings.settings = "max_contacts_per_operation = 2\nmin_time_between_submissions = \"1m\"";
  Rig rig(settings);
  rig.start_daemon();
  const auto file = rig.write("keys.csv", "Name,Key\n\"x, y\",k1\nz,k2\nz,k3\nz,k3\nz,k4\nz,k5\n");
  const auto result = rig.lethe(
      {"submit", "--account", "acme", "--keys-file", file, "--column", "Key", "--id", "split", "--wait", "--json"});
  EXPECT_EQ(result.status, 0) << result.err;
  const auto job = boost::json::parse(result.out).at(0);
  EXPECT_EQ(job.at("contacts"), value(5));
  EXPECT_EQ(job.at("operations_expected"), value(3));
  std::multiset<std::string> posted;
  for (const auto& operation : rig.cloud().truth()) posted.insert(operation.contacts.begin(), operation.contacts.end());
  EXPECT_EQ(posted, (std::multiset<std::string>{"k1", "k2", "k3", "k4", "k5"}));
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Life, the_same_job_once_more_is_no_new_one) {
  Rig rig;
  rig.start_daemon();
  const auto file = rig.job("twice", "keys = [\"k\"]");
  EXPECT_EQ(rig.lethe({"submit", file, "--wait"}).status, 0);
  const auto again = rig.lethe({"submit", file});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_NE(again.out.find("known already"), std::string::npos) << again.out;
  rig.job("twice", "keys = [\"other\"]");
  const auto other = rig.lethe({"submit", file});
  EXPECT_EQ(other.status, 1);
  EXPECT_NE(other.err.find("twice"), std::string::npos) << other.err;
  EXPECT_EQ(rig.cloud().truth().size(), 1U);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Life, an_id_made_from_the_content_is_the_same_each_time) {
  Rig rig;
  rig.start_daemon();
  const auto file = rig.write("ids.txt", "5\n6\n");
  const auto first = rig.json({"submit", "--account", "acme", "--ids-file", file, "--json"});
  const auto second = rig.json({"submit", "--account", "acme", "--ids-file", file, "--json"});
  const std::string id(first.at(0).at("id").as_string());
  EXPECT_EQ(id.size(), 20U);
  EXPECT_TRUE(id.starts_with("cli-")) << id;
  EXPECT_EQ(second.at(0).at("id"), first.at(0).at("id"));
  EXPECT_EQ(rig.json({"jobs", "--json"}).as_array().size(), 1U);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Life, what_the_commands_show_hangs_together) {
  Rig rig;
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"submit", rig.job("good", "keys = [\"k\"]"), "--wait"}).status, 0);
  EXPECT_EQ(rig.lethe({"submit", rig.job("restored", "keys = [\"restored-1\"]"), "--wait"}).status, 4);

  const auto status = rig.json({"status", "--json"});
  const auto& account = status.at("accounts").at(0);
  EXPECT_EQ(account.at("name"), value("acme"));
  EXPECT_EQ(account.at("state"), value("ready"));
  EXPECT_EQ(account.at("queued"), value(0));
  EXPECT_EQ(account.at("ended"), value(2));
  EXPECT_EQ(account.at("requests_per_day"), value(5000));
  ASSERT_EQ(status.at("attention").as_array().size(), 1U);
  EXPECT_EQ(status.at("attention").at(0).at("job"), value("restored"));

  const auto jobs = rig.json({"jobs", "--state", "deleted", "--json"});
  ASSERT_EQ(jobs.as_array().size(), 1U);
  EXPECT_EQ(jobs.at(0).at("id"), value("good"));
  EXPECT_EQ(jobs.at(0).at("selector"), value("keys"));
  EXPECT_EQ(jobs.at(0).at("operations"), value(1));

  const auto shown = rig.json({"show", "good", "--json"});
  const auto& operation = shown.at("operations").at(0);
  EXPECT_EQ(operation.at("state"), value("deleted"));
  EXPECT_GT(operation.at("polls").as_int64(), 0);
  EXPECT_FALSE(shown.at("transitions").as_array().empty());

  const auto log = rig.lethe({"log", "good", "--json"});
  std::istringstream lines(log.out);
  std::string line;
  std::string before;
  while (std::getline(lines, line)) {
    const auto step = boost::json::parse(line);
    if (!step.at("operation").is_null() && !step.at("from").is_null()) {
      EXPECT_EQ(std::string(step.at("from").as_string()), before);
    }
    if (!step.at("operation").is_null()) before = std::string(step.at("to").as_string());
  }
  EXPECT_EQ(before, "deleted");
  EXPECT_EQ(rig.lethe({"log", "good", "--since", "2099-01-01T00:00:00Z"}).out, "");
  EXPECT_NE(rig.lethe({"status"}).out.find("contacts are active again"), std::string::npos);
  EXPECT_NE(rig.lethe({"jobs"}).out.find("restored"), std::string::npos);
  EXPECT_NE(rig.lethe({"show", "good"}).out.find("deleted"), std::string::npos);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Life, a_waiting_job_says_why) {
  RigSettings settings;
  settings.model.lives.clear();
  simulator::LifeRule slow;
  slow.life = quick_life();
  slow.life->suppression = std::chrono::hours{24 * 5};
  settings.model.lives = {slow};
  Rig rig(settings);
  rig.start_daemon();
  rig.lethe({"submit", rig.job("first", "keys = [\"k\"]")});
  EXPECT_TRUE(eventually([&] { return rig.state_of("first") == "suppressing"; }));
  rig.lethe({"submit", rig.job("second", "keys = [\"l\"]")});  // too late to leave with the first
  const auto shown = rig.json({"show", "second", "--json"});
  EXPECT_EQ(shown.at("state"), value("queued"));
  EXPECT_NE(shown.at("why"), value(""));
  EXPECT_NE(rig.lethe({"show", "second"}).out.find("waits "), std::string::npos);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Life, the_log_is_followed_as_it_grows) {
  Rig rig;
  rig.start_daemon();
  Process follower({"log", "--follow", "--json"}, {{"LETHE_CONFIG", rig.config()}}, rig.directory() / "follow.out",
                   rig.directory() / "follow.err");
  rig.lethe({"submit", rig.job("followed", "keys = [\"k\"]")});
  EXPECT_TRUE(eventually([&] { return follower.out().find("\"to\":\"deleted\"") != std::string::npos; }))
      << follower.out() << follower.err();
  EXPECT_TRUE(follower.running());
  EXPECT_EQ(rig.stop_daemon(), 0);
}

}  // namespace
}  // namespace lethe::system_test
