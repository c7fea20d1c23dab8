// What the cloud itself lists, and the restore window, through the real executable against the simulated cloud.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

using boost::json::value;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::int64_t requests_today(const Rig& rig) {
  return rig.json({"status", "--json"}).at("accounts").at(0).at("requests_today").as_int64();
}

/// In real time, so that a day holds the whole test; a clock that is a little ahead finds all of it before "now".
RigSettings in_real_time() {
  RigSettings settings;
  settings.time_scale = 1;
  settings.settings = "min_time_between_submissions = \"1s\"";
  return settings;
}

TEST(Reports, rows_that_are_ours_name_operation_and_job) {
  RigSettings settings = in_real_time();
  settings.accounts = 2;
  Rig rig(settings);
  rig.start_daemon();
  ASSERT_EQ(rig.lethe({"submit", rig.job("dsr", "keys = [\"a\", \"b\"]")}).status, 0);
  ASSERT_TRUE(eventually([&] { return rig.state_of("dsr") == "suppressing"; }));
  EXPECT_EQ(rig.stop_daemon(), 0);
  const auto before = requests_today(rig);

  const auto lists = rig.json({"requests", "--from", "1d", "--to", "0s", "--json"});
  ASSERT_EQ(lists.as_array().size(), 2U);
  EXPECT_EQ(lists.at(0).at("account"), value("acme"));
  EXPECT_EQ(lists.at(0).at("whole"), value(true));
  ASSERT_EQ(lists.at(0).at("requests").as_array().size(), 1U);
  const auto& row = lists.at(0).at("requests").at(0);
  EXPECT_EQ(row.at("operation"), value(1));
  EXPECT_EQ(row.at("jobs").at(0), value("dsr"));
  EXPECT_EQ(row.at("contacts"), value(2));
  EXPECT_EQ(row.at("operation_id"), value(rig.cloud().truth().front().operation_id));
  EXPECT_TRUE(lists.at(1).at("requests").as_array().empty()) << "the other account's own list";
  EXPECT_EQ(requests_today(rig), before + 2) << "a token and a page";

  const auto text = rig.lethe({"requests", "--from", "1d", "--to", "0s", "--account", "acme"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("OPERATIONID"), HasSubstr("dsr"), HasSubstr("acme: 1 request")));
}

TEST(Reports, all_pages_are_read) {
  RigSettings settings = in_real_time();
  settings.model.lists.most_rows = 20;
  Rig rig(settings);
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  for (int i = 0; i < 45; ++i) rig.cloud().submit_as_administrator("key-" + std::to_string(i));
  const auto before = requests_today(rig);
  const auto lists = rig.json({"requests", "--from", "1d", "--to", "0s", "--json"});
  EXPECT_EQ(lists.at(0).at("requests").as_array().size(), 45U);
  EXPECT_EQ(lists.at(0).at("requests").at(0).at("operation"), value(nullptr)) << "not Lethe's";
  EXPECT_EQ(requests_today(rig), before + 4) << "a token and three pages";
}

TEST(Reports, a_day_that_is_used_up_holds_every_command_back) {
  RigSettings settings = in_real_time();
  settings.settings += "\nrequests_per_day = 3";
  Rig rig(settings);
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  ASSERT_EQ(rig.lethe({"check", "--online"}).status, 0) << "a token and a page";
  const std::vector<std::string> span{"--from", "1d", "--to", "0s"};
  const auto asked_in = [&](const std::string& command) {
    std::vector<std::string> arguments{command};
    arguments.insert(arguments.end(), span.begin(), span.end());
    return rig.lethe(arguments);
  };
  const auto half = asked_in("requests");
  EXPECT_EQ(half.status, 1) << "the token is the day's last request";
  EXPECT_THAT(half.err, HasSubstr("used up until"));
  EXPECT_EQ(requests_today(rig), 3);
  const auto tokens = rig.cloud().calls().token;
  for (const auto& result : {asked_in("requests"), asked_in("summary"), rig.lethe({"check", "--online"})}) {
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("requests_per_day, which is 3, is used up until"), HasSubstr("T00:00:00Z")));
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
  EXPECT_EQ(rig.cloud().calls().token, tokens) << "nothing is asked";
  EXPECT_EQ(requests_today(rig), 3);
}

