#include <gtest/gtest.h>

#include "simulator/cloud.hpp"

namespace lethe::simulator {
namespace {

using Fault = FaultRule::Fault;
using Call = FaultRule::Call;
using Manner = http::ServerReply::Manner;

ModelSettings failing(FaultRule rule) {
  ModelSettings settings = living(quick());
  settings.faults.push_back(rule);
  return settings;
}

FaultRule at_submit(Fault fault) {
  FaultRule rule;
  rule.call = Call::submit;
  rule.fault = fault;
  return rule;
}

struct Effect {
  std::string name;
  Fault fault;
  Manner manner;
  int status;  ///< 0: not looked at
  std::string word;
  bool done;
};

class FaultOfSubmission : public testing::TestWithParam<Effect> {};

TEST_P(FaultOfSubmission, has_its_documented_effect) {
  Cloud cloud(failing(at_submit(GetParam().fault)));
  const http::ServerReply reply = cloud.post_keys("A");
  EXPECT_EQ(reply.manner, GetParam().manner);
  if (GetParam().status != 0) EXPECT_EQ(reply.response.status, GetParam().status);
  EXPECT_NE(reply.response.body.find(GetParam().word), std::string::npos) << reply.response.body;
  EXPECT_EQ(cloud.model.truth(epoch).size(), GetParam().done ? 1U : 0U);
  EXPECT_EQ(cloud.model.calls().submit, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Each, FaultOfSubmission,
    testing::Values(Effect{"reset_before", Fault::reset_before, Manner::reset, 0, "", false},
                    Effect{"reset_after", Fault::reset_after, Manner::reset, 0, "", true},
                    Effect{"truncated", Fault::truncated, Manner::truncated, 200, "operationID", true},
                    Effect{"silent", Fault::silent, Manner::silent, 0, "", true},
                    Effect{"unauthorized", Fault::unauthorized, Manner::whole, 401, "Not Authorized", false},
                    Effect{"throttled", Fault::throttled, Manner::whole, 429, "50100", false},
                    Effect{"throttled_without", Fault::throttled_without, Manner::whole, 429, "50200", false},
                    Effect{"unavailable", Fault::unavailable, Manner::whole, 503, "50300", false},
                    Effect{"server_error", Fault::server_error, Manner::whole, 500, "", false},
                    Effect{"server_error_after", Fault::server_error_after, Manner::whole, 500, "", true},
                    Effect{"missing", Fault::missing, Manner::whole, 404, "Not Found", false},
                    Effect{"bad_gateway_html", Fault::bad_gateway_html, Manner::whole, 502, "<html>", false},
                    Effect{"garbage", Fault::garbage, Manner::whole, 200, "operationInitiated", true}),
    [](const auto& given) { return given.param.name; });

TEST(Fault, retry_after_stands_where_it_is_documented) {
  FaultRule rule = at_submit(Fault::throttled);
  rule.retry_after = 90;
  EXPECT_EQ(http::header(Cloud(failing(rule)).post_keys("A").response.headers, "retry-after"), "90");
  rule.fault = Fault::unavailable;
  EXPECT_EQ(http::header(Cloud(failing(rule)).post_keys("A").response.headers, "Retry-After"), "90");
  rule.fault = Fault::throttled_without;
  EXPECT_FALSE(http::header(Cloud(failing(rule)).post_keys("A").response.headers, "Retry-After"));
}

TEST(Fault, garbage_is_no_json) {
  Cloud cloud(failing(at_submit(Fault::garbage)));
  boost::system::error_code error;
  json::parse(cloud.post_keys("A").response.body, error);
  EXPECT_TRUE(error);
}

TEST(Fault, unauthorized_revokes_the_token) {
  FaultRule rule = at_submit(Fault::unauthorized);
  rule.most = 1;
  Cloud cloud(failing(rule));
  EXPECT_EQ(cloud.post_keys("A").response.status, 401);
  EXPECT_EQ(cloud.post_keys("A").response.status, 401);
  cloud.authorise();
  EXPECT_EQ(cloud.post_keys("A").response.status, 200);
}

TEST(Fault, of_a_token_request_has_that_routes_shape) {
  FaultRule rule;
  rule.call = Call::token;
  rule.fault = Fault::unauthorized;
  Cloud cloud(failing(rule));
  const http::ServerReply reply = cloud.ask_token();
  EXPECT_EQ(reply.response.status, 401);
  EXPECT_EQ(Cloud::text(Cloud::parsed(reply), "error"), "invalid_client");
}

TEST(Fault, meets_its_own_kind_of_call_alone) {
  FaultRule rule = at_submit(Fault::server_error);
  rule.call = Call::status;
  Cloud cloud(failing(rule));
  const std::int64_t id = cloud.submit("A");
  EXPECT_GT(id, 0);
  EXPECT_EQ(cloud.ask_status(id).response.status, 500);
  EXPECT_EQ(cloud.send("GET", "/contacts/v1/contacts/deleteOperations").response.status, 200);
}

TEST(Fault, of_lists_retry_and_settings_are_told_apart) {
  const auto status = [](Call call, const std::string& method, const std::string& url) {
    FaultRule rule = at_submit(Fault::bad_gateway_html);
    rule.call = call;
    return Cloud(failing(rule)).send(method, url).response.status;
  };
  EXPECT_EQ(status(Call::lists, "GET", "/contacts/v1/contacts/analytics/deleterequests"), 502);
  EXPECT_EQ(status(Call::lists, "GET", "/contacts/v1/contacts/analytics/deleterequests/summary"), 502);
  EXPECT_EQ(status(Call::retry, "POST", "/contacts/v1/operations/delete/1/retry"), 502);
  EXPECT_EQ(status(Call::settings, "POST", "/contacts/v1/contacts/actions/delete/configSettings"), 502);
  EXPECT_EQ(status(Call::retry, "GET", "/contacts/v1/contacts/deleteOperations"), 200);
}

TEST(Fault, of_one_list_leaves_the_other_alone) {
  const auto status = [](Call call, const std::string& url) {
    FaultRule rule = at_submit(Fault::missing);
    rule.call = call;
    return Cloud(failing(rule)).send("GET", url).response.status;
  };
  const std::string requests =
      "/contacts/v1/contacts/analytics/deleterequests?startdateutc=2026-11-22&enddateutc=2026-11-23";
  EXPECT_EQ(status(Call::requests, requests), 404);
  EXPECT_EQ(status(Call::requests, "/contacts/v1/contacts/deleteOperations"), 200);
  EXPECT_EQ(status(Call::operations, requests), 200);
  EXPECT_EQ(status(Call::operations, "/contacts/v1/contacts/deleteOperations"), 404);
  EXPECT_EQ(status(Call::lists, "/contacts/v1/contacts/deleteOperations"), 404);
}

TEST(Fault, happens_at_most_so_often_and_within_its_time) {
  FaultRule rule = at_submit(Fault::server_error);
  rule.most = 2;
  rule.from = epoch + 1min;
  rule.until = epoch + 3min;
  Cloud cloud(failing(rule));
  const auto at = [&](core::Duration after) {
    cloud.now = epoch + after;
    return cloud.post_keys("A").response.status;
  };
  EXPECT_EQ(at(59s), 200);
  EXPECT_EQ(at(1min), 500);
  EXPECT_EQ(at(2min), 500);
  EXPECT_EQ(at(2min), 200);
  Cloud later(failing(rule));
  later.now = epoch + 3min;
  EXPECT_EQ(later.post_keys("A").response.status, 200);
}

TEST(Fault, its_probability_is_that_of_each_call) {
  FaultRule rule = at_submit(Fault::server_error);
  rule.probability = 0.25;
  Cloud cloud(failing(rule));
  int met = 0;
  for (int i = 0; i < 1'000; ++i) met += cloud.post_keys("A").response.status == 500 ? 1 : 0;
  EXPECT_GT(met, 190);
  EXPECT_LT(met, 310);
}

TEST(Model, counts_calls_and_remembers_status_calls) {
  Cloud cloud;
  const std::int64_t id = cloud.submit("A");
  cloud.now = epoch + 1min;
  cloud.ask_status(id);
  cloud.now = epoch + 2min;
  cloud.ask_status(id);
  cloud.ask_status(id, "restrict");
  cloud.send("GET", "/contacts/v1/contacts/deleteOperations");
  cloud.send("GET", "/nowhere");
  const CloudModel::Calls calls = cloud.model.calls();
  EXPECT_EQ(calls.token, 1);
  EXPECT_EQ(calls.submit, 1);
  EXPECT_EQ(calls.status, 3);
  EXPECT_EQ(calls.lists, 1);
  EXPECT_EQ(calls.other, 1);
  EXPECT_EQ(cloud.model.status_calls("delete", id), (std::vector<core::Time>{epoch + 1min, epoch + 2min}));
  EXPECT_EQ(cloud.model.status_calls("restrict", id).size(), 1U);
  EXPECT_TRUE(cloud.model.status_calls("delete", id + 1).empty());
}

/// Everything that a fixed script of calls is answered with.
std::string transcript(std::uint64_t seed) {
  ModelSettings settings;
  settings.seed = seed;
  FaultRule rule;
  rule.fault = Fault::server_error;
  rule.call = Call::status;
  rule.probability = 0.3;
  settings.faults.push_back(rule);
  Cloud cloud(settings);
  std::string text = cloud.token;
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 20; ++i) {
    cloud.now = epoch + i * 7min;
    cloud.authorise();
    const http::ServerReply reply = cloud.post_keys("key", i % 3 == 0 ? "restrict" : "delete");
    text += reply.response.body;
    ids.push_back(Cloud::number(Cloud::parsed(reply), "operationID"));
  }
  cloud.now = epoch + 15 * day;
  cloud.authorise();
  for (const std::int64_t id : ids) text += cloud.ask_status(id).response.body;
  return text + cloud.send("GET", "/contacts/v1/contacts/deleteOperations").response.body;
}

TEST(Model, the_same_seed_and_calls_give_the_same_bytes) {
  EXPECT_EQ(transcript(5), transcript(5));
  EXPECT_NE(transcript(5), transcript(6));
}

TEST(Model, tens_of_thousands_of_operations_are_no_burden) {
  Cloud cloud(living(quick()));
  std::int64_t last = 0;
  for (int i = 0; i < 20'000; ++i) {
    last = cloud.submit("A");
    ASSERT_EQ(cloud.ask_status(last).response.status, 200);
  }
  EXPECT_EQ(cloud.model.truth(cloud.now).size(), 20'000U);
  EXPECT_EQ(Cloud::number(Cloud::parsed(cloud.send("GET", "/contacts/v1/contacts/deleteOperations")), "count"), 20'000);
}

}  // namespace
}  // namespace lethe::simulator
