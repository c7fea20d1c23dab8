// Submissions: what is sent, and what becomes of every answer.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "client_rig.hpp"
#include "examples.hpp"

namespace lethe::cloud {
namespace {

using namespace std::chrono_literals;
using testing::broken;
using testing::quoting_body;
using testing::reply;
using testing::stale;
using testing::token_reply;
using Kind = Failure::Kind;
using Delivery = core::Answer::Delivery;
using Shape = core::Answer::Shape;
using ClientTest = testing::ClientRig;

TEST_F(ClientTest, submission_as_documented) {
  answers(token_reply());
  answers(reply(200, std::string{testing::accepted}));
  const auto submitted = submit();
  EXPECT_EQ(submitted.answer.delivery, Delivery::answered);
  EXPECT_EQ(submitted.answer.http_status, 200);
  EXPECT_EQ(submitted.answer.operation_id, 2038);
  EXPECT_FALSE(submitted.authorised_again);
  EXPECT_FALSE(submitted.failure.has_value());
  EXPECT_EQ(core::judge(submitted.answer, false).next, core::Effect::Next::suppressing);
  EXPECT_EQ(request(1).method, "POST");
  EXPECT_EQ(request(1).url, "https://mc1.rest.marketingcloudapis.com/contacts/v1/contacts/actions/delete?type=keys");
  EXPECT_EQ(request(1).body, R"({"values":["C0NTACTMARKER","B"],"DeleteOperationType":"ContactAndAttributes"})");
  EXPECT_EQ(http::header(request(1).headers, "Authorization"), "Bearer T0KENMARKER");
  EXPECT_EQ(http::header(request(1).headers, "Content-Type"), "application/json");
  EXPECT_TRUE(request(1).fresh_connection);
}

TEST_F(ClientTest, submission_is_never_made_once_more) {
  answers(token_reply());
  answers(stale());
  EXPECT_EQ(submit().answer.delivery, Delivery::lost);
}

TEST_F(ClientTest, submission_without_a_token_is_not_sent) {
  answers(reply(500, quoting_body));
  const auto submitted = submit();
  EXPECT_EQ(submitted.answer.delivery, Delivery::not_sent);
  EXPECT_EQ(submitted.answer.what, "token request: HTTP 500, errorcode 40002");
  ASSERT_TRUE(submitted.failure.has_value());
  EXPECT_EQ(submitted.failure->kind, Kind::server);
  EXPECT_EQ(core::judge(submitted.answer, false).next, core::Effect::Next::queue);
}

TEST_F(ClientTest, submission_that_was_not_handed_over_is_not_sent) {
  answers(token_reply());
  answers(broken(false));
  const auto submitted = submit();
  EXPECT_EQ(submitted.answer.delivery, Delivery::not_sent);
  EXPECT_EQ(submitted.answer.what, "submission: the connection broke");
  EXPECT_FALSE(submitted.failure.has_value());
}

TEST_F(ClientTest, submission_without_a_whole_answer_is_lost) {
  for (const auto kind : {http::Failure::Kind::broken, http::Failure::Kind::timeout, http::Failure::Kind::protocol}) {
    if (network_.requests.empty()) answers(token_reply());
    answers(broken(true, kind));
    const auto submitted = submit();
    EXPECT_EQ(submitted.answer.delivery, Delivery::lost);
    EXPECT_EQ(core::judge(submitted.answer, false).next, core::Effect::Next::unconfirmed);
  }
}

TEST_F(ClientTest, submission_401_is_posted_once_more_with_a_new_token) {
  answers(token_reply("one"));
  answers(reply(401, ""));
  answers(token_reply("two"));
  answers(reply(200, std::string{testing::accepted}));
  const auto submitted = submit();
  EXPECT_EQ(submitted.answer.operation_id, 2038);
  EXPECT_TRUE(submitted.authorised_again);
  EXPECT_EQ(request(1).body, request(3).body);
  EXPECT_EQ(http::header(request(3).headers, "Authorization"), "Bearer two");
  EXPECT_TRUE(request(3).fresh_connection);
}

TEST_F(ClientTest, submission_401_that_tells_of_an_operation_is_not_posted_again) {
  for (const auto* told : {R"({"operationInitiated":true})", R"({"operationID":2038})",
                           R"({"operationInitiated":true,"operationID":2038,"hasErrors":false})"}) {
    if (network_.requests.empty()) answers(token_reply());
    const auto before = network_.requests.size();
    answers(reply(401, told));
    const auto submitted = submit();
    EXPECT_EQ(network_.requests.size(), std::max<std::size_t>(before, 1) + 1) << told;
    EXPECT_FALSE(submitted.authorised_again);
    EXPECT_EQ(core::judge(submitted.answer, submitted.authorised_again).next, core::Effect::Next::unconfirmed);
  }
}

TEST_F(ClientTest, second_401_of_a_submission_is_an_answer) {
  answers(token_reply("one"));
  answers(reply(401, ""));
  answers(token_reply("two"));
  answers(reply(401, ""));
  const auto submitted = submit();
  EXPECT_EQ(submitted.answer.http_status, 401);
  EXPECT_TRUE(submitted.authorised_again);
  EXPECT_FALSE(submitted.failure.has_value());
  EXPECT_EQ(core::judge(submitted.answer, submitted.authorised_again).next, core::Effect::Next::block);
}

TEST_F(ClientTest, submission_is_not_sent_where_the_new_token_is_refused) {
  answers(token_reply("one"));
  answers(reply(401, ""));
  answers(reply(401, R"({"error":"invalid_client","error_description":"S3CRETMARKER"})"));
  const auto submitted = submit();
  EXPECT_EQ(submitted.answer.delivery, Delivery::not_sent);
  ASSERT_TRUE(submitted.failure.has_value());
  EXPECT_EQ(submitted.failure->kind, Kind::credentials);
  EXPECT_FALSE(submitted.failure->request_sent);
}

TEST_F(ClientTest, submission_after_a_401_can_be_lost_too) {
  answers(token_reply("one"));
  answers(reply(401, ""));
  answers(token_reply("two"));
  answers(broken(true));
  EXPECT_EQ(submit().answer.delivery, Delivery::lost);
}

TEST_F(ClientTest, submission_answer_in_html_is_recognised) {
  answers(token_reply());
  answers(reply(403, "Forbidden", {{"content-type", "Text/HTML; charset=utf-8"}}));
  EXPECT_EQ(submit().answer.shape, Shape::html);
  answers(reply(502, "  <html>C0NTACTMARKER"));
  EXPECT_EQ(submit().answer.shape, Shape::html);
  answers(reply(200, std::string{testing::accepted}, {{"Content-Type", "text/html"}}));
  EXPECT_EQ(submit().answer.shape, Shape::contacts);
}

TEST_F(ClientTest, submission_answers_keep_the_facts) {
  answers(token_reply());
  answers(reply(400, R"({"operationInitiated":false,"operationID":0,"hasErrors":true,"resultMessages":[)"
                     R"({"resultType":"C0NTACTMARKER","resultClass":"Error","resultCode":"C0NTACTMARKER",)"
                     R"("message":"C0NTACTMARKER"}]})"));
  const auto refused = submit();
  EXPECT_EQ(refused.answer.http_status, 400);
  EXPECT_EQ(core::judge(refused.answer, false).next, core::Effect::Next::rejected);
  answers(reply(429, R"({"message":"m","errorcode":50100})", {{"retry-after", "90"}}));
  const auto throttled = submit();
  EXPECT_EQ(throttled.answer.retry_after, 90s);
  EXPECT_EQ(throttled.answer.errorcode, 50100);
  EXPECT_EQ(core::judge(throttled.answer, false).next, core::Effect::Next::wait);
}

}  // namespace
}  // namespace lethe::cloud