TEST(Reports, what_the_cloud_asked_for_holds_every_command_back) {
  Rig rig(in_real_time());
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  const auto until = [&](core::Time instant) {
    const auto time = std::to_string(instant.time_since_epoch().count());
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(rig.store().c_str(), &connection), SQLITE_OK);
    const auto write = "INSERT INTO account (name, state, why, until) VALUES ('acme', 'waiting', 'status: HTTP 429', " +
                       time +
                       ") ON CONFLICT DO UPDATE SET state = 'waiting', why = 'status: HTTP 429', until = " + time;
    EXPECT_EQ(sqlite3_exec(connection, write.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection);
    sqlite3_close(connection);
  };
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const core::Time later = now + std::chrono::hours{6};
  until(later);
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"requests", "--from", "1d", "--to", "0s"},
                                                                     {"summary", "--from", "1d", "--to", "0s"},
                                                                     {"check", "--online"}}) {
    const auto result = rig.lethe(arguments);
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("account acme: "), HasSubstr("waits until " + core::rfc3339(later)),
                                  HasSubstr("HTTP 429")));
  }
  EXPECT_EQ(rig.cloud().calls().token, 0);
  for (const core::Time over : {now - std::chrono::seconds{1}, now + std::chrono::days{400}}) {
    until(over);
    EXPECT_EQ(rig.lethe({"requests", "--from", "1d", "--to", "0s"}).status, 0) << "it is over, or the clock went back";
  }
}

TEST(Reports, the_summary_adds_up) {
  Rig rig(in_real_time());
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  for (int i = 0; i < 3; ++i) rig.cloud().submit_as_administrator("key-" + std::to_string(i));
  const auto summary = rig.json({"summary", "--from", "1d", "--to", "0s", "--json"}).at(0);
  EXPECT_EQ(summary.at("account"), value("acme"));
  EXPECT_EQ(summary.at("series").at(0).at("status"), value("Received"));
  EXPECT_EQ(summary.at("series").at(0).at("requests"), value(3));
  std::int64_t sum = 0;
  for (const auto& series : summary.at("series").as_array()) {
    for (const auto& item : series.at("items").as_array()) sum += item.at("value").as_int64();
  }
  EXPECT_EQ(sum, 6) << "as received, and by status";
  const auto chart = rig.lethe({"summary", "--from", "1d", "--to", "0s"}, {{"LC_ALL", "C.UTF-8"}, {"TERM", "xterm"}});
  EXPECT_EQ(chart.status, 0) << chart.err;
  EXPECT_THAT(chart.out, HasSubstr("acme: 3 received"));
  for (const char c : chart.out) EXPECT_LT(static_cast<unsigned char>(c), 128) << "a pipe gets plain ASCII";
}

TEST(Reports, exit_statuses) {
  Rig rig(in_real_time());
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  for (const std::string command : {"requests", "summary"}) {
    EXPECT_EQ(rig.lethe({command}).status, 2) << "without a time";
    EXPECT_EQ(rig.lethe({command, "--from", "0s", "--to", "1d"}).status, 2) << "the wrong way round";
    EXPECT_EQ(rig.lethe({command, "--from", "1d", "--to", "soon"}).status, 2);
    EXPECT_EQ(rig.lethe({command, "--from", "1d", "--to", "0s", "--account", "nobody"}).status, 3);
  }
  rig.write("acme.secret", "wrong\n");
  const auto refused = rig.lethe({"requests", "--from", "1d", "--to", "0s"});
  EXPECT_EQ(refused.status, 78);
  EXPECT_THAT(refused.err, HasSubstr("account acme"));
}

TEST(Window, is_set_by_the_daemon_after_a_yes) {
  RigSettings settings;
  settings.model.restorable_days = 14;
  settings.time_scale = 100;
  Rig rig(settings);
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"settings", "acme", "--suppression-days", "0", "--yes"}).status, 2);
  EXPECT_EQ(rig.lethe({"settings", "nobody", "--suppression-days", "3", "--yes"}).status, 3);
  const auto doubtful = rig.lethe({"settings", "acme", "--suppression-days", "3"});
  EXPECT_EQ(doubtful.status, 2);
  EXPECT_THAT(doubtful.err, AllOf(HasSubstr("operations that wait already"), HasSubstr("--yes")));
  EXPECT_EQ(rig.cloud().calls().other, 0);
  const auto asked = rig.json({"settings", "acme", "--suppression-days", "3", "--yes", "--why", "agreed", "--json"});
  EXPECT_EQ(asked.at("asked").at("suppression_days"), value(3));
  EXPECT_TRUE(eventually([&] { return rig.json({"settings", "acme", "--json"}).at("suppression_days") == value(3); }));
  EXPECT_EQ(rig.cloud().calls().other, 1);
  EXPECT_THAT(rig.lethe({"settings", "acme"}).out,
              AllOf(HasSubstr("account acme has a restore window of 3 days"), HasSubstr("the cloud took it")));
  EXPECT_EQ(rig.lethe({"verify"}).status, 0);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST(Window, without_one_is_minus_one) {
  Rig rig;
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"settings", "acme", "--suppression-days", "-1", "--yes"}).status, 0);
  EXPECT_TRUE(eventually([&] { return rig.json({"settings", "acme", "--json"}).at("suppression_days") == value(-1); }));
  EXPECT_EQ(rig.stop_daemon(), 0);
}

}  // namespace
}  // namespace lethe::system_test
