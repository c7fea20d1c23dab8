// What the cloud reports of itself: the list as it shows it, the summary in every shape that was seen, the window, and
// the date of its answers.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/client.hpp"
#include "cloud/messages_reports.hpp"
#include "cloud/messages_window.hpp"
#include "fakes.hpp"

namespace lethe::cloud {
namespace {

using testing::reply;
using testing::token_reply;
using Kind = Failure::Kind;

core::Time at(std::string_view text) {
  return core::parse_rfc3339(text).value();
}
const core::Time from = at("2026-11-20T08:30:00.5Z");
const core::Time until = at("2026-11-21T23:59:59.2Z");

/// As the documentation prints it: bare names, typographic quotes, a time with the colon in the wrong place.
constexpr std::string_view documented_summary = R"({
   "startdateutc":"2018-01-15T00:00:00Z",
   "enddateutc":"2018-01-15T04:30:00Z",
   "statusofdateutc": "2018-01-17T04:30:00Z",
   "interval":"0",
   "itemcount":5,
   "totaltimeseries":[
      {
         "requestcount":500,
         "minvalue":100,
         "maxvalue":100,
         "items":[
            {time:"01-15-2018 00:00:00","value":100},
            {time:"01-15-2018 01:00:00","value":100},
            {time:"01-15-2018 02:00:00","value":100},
            {time:"01-15-2018 03:0000:","value":100},
            {time:"01-15-2018 04:00:00","value":100}
         ]
      }],
      "statustimeseries":[
         {
            "statusid": 5,
            "status": "Completed",
            "requestcount":350,
            "minvalue":0,
            "maxvalue":100,
            "items":[
               {time:"01-15-2018 00:00:00","value":100},
               {time:"01-15-2018 03:00:00","value":50}
            ]
         },
         {
            "statusid": 1,
            "status": “Processing”,
            "requestcount":100,
            "items":[
               {time:"01-15-2018 04:00:00","value":75}
            ]
         },
         {
            "statusid": 7,
            "Status": "Invalid",
            "requestcount":50,
            "items":[]
         }]
})";

TEST(Report, addresses_keep_the_instants_to_the_second) {
  EXPECT_EQ(requests_report_path(from, until, 2),
            "/contacts/v1/contacts/analytics/deleterequests?startdateutc=2026-11-20T08%3A30%3A00"
            "&enddateutc=2026-11-22T00%3A00%3A00&%24page=2&%24pagesize=500&%24orderby=operationId%20desc");
  EXPECT_EQ(summary_path(from, until),
            "/contacts/v1/contacts/analytics/deleterequests/summary?startdateutc=2026-11-20T08%3A30%3A00"
            "&enddateutc=2026-11-22T00%3A00%3A00");
}

TEST(Report, a_page_as_the_cloud_shows_it) {
  const auto page = read_requests_report(R"({"statusAsOfDateUtc":"2019-03-19T19:33:17.496471Z","operations":[
    {"operationId":22944,"totalContactCount":1,"completedContactCount":0,"receivedDateUtc":"2019-03-04T22:42:00",
     "status":"Completed","lastStatusDateUtc":"2019-03-19T04:47:40.293","deleteMethod":"Contact Key/ID"},
    {"OperationID":"22943","totalContactCount":"many","receivedDateUtc":"yesterday"}]})");
  ASSERT_TRUE(page.has_value()) << page.error();
  EXPECT_EQ(page->as_of, at("2019-03-19T19:33:17.496Z"));
  ASSERT_EQ(page->rows.size(), 2U);
  const ReportedRequest& first = page->rows[0];
  EXPECT_EQ(first.id, core::OperationId{22944});
  EXPECT_EQ(first.contacts, 1);
  EXPECT_EQ(first.completed, 0);
  EXPECT_EQ(first.status, "Completed");
  EXPECT_EQ(first.received_at, at("2019-03-04T22:42:00Z"));
  EXPECT_EQ(first.status_at, at("2019-03-19T04:47:40.293Z"));
  EXPECT_EQ(first.method, "Contact Key/ID");
  const ReportedRequest& second = page->rows[1];
  EXPECT_EQ(second.id, core::OperationId{22943});
  EXPECT_EQ(second.contacts, std::nullopt) << "what can't be read is left out";
  EXPECT_EQ(second.received_at, std::nullopt);
  EXPECT_EQ(second.status, "");
}

TEST(Report, what_is_no_page) {
  EXPECT_EQ(read_requests_report("{}").error(), "operations: is missing or no array");
  EXPECT_EQ(read_requests_report(R"({"operations":[{}]})").error(), "operationId: is missing or not above zero");
  EXPECT_EQ(read_requests_report(R"({"operations":[7]})").error(), "operations: holds something else than objects");
  EXPECT_FALSE(read_requests_report("<html>").has_value());
}

