// The record, its audit and its copies, with the real executable.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

using testing::HasSubstr;

void meddle(const std::filesystem::path& store, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(store.c_str(), &db), SQLITE_OK);
  sqlite3_busy_timeout(db, 5000);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

TEST(Audit, verify_is_satisfied_until_somebody_changes_a_row) {
  Rig rig;
  rig.start_daemon();
  ASSERT_EQ(rig.lethe({"submit", rig.job("proof", "keys = [\"k\"]"), "--wait"}).status, 0);
  const Result whole = rig.lethe({"verify"});
  EXPECT_EQ(whole.status, 0);
  EXPECT_THAT(whole.out, HasSubstr("whole: "));
  EXPECT_EQ(rig.json({"verify", "--json"}).at("whole"), true);
  ASSERT_EQ(rig.stop_daemon(), 0);
  EXPECT_THAT(rig.daemon_log(), HasSubstr(std::string(rig.json({"verify", "--json"}).at("hash").as_string())))
      << "the head is in the log at the stop";

  meddle(rig.store(), "DROP TRIGGER transition_stays; UPDATE transition SET cause = 'x' WHERE seq = 2");
  const Result broken = rig.lethe({"verify"});
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.out, HasSubstr("transition 2 was changed"));
  EXPECT_THAT(broken.out, HasSubstr("NOT whole"));
}

TEST(Audit, backup_is_made_beside_a_running_daemon_and_held_at_its_first_run) {
  Rig rig;
  rig.start_daemon();
  const auto copy = rig.directory() / "copy.db";
  ASSERT_EQ(rig.lethe({"submit", rig.job("before", "keys = [\"k\"]"), "--wait"}).status, 0);
  ASSERT_EQ(rig.stop_daemon(), 0);
  ASSERT_EQ(rig.lethe({"submit", rig.job("waiting", "keys = [\"w\"]")}).status, 0);
  const Result made = rig.lethe({"backup", copy});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("lethe.db.key"));
  const Result again = rig.lethe({"backup", copy});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("exists"));

  rig.start_daemon();
  ASSERT_TRUE(eventually([&] { return rig.state_of("waiting") == "deleted"; }));
  ASSERT_EQ(rig.stop_daemon(), 0);
  const auto posted = rig.cloud().calls().submit;
  for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(rig.store().string() + end);
  std::filesystem::rename(copy, rig.store());
  rig.start_daemon();
  EXPECT_EQ(rig.state_of("before"), "deleted");
  EXPECT_EQ(rig.state_of("waiting"), "held");
  EXPECT_THAT(rig.daemon_log(), HasSubstr("restored from a copy"));
  EXPECT_TRUE(eventually([&] {
    return rig.daemon_log().find("the cloud lists an operation that this store doesn't know") != std::string::npos;
  }));
  ASSERT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(rig.cloud().calls().submit, posted) << "nothing was submitted a second time";
}

TEST(Audit, first_run_of_a_copy_waits_where_the_cloud_asks_for_it) {
  Rig before;
  before.start_daemon();
  ASSERT_EQ(before.lethe({"submit", before.job("before", "keys = [\"k\"]"), "--wait"}).status, 0);
  ASSERT_EQ(before.stop_daemon(), 0);
  RigSettings settings;
  simulator::FaultRule rule;
  rule.call = simulator::FaultRule::Call::lists;
  rule.fault = simulator::FaultRule::Fault::throttled;
  rule.most = 1;
  rule.retry_after = 86'400;
  settings.model.faults.push_back(rule);
  Rig after(settings);
  ASSERT_EQ(before.lethe({"backup", after.store()}).status, 0);
  std::filesystem::copy_file(before.store().string() + ".key", after.store().string() + ".key");

  after.start_daemon();
  EXPECT_TRUE(eventually(
      [&] { return after.daemon_log().find("the cloud's lists couldn't be read whole") != std::string::npos; }));
  ASSERT_EQ(after.stop_daemon(), 0);
  EXPECT_THAT(after.daemon_log(), HasSubstr("the account waits: "));
  EXPECT_EQ(after.cloud().calls().lists, 1);
}

}  // namespace
}  // namespace lethe::system_test
