// What `requests` and `summary` show, and the times that they are asked about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "command/each_account.hpp"
#include "command/period.hpp"
#include "command/requests.hpp"
#include "command/summary.hpp"
#include "command/table.hpp"

namespace lethe::command {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

core::Time at(std::string_view text) {
  return core::parse_rfc3339(text).value();
}
const core::Time noon = at("2026-11-22T12:00:00Z");

TEST(Period, days_times_and_ages) {
  EXPECT_EQ(parse_instant("2026-11-20", noon), at("2026-11-20T00:00:00Z"));
  EXPECT_EQ(parse_instant("2026-11-20T08:00:00+01:00", noon), at("2026-11-20T07:00:00Z"));
  EXPECT_EQ(parse_instant("7d", noon), at("2026-11-15T12:00:00Z"));
  EXPECT_EQ(parse_instant("0s", noon), noon);
  for (const auto* none : {"", "yesterday", "2026-11-31", "20261120"}) EXPECT_FALSE(parse_instant(none, noon)) << none;
}

TEST(Period, names_what_is_wrong) {
  EXPECT_TRUE(parse_period("7d", "0s", noon));
  const auto no_time = parse_period("7d", "soon", noon);
  ASSERT_FALSE(no_time);
  EXPECT_EQ(no_time.error().status, ExitStatus::usage);
  EXPECT_THAT(no_time.error().lines.front(), HasSubstr("--to: soon"));
  const auto backwards = parse_period("2026-11-22", "2026-11-21", noon);
  ASSERT_FALSE(backwards);
  EXPECT_EQ(backwards.error().status, ExitStatus::usage);
}

TEST(Period, an_account_or_all) {
  core::Settings settings;
  settings.accounts.resize(2);
  settings.accounts[0].name = "acme";
  settings.accounts[1].name = "other";
  EXPECT_EQ(chosen_accounts(settings, std::nullopt)->size(), 2U);
  EXPECT_EQ(chosen_accounts(settings, "other")->front().name, "other");
  EXPECT_EQ(chosen_accounts(settings, "nobody").error().status, ExitStatus::unknown_name);
}

TEST(EachAccount, a_failure_hides_nothing_of_the_others_and_the_first_tells_the_status) {
  std::vector<core::AccountSettings> accounts(3);
  accounts[0].name = "refused";
  accounts[1].name = "acme";
  accounts[2].name = "unreachable";
  const auto reports =
      ask_each<std::string>(accounts, [](const core::AccountSettings& account) -> Outcome<std::string> {
        if (account.name == "refused") return std::unexpected(failure(ExitStatus::configuration, "refused"));
        if (account.name == "unreachable") return std::unexpected(failure(ExitStatus::failed, "unreachable"));
        return account.name;
      });
  EXPECT_EQ(reports.told, std::vector<std::string>{"acme"});
  EXPECT_EQ(reports.failures.size(), 2U);
  EXPECT_EQ(reports.status(), ExitStatus::configuration);
  EXPECT_EQ(Reports<std::string>{}.status(), ExitStatus::done);
}

std::vector<RequestList> two_lists() {
  ListedRequest ours;
  ours.row = {.id = {2040},
              .contacts = 3,
              .completed = 0,
              .status = "Processing",
              .received_at = at("2026-11-22T11:00:00Z"),
              .status_at = at("2026-11-22T11:00:01.5Z"),
              .method = "Contact Key/ID"};
  ours.operation = core::OperationNumber{17};
  ours.jobs = {.ids = {"dsr-1", "dsr-2"}, .total = 3};
  ListedRequest foreign;
  foreign.row.id = {2039};
  foreign.row.status = "Done\x1b[2J";
  return {{.account = "acme", .as_of = noon, .whole = true, .requests = {ours, foreign}},
          {.account = "other", .as_of = std::nullopt, .whole = false, .requests = {}}};
}

TEST(Requests, rows_that_are_ours_name_operation_and_job) {
  const auto text = requests_text(two_lists());
  EXPECT_THAT(text, HasSubstr("dsr-1 and 2 more"));
  EXPECT_THAT(text, HasSubstr("2026-11-22T11:00:01Z"));
  EXPECT_THAT(text, HasSubstr("acme: 2 requests, as the cloud lists them as of 2026-11-22T12:00:00Z"));
  EXPECT_THAT(text, HasSubstr("other: the list has no end that could be read"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "a word of the cloud steers no terminal";
  EXPECT_EQ(requests_text({}), "");
}

TEST(Requests, as_json) {
  const auto json = boost::json::parse(requests_json(two_lists()));
  EXPECT_EQ(json.at(0).at("status_as_of"), boost::json::value("2026-11-22T12:00:00Z"));
  const auto& ours = json.at(0).at("requests").at(0);
  EXPECT_EQ(ours.at("operation_id"), boost::json::value(2040));
  EXPECT_EQ(ours.at("operation"), boost::json::value(17));
  EXPECT_EQ(ours.at("jobs"), boost::json::parse(R"(["dsr-1","dsr-2"])"));
  EXPECT_EQ(ours.at("jobs_total"), boost::json::value(3));
  EXPECT_EQ(ours.at("completed"), boost::json::value(0));
  EXPECT_EQ(ours.at("status_at"), boost::json::value("2026-11-22T11:00:01.500Z"));
  const auto& foreign = json.at(0).at("requests").at(1);
  EXPECT_EQ(foreign.at("operation"), boost::json::value(nullptr));
  EXPECT_EQ(foreign.at("contacts"), boost::json::value(nullptr));
  EXPECT_EQ(json.at(1).at("whole"), boost::json::value(false));
}

cloud::SummaryPoint point(int hour, std::int64_t requests) {
  return {.label = "", .at = at("2026-11-22T00:00:00Z") + std::chrono::hours{hour}, .requests = requests};
}

AccountSummary a_summary() {
  cloud::SummarySeries received{.status = "Received",
                                .status_id = std::nullopt,
                                .requests = 30,
                                .points = {point(0, 20), point(1, 10), point(2, 0)}};
  received.points.push_back({.label = "03:0000:", .at = std::nullopt, .requests = 0});
  const cloud::SummarySeries completed{
      .status = "Completed", .status_id = 5, .requests = 22, .points = {point(0, 20), point(1, 2)}};
  const cloud::SummarySeries processing{.status = "Processing", .status_id = 1, .requests = 8, .points = {point(1, 8)}};
  return {.account = "acme", .summary = {.as_of = noon, .series = {received, completed, processing}}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Summary, bars_are_made_of_where_the_requests_stand) {
  // 20 columns for the time, 2 for the number, and 2 spaces behind each: 20 are left for the longest bar.
  const auto lines = lines_of(summary_text(a_summary(), {.width = 46, .utf8 = false}));
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0], "acme: 30 received: # 22 completed, = 8 processing");
  EXPECT_EQ(lines[1], "acme: as of 2026-11-22T12:00:00Z");
  EXPECT_EQ(lines[2], "2026-11-22T00:00:00Z  20  ####################");
  EXPECT_EQ(lines[3], "2026-11-22T01:00:00Z  10  ##========");
  EXPECT_EQ(lines[4], "2026-11-22T02:00:00Z   0");
  EXPECT_EQ(lines[5], "03:0000:               0");
}

TEST(Summary, no_line_is_wider_than_the_terminal_and_ascii_is_ascii) {
  for (const std::size_t width : {40U, 80U, 133U}) {
    for (const bool utf8 : {false, true}) {
      const auto text = summary_text(a_summary(), {.width = width, .utf8 = utf8});
      const auto lines = lines_of(text);
      for (std::size_t i = 2; i < lines.size(); ++i) EXPECT_LE(code_points(lines[i]), width) << lines[i];
      EXPECT_EQ(code_points(lines[2]), width) << "the longest bar fills it";
      const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
      EXPECT_EQ(ascii, !utf8);
    }
  }
}

TEST(Summary, where_no_status_is_told_the_bar_shows_what_was_received) {
  auto summary = a_summary();
  summary.summary.series.resize(1);
  const auto lines = lines_of(summary_text(summary, {.width = 46, .utf8 = false}));
  EXPECT_EQ(lines[0], "acme: 30 received");
  EXPECT_EQ(lines[3], "2026-11-22T01:00:00Z  10  ..........");
}

TEST(Summary, nothing_received_draws_nothing) {
  auto summary = a_summary();
  for (auto& series : summary.summary.series) series.points = {point(0, 0)};
  EXPECT_EQ(lines_of(summary_text(summary, {})).back(), "2026-11-22T00:00:00Z  0");
  for (auto& series : summary.summary.series) series.points.clear();
  EXPECT_EQ(lines_of(summary_text(summary, {})).size(), 2U);
}

TEST(Summary, as_json) {
  const auto json = boost::json::parse(summary_json({a_summary()}));
  EXPECT_EQ(json.at(0).at("account"), boost::json::value("acme"));
  const auto& series = json.at(0).at("series");
  EXPECT_EQ(series.at(0).at("status"), boost::json::value("Received"));
  EXPECT_EQ(series.at(0).at("status_id"), boost::json::value(nullptr));
  EXPECT_EQ(series.at(0).at("items").at(3).at("time"), boost::json::value(nullptr));
  EXPECT_EQ(series.at(1).at("status_id"), boost::json::value(5));
  EXPECT_EQ(series.at(1).at("requests"), boost::json::value(22));
  EXPECT_EQ(series.at(1).at("items").at(1).at("time"), boost::json::value("2026-11-22T01:00:00Z"));
}

}  // namespace
}  // namespace lethe::command
