// The token that a call is made with, and what a 401 or a missing scope leads to.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>

#include "client_rig.hpp"
#include "examples.hpp"

namespace lethe::cloud {
namespace {

namespace asio = boost::asio;
using testing::reply;
using testing::token_reply;
using Kind = Failure::Kind;
using ClientTest = testing::ClientRig;

TEST_F(ClientTest, token_is_shared_by_calls) {
  answers(token_reply());
  for (int call = 0; call < 3; ++call) answers(reply(200, std::string{testing::status_pending}));
  for (int call = 0; call < 3; ++call) EXPECT_TRUE(status().has_value());
  EXPECT_EQ(network_.requests.size(), 4U);
}

TEST_F(ClientTest, authorise_asks_for_a_token_alone) {
  answers(token_reply());
  EXPECT_TRUE(testing::run(context_, client_->authorise()).has_value());
  EXPECT_EQ(network_.requests.size(), 1U);
}

TEST_F(ClientTest, authorise_tells_the_tokens_failure) {
  answers(reply(401, R"({"error":"invalid_client"})"));
  const auto result = testing::run(context_, client_->authorise());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, Kind::credentials);
}

TEST_F(ClientTest, status_401_is_tried_once_more_with_a_new_token) {
  answers(token_reply("one"));
  answers(reply(401, R"({"message":"Not Authorized","errorcode":0})"));
  answers(token_reply("two"));
  answers(reply(200, std::string{testing::status_pending}));
  EXPECT_TRUE(status().has_value());
  EXPECT_EQ(http::header(request(1).headers, "Authorization"), "Bearer one");
  EXPECT_EQ(http::header(request(3).headers, "Authorization"), "Bearer two");
}

TEST_F(ClientTest, second_401_of_a_status_call_is_a_failure_of_the_credentials) {
  answers(token_reply("one"));
  answers(reply(401, ""));
  answers(token_reply("two"));
  answers(reply(401, R"({"message":"T0KENMARKER","errorcode":40004})"));
  const auto seen = failure();
  EXPECT_EQ(seen.kind, Kind::credentials);
  EXPECT_EQ(seen.http_status, 401);
  EXPECT_TRUE(seen.request_sent);
  EXPECT_EQ(seen.what, "status call: HTTP 401, errorcode 40004");
}

TEST_F(ClientTest, several_401s_at_once_renew_once) {
  int tokens = 0;
  network_.handler = [&](const http::Request& sent) {
    if (sent.url.ends_with("/v2/token")) return token_reply(++tokens == 1 ? "one" : "two");
    const bool fresh = http::header(sent.headers, "Authorization") == "Bearer two";
    return fresh ? reply(200, std::string{testing::status_pending}) : reply(401, "");
  };
  ASSERT_TRUE(testing::run(context_, client_->authorise()).has_value());
  network_.held = true;
  int seen = 0;
  for (int call = 0; call < 5; ++call) {
    asio::co_spawn(context_, client_->status(core::Action::delete_contacts, core::OperationId{1}),
                   [&](std::exception_ptr fault, testing::Status result) {
                     EXPECT_FALSE(fault);
                     if (result) ++seen;
                   });
  }
  context_.restart();
  context_.poll();
  network_.release();
  context_.restart();
  context_.run();
  EXPECT_EQ(seen, 5);
  EXPECT_EQ(tokens, 2);
}

TEST_F(ClientTest, a_401_that_lasts_makes_one_more_token_and_no_more) {
  network_.handler = [&](const http::Request& sent) {
    return sent.url.ends_with("/v2/token") ? token_reply("token-" + std::to_string(network_.requests.size()))
                                           : reply(401, "");
  };
  for (int call = 0; call < 20; ++call) {
    EXPECT_EQ(failure().kind, Kind::credentials);
    const auto submitted = submit();
    EXPECT_TRUE(submitted.failure ||
                core::judge(submitted.answer, submitted.authorised_again).next == core::Effect::Next::block);
  }
  EXPECT_EQ(std::ranges::count_if(network_.requests,
                                  [](const http::Request& sent) { return sent.url.ends_with("/v2/token"); }),
            2);
}

TEST_F(ClientTest, missing_scope_is_named_and_the_next_call_has_a_new_token) {
  constexpr const char* body = R"({"message":"m","errorcode":20002})";
  answers(token_reply("one"));
  answers(reply(403, body));
  EXPECT_EQ(failure().what,
            "status call: HTTP 403, errorcode 20002: the installed package lacks the scope list_and_subscribers_read");
  answers(token_reply("two"));
  answers(reply(403, body));
  EXPECT_TRUE(submit().answer.what.contains("lacks the scope list_and_subscribers_write"));
  answers(token_reply("three"));
  answers(reply(403, R"({"message":"m","errorcode":40002})"));
  EXPECT_FALSE(failure().what.contains("scope"));
}

}  // namespace
}  // namespace lethe::cloud
