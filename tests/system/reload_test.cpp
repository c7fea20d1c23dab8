// SIGHUP with good and bad configurations, and secrets that are wrong for a while.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <vector>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The configuration with one text in the place of another.
void change(const Rig& rig, const std::string& from, const std::string& to) {
  std::string text = read_file(rig.config());
  const auto place = text.find(from);
  ASSERT_NE(place, std::string::npos) << text;
  text.replace(place, from.size(), to);
  rig.write("lethe.toml", text);
}

/// Sends SIGHUP and waits until systemd is told that it is over.
std::string reload(Rig& rig) {
  rig.notifications();
  rig.daemon().signal(SIGHUP);
  std::string heard;
  EXPECT_TRUE(eventually([&] {
    heard += rig.notifications();
    return heard.contains("READY=1");
  })) << heard;
  return heard;
}

TEST(Reload, takes_a_good_configuration_while_work_goes_on) {
  Rig rig;
  rig.start_daemon();
  ASSERT_EQ(rig.lethe({"submit", rig.job("before", "keys = [\"k\"]")}).status, 0);
  change(rig, "account_id = 10650003\n", "account_id = 10650003\nrequests_per_day = 4321\n");
  const auto heard = reload(rig);
  EXPECT_THAT(heard, HasSubstr("RELOADING=1"));
  EXPECT_THAT(heard, HasSubstr("MONOTONIC_USEC="));
  EXPECT_LT(heard.find("RELOADING=1"), heard.find("READY=1"));
  EXPECT_THAT(rig.daemon_log(), HasSubstr("the new configuration is taken"));
  EXPECT_TRUE(eventually([&] { return rig.state_of("before") == "deleted"; })) << rig.state_of("before");
  EXPECT_EQ(rig.lethe({"submit", rig.job("after", "keys = [\"l\"]"), "--wait"}).status, 0);
  EXPECT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(rig.cloud().calls().submit, 2);
}

TEST(Reload, costs_no_token_where_the_credentials_stay) {
  Rig rig;
  rig.start_daemon();
  ASSERT_EQ(rig.lethe({"submit", rig.job("job-0", "keys = [\"k0\"]"), "--wait"}).status, 0);
  for (int i = 1; i <= 6; ++i) {
    const std::string number = std::to_string(i);
    reload(rig);
    EXPECT_EQ(rig.lethe({"submit", rig.job("job-" + number, "keys = [\"k" + number + "\"]"), "--wait"}).status, 0);
  }
  EXPECT_EQ(rig.cloud().calls().token, 1);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Reload, refuses_a_bad_configuration_whole_and_goes_on_with_the_old_one) {
  Rig rig;
  rig.start_daemon();
  change(rig, "account_id = 10650003\n", "account_id = 10650003\nrequests_in_flite = 2\n");
  reload(rig);
  EXPECT_THAT(rig.daemon_log(), HasSubstr("the new configuration is refused and the old one stays"));
  EXPECT_THAT(rig.daemon_log(), HasSubstr("requests_in_flite"));
  EXPECT_THAT(rig.daemon_log(), HasSubstr("lethe.toml:"));
  EXPECT_THAT(rig.daemon_log(), Not(HasSubstr("is taken")));
  change(rig, "requests_in_flite = 2\n", "");
  EXPECT_EQ(rig.lethe({"submit", rig.job("alive", "keys = [\"k\"]"), "--wait"}).status, 0);
  // A secret that others may read is no better.
  std::filesystem::permissions(rig.directory() / "acme.secret", std::filesystem::perms{0644});
  reload(rig);
  EXPECT_THAT(rig.daemon_log(), HasSubstr("is open to others"));
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Reload, keeps_what_needs_a_restart_and_tells_of_an_account_that_was_taken_out) {
  RigSettings settings;
  settings.model.restorable_days = 14;
  settings.time_scale = 500;
  Rig rig(settings);
  rig.start_daemon();
  ASSERT_EQ(rig.lethe({"submit", rig.job("left", "keys = [\"k\"]")}).status, 0);
  ASSERT_TRUE(eventually([&] { return rig.cloud().calls().submit == 1; }));
  change(rig, "name = \"acme\"", "name = \"other\"");
  change(rig, "listen = \"\"", "listen = \"127.0.0.1:9999\"");
  reload(rig);
  EXPECT_THAT(rig.daemon_log(), HasSubstr("web.listen"));
  EXPECT_THAT(rig.daemon_log(), HasSubstr("the account isn't in the configuration"));
  const auto status = rig.json({"status", "--json"});
  EXPECT_THAT(std::string(status.at("attention").at(0).at("what").as_string()), HasSubstr("acme"));
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(WrongSecret, is_no_storm_and_goes_on_when_mended) {
  RigSettings settings;
  settings.time_scale = 1800;  // an hour in two seconds
  Rig rig(settings);
  rig.write("acme.secret", "wrong\n");
  rig.start_daemon();
  ASSERT_EQ(rig.lethe({"submit", rig.job("waits", "keys = [\"k\"]\nnot_after = 2099-01-01T00:00:00Z")}).status, 0);
  ASSERT_TRUE(eventually([&] { return rig.cloud().calls().token >= 3; }));
  const auto began = std::chrono::steady_clock::now();
  const auto first = rig.cloud().calls().token;
  ASSERT_TRUE(eventually([&] { return rig.cloud().calls().token >= first + 6; }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took.count(), 5 * 1200.0 / 1800) << "six more of them, 20 minutes apart";
  EXPECT_EQ(rig.cloud().calls().submit, 0);
  const auto status = rig.json({"status", "--json"});
  EXPECT_EQ(status.at("accounts").at(0).at("state"), boost::json::value("blocked"));
  EXPECT_THAT(std::string(status.at("attention").at(0).at("what").as_string()), HasSubstr("correct the client secret"));
  rig.write("acme.secret", client_secret + "\n");
  EXPECT_TRUE(eventually([&] { return rig.state_of("waits") == "deleted"; })) << rig.state_of("waits");
  EXPECT_EQ(rig.stop_daemon(), 0);
}

}  // namespace
}  // namespace lethe::system_test