TEST(Summary, the_documented_sample) {
  const auto summary = read_summary(documented_summary);
  ASSERT_TRUE(summary.has_value()) << summary.error();
  EXPECT_EQ(summary->as_of, at("2018-01-17T04:30:00Z"));
  ASSERT_EQ(summary->series.size(), 4U);
  const SummarySeries& received = summary->series[0];
  EXPECT_EQ(received.status, "Received");
  EXPECT_EQ(received.status_id, std::nullopt);
  EXPECT_EQ(received.requests, 500);
  ASSERT_EQ(received.points.size(), 5U);
  EXPECT_EQ(received.points[1].at, at("2018-01-15T01:00:00Z"));
  EXPECT_EQ(received.points[3].at, std::nullopt);
  EXPECT_EQ(received.points[3].label, "01-15-2018 03:0000:");
  EXPECT_EQ(received.points[3].requests, 100);
  EXPECT_EQ(summary->series[1].status, "Completed");
  EXPECT_EQ(summary->series[1].status_id, 5);
  EXPECT_EQ(summary->series[2].status, "Processing");
  EXPECT_EQ(summary->series[2].points[0].requests, 75);
  EXPECT_EQ(summary->series[3].status, "Invalid");
  EXPECT_EQ(summary->series[3].requests, 50);
}

TEST(Summary, as_it_was_seen_in_2018_the_place_tells_the_status) {
  for (const std::string_view body :
       {R"({"timeSeries":[{"requestCount":3,"items":[{"time":"2018-05-01T00:00:00","value":"3"}]},
            {"items":[{"time":"2018-05-01T00:00:00","value":2}]},{"items":[]},
            {"items":[{"time":"2018-05-01T00:00:00","value":1}]}]})",
        R"({"timeSeries":[[{"time":"2018-05-01T00:00:00","value":3}],[{"time":"2018-05-01T00:00:00","value":2}],[],
            [{"time":"2018-05-01T00:00:00","value":1}],[{"time":"2018-05-01T00:00:00","value":9}]]})"}) {
    const auto summary = read_summary(body);
    ASSERT_TRUE(summary.has_value()) << summary.error();
    ASSERT_EQ(summary->series.size(), 4U) << "a fifth has no meaning";
    const std::vector<std::pair<std::string, std::int64_t>> expected{
        {"Received", 3}, {"Completed", 2}, {"Invalid", 0}, {"Processing", 1}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(summary->series[i].status, expected[i].first);
      EXPECT_EQ(summary->series[i].requests, expected[i].second);
    }
    EXPECT_EQ(summary->series[0].points[0].at, at("2018-05-01T00:00:00Z"));
  }
}

TEST(Summary, a_name_or_a_quote_within_a_text_stays) {
  const auto summary = read_summary(R"({"totaltimeseries":{items:[{time:"a, b: “c”","value":1}]}})");
  ASSERT_TRUE(summary.has_value()) << summary.error();
  EXPECT_EQ(summary->series[0].points[0].requests, 1);
}

TEST(Summary, what_is_none) {
  for (const std::string_view body :
       {"", "<html>", "{}", "[]", R"({"totaltimeseries":[]})", R"({"timeSeries":7})", "{a:"}) {
    EXPECT_FALSE(read_summary(body).has_value()) << body;
  }
}

TEST(Summary, cut_anywhere_it_never_throws) {
  for (std::size_t length = 0; length < documented_summary.size(); ++length) {
    EXPECT_FALSE(read_summary(documented_summary.substr(0, length)).has_value()) << length;
  }
}

TEST(Window, the_setting_as_documented) {
  EXPECT_EQ(window_path(), "/contacts/v1/contacts/actions/delete/configSettings");
  EXPECT_EQ(boost::json::parse(window_body(-1)),
            boost::json::parse(R"({"items":[{"settingKey":"SuppressionRestoreUntilDays","value":"-1"}]})"));
  EXPECT_EQ(boost::json::parse(window_body(3)).at("items").at(0).at("value"), boost::json::value("3"));
  EXPECT_THROW(window_body(0), std::invalid_argument);
  EXPECT_THROW(window_body(-2), std::invalid_argument);
}

TEST(Window, the_reply) {
  EXPECT_EQ(read_window_reply(R"({"rowsEffected":1})"), 1);
  EXPECT_EQ(read_window_reply(R"({"RowsEffected":"1"})"), 1);
  EXPECT_EQ(read_window_reply("{}").error(), "rowsEffected: is missing");
  EXPECT_FALSE(read_window_reply("<html>").has_value());
}

