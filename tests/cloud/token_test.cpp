// The access token: when it is asked for, by how many, and where it may go.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "token_rig.hpp"

namespace lethe::cloud {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::broken;
using testing::reply;
using testing::token_reply;
using testing::TokenTest;
using Kind = Failure::Kind;
using Result = testing::TokenResult;

TEST_F(TokenTest, request_as_documented) {
  answers(token_reply("one"));
  const auto token = get();
  EXPECT_EQ(token->access_token, "one");
  EXPECT_EQ(token->rest_url, testing::rest_host);
  const auto& request = network_.requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://mc1.auth.marketingcloudapis.com/v2/token");
  EXPECT_EQ(http::header(request.headers, "Content-Type"), "application/json");
  EXPECT_EQ(http::header(request.headers, "Authorization"), std::nullopt);
  EXPECT_FALSE(request.body.contains("scope"));
  EXPECT_TRUE(request.body.contains(R"("client_secret":"S3CRETMARKER")"));
  EXPECT_EQ(counted_, 1);
}

TEST_F(TokenTest, kept_until_a_minute_is_left) {
  answers(token_reply("one", 1079));
  EXPECT_EQ(get()->access_token, "one");
  pass(1019s);
  EXPECT_EQ(get()->access_token, "one");
  EXPECT_EQ(requests(), 1U);
  pass(1ms);
  answers(token_reply("two"));
  EXPECT_EQ(get()->access_token, "two");
  EXPECT_EQ(requests(), 2U);
}

TEST_F(TokenTest, life_is_counted_from_before_the_request) {
  network_.held = true;
  answers(token_reply("one", 1079));
  std::vector<Result> results;
  start(tokens_->get(), results);
  turn();
  pass(100s);
  network_.release();
  turn();
  ASSERT_EQ(results.size(), 1U);
  pass(919s);
  EXPECT_EQ(get()->access_token, "one");
  pass(1ms);
  answers(token_reply("two"));
  EXPECT_EQ(get()->access_token, "two");
}

TEST_F(TokenTest, reply_without_expires_in_lives_1079_seconds) {
  answers(reply(200, R"({"access_token":"one","rest_instance_url":"https://mc1.rest.marketingcloudapis.com/"})"));
  EXPECT_EQ(get()->access_token, "one");
  pass(1019s);
  EXPECT_EQ(get()->access_token, "one");
  pass(1ms);
  answers(token_reply("two"));
  EXPECT_EQ(get()->access_token, "two");
}

TEST_F(TokenTest, five_callers_make_one_request) {
  network_.held = true;
  answers(token_reply("one"));
  std::vector<Result> results;
  for (int caller = 0; caller < 5; ++caller) start(tokens_->get(), results);
  turn();
  EXPECT_EQ(requests(), 1U);
  EXPECT_TRUE(results.empty());
  network_.release();
  turn();
  ASSERT_EQ(results.size(), 5U);
  for (const auto& result : results) EXPECT_EQ(result->access_token, "one");
  EXPECT_EQ(requests(), 1U);
  EXPECT_EQ(counted_, 1);
}

TEST_F(TokenTest, five_callers_share_a_token_that_is_about_to_expire) {
  network_.held = true;
  answers(token_reply("short", 5));
  std::vector<Result> results;
  for (int caller = 0; caller < 5; ++caller) start(tokens_->get(), results);
  turn();
  network_.release();
  turn();
  ASSERT_EQ(results.size(), 5U);
  for (const auto& result : results) EXPECT_EQ(result->access_token, "short");
  EXPECT_EQ(requests(), 1U);
}

TEST_F(TokenTest, five_callers_share_a_failure) {
  network_.held = true;
  answers(reply(500, ""));
  std::vector<Result> results;
  for (int caller = 0; caller < 5; ++caller) start(tokens_->get(), results);
  turn();
  network_.release();
  turn();
  ASSERT_EQ(results.size(), 5U);
  for (const auto& result : results) EXPECT_EQ(result.error().kind, Kind::server);
  EXPECT_EQ(requests(), 1U);
}

TEST_F(TokenTest, cancelled_caller_leaves_no_waiter_hanging) {
  network_.held = true;
  asio::cancellation_signal cancel;
  bool ended = false;
  asio::co_spawn(context_, tokens_->get(),
                 asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, Result) { ended = true; }));
  std::vector<Result> results;
  start(tokens_->get(), results);
  start(tokens_->get(), results);
  turn();
  EXPECT_EQ(requests(), 1U);
  answers(broken(false));
  network_.held = false;
  cancel.emit(asio::cancellation_type::terminal);
  turn();
  EXPECT_TRUE(ended);
  EXPECT_EQ(results.size(), 2U);
}

TEST_F(TokenTest, cancelled_waiter_disturbs_nobody) {
  network_.held = true;
  answers(token_reply("one"));
  std::vector<Result> results;
  start(tokens_->get(), results);
  asio::cancellation_signal cancel;
  std::exception_ptr fault;
  asio::co_spawn(
      context_, tokens_->get(),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown, Result) { fault = thrown; }));
  start(tokens_->get(), results);
  turn();
  cancel.emit(asio::cancellation_type::terminal);
  turn();
  EXPECT_NE(fault, nullptr);
  EXPECT_TRUE(results.empty());
  network_.release();
  turn();
  EXPECT_EQ(results.size(), 2U);
  EXPECT_EQ(requests(), 1U);
}

