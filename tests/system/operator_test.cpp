// The operator's commands through the real executable: with and without a daemon, and their exit statuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

using boost::json::value;

RigSettings with_failures() {
  RigSettings settings;
  simulator::LifeRule failing;
  failing.match = "failing";
  failing.life = quick_life();
  failing.life->status = "Failed";
  failing.life->background = {};
  settings.model.lives.insert(settings.model.lives.begin(), failing);
  return settings;
}

TEST(Operator, cancel_before_the_daemon_has_sent_it) {
  Rig rig;
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(rig.lethe({"submit", rig.job("dsr", "keys = [\"a\", \"b\"]")}).status, 0);
  const auto cancelled = rig.json({"cancel", "dsr", "--why", "by mistake", "--json"});
  EXPECT_EQ(cancelled.at("cancelled"), value(2));
  EXPECT_EQ(cancelled.at("state"), value("cancelled"));
  EXPECT_EQ(rig.lethe({"cancel", "dsr"}).status, 1) << "nothing is left";
  EXPECT_EQ(rig.lethe({"cancel", "nothing"}).status, 3);
  EXPECT_EQ(rig.lethe({"cancel"}).status, 2);
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"submit", rig.job("other", "keys = [\"c\"]"), "--wait"}).status, 0);
  EXPECT_EQ(rig.cloud().calls().submit, 1) << "the cancelled one was never sent";
  const auto sent = rig.lethe({"cancel", "other"});
  EXPECT_EQ(sent.status, 1);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Operator, retry_is_carried_out_by_a_running_daemon) {
  Rig rig(with_failures());
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"submit", rig.job("dsr", "keys = [\"failing-1\"]"), "--wait"}).status, 4);
  EXPECT_EQ(rig.state_of("dsr"), "failed");
  const auto attention = rig.json({"status", "--json"}).at("attention");
  ASSERT_EQ(attention.as_array().size(), 1U);
  EXPECT_EQ(attention.at(0).at("job"), value("dsr"));
  const auto asked = rig.lethe({"retry", "dsr", "--why", "mended"});
  EXPECT_EQ(asked.status, 0) << asked.err;
  EXPECT_TRUE(eventually([&] { return rig.state_of("dsr") == "deleted"; }));
  EXPECT_EQ(rig.cloud().calls().submit, 1);
  EXPECT_EQ(rig.lethe({"retry", "dsr"}).status, 1);
  EXPECT_EQ(rig.lethe({"retry", "nothing"}).status, 3);
  EXPECT_EQ(rig.lethe({"verify"}).status, 0);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Operator, a_wish_made_while_no_daemon_runs_is_carried_out_by_the_next) {
  Rig rig(with_failures());
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"submit", rig.job("dsr", "keys = [\"failing-1\"]"), "--wait"}).status, 4);
  rig.daemon().kill();
  EXPECT_EQ(rig.lethe({"retry", "dsr"}).status, 0);
  EXPECT_EQ(rig.json({"show", "dsr", "--json"}).at("wishes").at(0).at("settled_at"), value(nullptr));
  rig.start_daemon();
  EXPECT_TRUE(eventually([&] { return rig.state_of("dsr") == "deleted"; }));
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Operator, pause_holds_new_submissions_until_resume) {
  Rig rig;
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"pause", "acme"}).status, 2) << "without a reason";
  EXPECT_EQ(rig.lethe({"pause", "nobody", "--why", "x"}).status, 3);
  EXPECT_EQ(rig.lethe({"pause", "acme", "--why", "ask jane@example.com"}).status, 2);
  EXPECT_EQ(rig.lethe({"pause", "acme", "--why", "migration"}).status, 0);
  EXPECT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(rig.lethe({"submit", rig.job("dsr", "keys = [\"a\"]")}).status, 0);
  rig.start_daemon();
  EXPECT_TRUE(eventually([&] { return rig.daemon_log().contains("the account is paused: migration"); }));
  const auto status = rig.json({"status", "--json"});
  EXPECT_EQ(status.at("accounts").at(0).at("state"), value("paused"));
  EXPECT_EQ(status.at("accounts").at(0).at("why"), value("migration"));
  EXPECT_EQ(rig.state_of("dsr"), "queued");
  EXPECT_EQ(rig.cloud().calls().submit, 0);
  EXPECT_EQ(rig.lethe({"resume", "nobody"}).status, 3);
  EXPECT_EQ(rig.lethe({"resume", "acme"}).status, 0);
  EXPECT_TRUE(eventually([&] { return rig.state_of("dsr") == "deleted"; }));
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Operator, resolve_wants_one_way_a_reason_and_an_operation) {
  Rig rig;
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"submit", rig.job("dsr", "keys = [\"a\"]"), "--wait"}).status, 0);
  EXPECT_EQ(rig.lethe({"resolve", "1", "--give-up"}).status, 2) << "without a reason";
  EXPECT_EQ(rig.lethe({"resolve", "1", "--why", "x"}).status, 2) << "without a way";
  EXPECT_EQ(rig.lethe({"resolve", "1", "--give-up", "--resubmit", "--why", "x"}).status, 2);
  const auto zero = rig.lethe({"resolve", "1", "--operation-id", "0", "--why", "x"});
  EXPECT_EQ(zero.status, 2);
  EXPECT_THAT(zero.err, testing::HasSubstr("--operation-id: it is a positive integer"));
  EXPECT_EQ(rig.lethe({"resolve", "99", "--give-up", "--why", "x"}).status, 3);
  const auto ended = rig.lethe({"resolve", "1", "--give-up", "--why", "x"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.err.find("operation 1 is deleted"), std::string::npos) << ended.err;
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Operator, resolve_takes_on_what_the_cloud_confirms) {
  RigSettings settings;
  simulator::FaultRule lost;
  lost.call = simulator::FaultRule::Call::submit;
  lost.fault = simulator::FaultRule::Fault::reset_after;
  lost.most = 1;
  settings.model.faults = {lost};
  Rig rig(settings);
  rig.start_daemon();
  // A restrict is in none of the cloud's lists, so that only a person can settle it.
  EXPECT_EQ(rig.lethe({"submit", rig.job("dsr", "action = \"restrict\"\nkeys = [\"a\"]")}).status, 0);
  EXPECT_TRUE(eventually([&] {
    const auto state = rig.state_of("dsr");
    return state == "unconfirmed" || state == "needs_operator";
  }));
  ASSERT_EQ(rig.cloud().truth().size(), 1U);
  const auto id = std::to_string(rig.cloud().truth().front().operation_id);
  const auto asked = rig.lethe({"resolve", "1", "--operation-id", id, "--why", "found it"});
  EXPECT_EQ(asked.status, 0) << asked.err;
  EXPECT_TRUE(eventually([&] { return rig.state_of("dsr") == "restricted"; }));
  EXPECT_EQ(rig.cloud().calls().submit, 1);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

}  // namespace
}  // namespace lethe::system_test