class ReportCalls : public ::testing::Test {
 protected:
  ReportCalls() {
    client_ = make_client(testing::account(), std::make_unique<testing::FakeHttp>(network_), clock_,
                          context_.get_executor(), [] {});
    network_.script.push_back(token_reply());
  }
  std::expected<std::string, Failure> set_window(testing::Reply answer) {
    network_.script.push_back(std::move(answer));
    return testing::run(context_, client_->set_window(3));
  }

  boost::asio::io_context context_;
  testing::ManualClock clock_;
  testing::Network network_{context_};
  std::unique_ptr<Client> client_;
};

TEST_F(ReportCalls, are_gets) {
  network_.script.push_back(reply(200, R"({"operations":[]})"));
  EXPECT_TRUE(testing::run(context_, client_->requests_report(from, until, 1)).has_value());
  EXPECT_EQ(network_.requests.at(1).url, testing::rest_host + requests_report_path(from, until, 1));
  network_.script.push_back(reply(200, std::string{documented_summary}));
  EXPECT_TRUE(testing::run(context_, client_->summary(from, until)).has_value());
  EXPECT_EQ(network_.requests.at(2).method, "GET");
  EXPECT_EQ(network_.requests.at(2).url, testing::rest_host + summary_path(from, until));
}

TEST_F(ReportCalls, the_window_is_posted_on_a_connection_of_its_own) {
  EXPECT_EQ(set_window(reply(200, R"({"rowsEffected":1})")), "");
  const auto& request = network_.requests.at(1);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, testing::rest_host + window_path());
  EXPECT_EQ(request.body, window_body(3));
  EXPECT_TRUE(request.fresh_connection);
}

TEST_F(ReportCalls, a_refused_window_is_no_trouble_of_the_account) {
  for (const auto& [status, body] :
       std::vector<std::pair<int, std::string>>{{400, R"({"message":"C0NTACTMARKER","errorcode":10006})"},
                                                {404, ""},
                                                {596, "<html>"},
                                                {200, R"({"rowsEffected":0})"},
                                                {200, R"({"rowsEffected":1,"hasErrors":true})"},
                                                // The last, since the token is dropped with it.
                                                {403, R"({"message":"m","errorcode":20002})"}}) {
    const auto refused = set_window(reply(status, body));
    ASSERT_TRUE(refused.has_value()) << status << body;
    EXPECT_TRUE(refused->starts_with("restore window: ")) << *refused;
    EXPECT_FALSE(testing::quotes_a_marker(*refused)) << *refused;
  }
}

TEST_F(ReportCalls, what_gives_no_answer_leaves_the_window_unknown) {
  const std::vector<std::pair<testing::Reply, Kind>> answers{{reply(429, ""), Kind::throttled},
                                                             {reply(500, ""), Kind::server},
                                                             {reply(407, ""), Kind::forbidden},
                                                             {reply(200, "{}"), Kind::contract},
                                                             {testing::broken(true), Kind::unreachable}};
  for (const auto& [answer, kind] : answers) {
    const auto unknown = set_window(answer);
    ASSERT_FALSE(unknown.has_value());
    EXPECT_EQ(unknown.error().kind, kind) << unknown.error().what;
  }
}

TEST(Access, tells_scopes_and_the_clouds_clock_where_it_does) {
  boost::asio::io_context context;
  testing::ManualClock clock;
  testing::Network network{context};
  const auto client = make_client(testing::account(), std::make_unique<testing::FakeHttp>(network), clock,
                                  context.get_executor(), [] {});
  auto token = token_reply();
  token->headers.emplace_back("date", "Sun, 06 Nov 1994 08:49:37 GMT");
  network.script.push_back(std::move(token));
  const auto access = testing::run(context, client->authorise());
  ASSERT_TRUE(access.has_value());
  EXPECT_EQ(access->scope, "list_and_subscribers_read");
  EXPECT_EQ(access->told_at, at("1994-11-06T08:49:37Z"));

  clock.elapsed += std::chrono::hours{1};
  network.script.push_back(
      reply(200, R"({"access_token":"t","rest_instance_url":"mc1.rest.marketingcloudapis.com"})", {{"Date", "today"}}));
  const auto silent = testing::run(context, client->authorise());
  ASSERT_TRUE(silent.has_value());
  EXPECT_EQ(silent->scope, std::nullopt);
  EXPECT_EQ(silent->told_at, std::nullopt);
}

}  // namespace
}  // namespace lethe::cloud
