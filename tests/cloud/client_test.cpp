// Status calls and retries: what is sent, and what becomes of the answers.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client_rig.hpp"
#include "examples.hpp"

namespace lethe::cloud {
namespace {

using testing::broken;
using testing::reply;
using testing::stale;
using testing::token_reply;
using Kind = Failure::Kind;
using ClientTest = testing::ClientRig;

TEST_F(ClientTest, status_call_as_documented) {
  answers(token_reply());
  answers(reply(200, std::string{testing::status_delete_phase}));
  const auto seen = status();
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->background, std::vector<std::string>{"Processing"});
  EXPECT_EQ(request(1).method, "GET");
  EXPECT_EQ(request(1).url,
            "https://mc1.rest.marketingcloudapis.com/contacts/v1/contacts/actions/delete/status?operationID=1");
  EXPECT_EQ(http::header(request(1).headers, "Authorization"), "Bearer T0KENMARKER");
  EXPECT_EQ(http::header(request(1).headers, "Content-Type"), "application/json");
  EXPECT_FALSE(request(1).fresh_connection);
  EXPECT_EQ(request(1).body, "");
}

TEST_F(ClientTest, status_of_a_restrict) {
  answers(token_reply());
  answers(reply(200, std::string{testing::status_restrict}));
  EXPECT_EQ(status(core::Action::restrict_contacts, 2105)->operation_id, core::OperationId{2105});
  EXPECT_TRUE(request(1).url.ends_with("/actions/restrict/status?operationID=2105"));
}

TEST_F(ClientTest, status_call_on_a_stale_connection_is_made_once_more_and_counted) {
  answers(token_reply());
  answers(stale());
  answers(reply(200, std::string{testing::status_delete_phase}));
  EXPECT_TRUE(status().has_value());
  EXPECT_EQ(request(2).url, request(1).url);
  EXPECT_TRUE(request(2).fresh_connection);
  answers(stale());
  answers(stale());
  EXPECT_EQ(failure().kind, Kind::unreachable) << "and not without end";
}

TEST_F(ClientTest, status_call_on_a_stale_connection_asks_for_leave_once_more) {
  allowed_ = 2;
  answers(token_reply());
  answers(stale());
  EXPECT_EQ(failure().kind, Kind::unreachable);
}

TEST_F(ClientTest, answer_without_an_operation_is_no_failure) {
  answers(token_reply());
  answers(reply(200, R"({"operation":null,"resultMessages":[]})"));
  const auto seen = status();
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->operation_id, std::nullopt);
}

TEST_F(ClientTest, broken_status_call_is_unreachable) {
  answers(token_reply());
  answers(broken(true));
  const auto sent = failure();
  EXPECT_EQ(sent.kind, Kind::unreachable);
  EXPECT_TRUE(sent.request_sent);
  EXPECT_EQ(sent.http_status, 0);
  answers(broken(false, http::Failure::Kind::connect));
  EXPECT_FALSE(failure().request_sent);
}

TEST_F(ClientTest, retry_as_documented) {
  answers(token_reply());
  answers(reply(200, R"({"operationID":77,"operationRestarted":true,"hasErrors":false})"));
  const auto restart = retry(77);
  ASSERT_TRUE(restart.has_value());
  EXPECT_TRUE(restart->restarted);
  EXPECT_EQ(request(1).method, "POST");
  EXPECT_EQ(request(1).url, "https://mc1.rest.marketingcloudapis.com/contacts/v1/operations/delete/77/retry");
  EXPECT_TRUE(request(1).fresh_connection) << "a stale connection must not lose or repeat it";
}

TEST_F(ClientTest, retry_of_a_restrict) {
  answers(token_reply());
  answers(reply(200, R"({"operationid":"77","OperationRestarted":true})"));
  EXPECT_TRUE(retry(77, core::Action::restrict_contacts)->restarted);
  EXPECT_TRUE(request(1).url.ends_with("/operations/restrict/77/retry"));
}

TEST_F(ClientTest, retry_that_the_cloud_refuses) {
  answers(token_reply());
  answers(reply(400, R"({"operationRestarted":false,"hasErrors":true})"));
  answers(reply(404, R"({"errorcode":30003,"message":"C0NTACTMARKER"})"));
  answers(reply(200, R"({"operationID":77,"operationRestarted":false})"));
  answers(reply(200, R"({"operationID":77,"operationRestarted":true,"hasErrors":true})"));
  answers(reply(200, R"({"errorcode":10006,"message":"C0NTACTMARKER"})"));
  for (int i = 0; i < 5; ++i) {
    const auto restart = retry(77);
    ASSERT_TRUE(restart.has_value()) << i;
    EXPECT_FALSE(restart->restarted) << i;
    EXPECT_NE(restart->refusal, "") << i;
    EXPECT_FALSE(testing::quotes_a_marker(restart->refusal)) << restart->refusal;
  }
}

TEST_F(ClientTest, retry_without_a_clear_answer_is_a_failure) {
  answers(token_reply());
  answers(testing::broken(true));
  answers(reply(500, ""));
  answers(reply(400, "<html>", {{"Content-Type", "text/html"}}));
  answers(reply(200, "garbage"));
  answers(reply(200, R"({"operationID":78,"operationRestarted":true})"));
  answers(reply(403, R"({"errorcode":20002})"));
  for (const Kind kind :
       {Kind::unreachable, Kind::server, Kind::contract, Kind::contract, Kind::contract, Kind::forbidden}) {
    const auto restart = retry(77);
    ASSERT_FALSE(restart.has_value());
    EXPECT_EQ(restart.error().kind, kind) << restart.error().what;
    EXPECT_TRUE(restart.error().request_sent);
  }
}

}  // namespace
}  // namespace lethe::cloud