TEST_F(TokenTest, exception_in_the_request_leaves_no_waiter_hanging) {
  network_.held = true;
  int asked = 0;
  network_.handler = [&](const http::Request&) {
    if (++asked == 1) throw std::runtime_error("a bug");
    return token_reply("two");
  };
  std::exception_ptr fault;
  asio::co_spawn(context_, tokens_->get(), [&](std::exception_ptr thrown, Result) { fault = thrown; });
  std::vector<Result> results;
  start(tokens_->get(), results);
  start(tokens_->get(), results);
  turn();
  network_.release();
  turn();
  EXPECT_NE(fault, nullptr);
  ASSERT_EQ(results.size(), 2U);
  for (const auto& result : results) EXPECT_EQ(result->access_token, "two");
  EXPECT_EQ(requests(), 2U);
}

TEST_F(TokenTest, coroutines_left_over_outlive_the_source) {
  network_.held = true;
  std::vector<Result> results;
  start(tokens_->get(), results);
  start(tokens_->get(), results);
  turn();
  tokens_.reset();
  EXPECT_TRUE(results.empty());
}

TEST_F(TokenTest, renewed_once_for_several_401s) {
  answers(token_reply("one"));
  get();
  network_.held = true;
  answers(token_reply("two"));
  std::vector<Result> results;
  for (int caller = 0; caller < 4; ++caller) start(tokens_->renew("one"), results);
  turn();
  network_.release();
  turn();
  ASSERT_EQ(results.size(), 4U);
  for (const auto& result : results) EXPECT_EQ(result->access_token, "two");
  EXPECT_EQ(renew("one")->access_token, "two");  // a 401 that came late
  EXPECT_EQ(requests(), 2U);
  tokens_->accepted();
  answers(token_reply("three"));
  EXPECT_EQ(renew("two")->access_token, "three");
  EXPECT_EQ(requests(), 3U);
}

TEST_F(TokenTest, renewed_once_an_episode_of_401s) {
  answers(token_reply("one"));
  get();
  answers(token_reply("two"));
  EXPECT_EQ(renew("one")->access_token, "two");
  // No call was let through with the second one either.
  for (int minute = 0; minute < 10; ++minute) {
    const auto again = renew("two");
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().kind, Kind::credentials);
    EXPECT_EQ(again.error().http_status, 401);
    pass(1min);
  }
  EXPECT_EQ(requests(), 2U);
  // A token that isn't used up by the next probe, 20 minutes later, is tried anew once.
  pass(10min);
  answers(token_reply("three"));
  get();  // "two" has expired
  EXPECT_FALSE(renew("three").has_value());
  EXPECT_EQ(requests(), 3U);
}

TEST_F(TokenTest, long_token_that_is_refused_is_renewed_every_20_minutes) {
  answers(token_reply("one", 1'000'000));
  get();
  answers(token_reply("two", 1'000'000));
  EXPECT_TRUE(renew("one").has_value());
  pass(20min - 1ms);
  EXPECT_FALSE(renew("two").has_value());
  pass(1ms);
  answers(token_reply("three", 1'000'000));
  EXPECT_EQ(renew("two")->access_token, "three");
}

TEST_F(TokenTest, token_goes_nowhere_else) {
  for (const char* url : {"https://rest.example.com/", "https://evilmarketingcloudapis.com/",
                          "https://mc1.rest.marketingcloudapis.com@example.com/", "http://127.0.0.1:9/", ""}) {
    answers(reply(200, std::string{R"({"access_token":"T0KENMARKER","rest_instance_url":")"} + url + "\"}"));
    const auto seen = failure();
    EXPECT_EQ(seen.kind, Kind::contract) << url;
    EXPECT_TRUE(seen.what.contains("rest_instance_url")) << seen.what;
    EXPECT_FALSE(testing::quotes_a_marker(seen.what));
    pass(1h);
  }
}

TEST_F(TokenTest, configured_rest_url_comes_first) {
  auto settings = testing::account();
  settings.rest_url = "https://gateway.example.com/sfmc/";
  make(settings);
  answers(token_reply("one"));
  EXPECT_EQ(get()->rest_url, "https://gateway.example.com/sfmc");
}

}  // namespace
}  // namespace lethe::cloud
