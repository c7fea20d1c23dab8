// How far apart token requests are: the limit of an hour, over reloads too, and what follows a failure.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "token_rig.hpp"

namespace lethe::cloud {
namespace {

using namespace std::chrono_literals;
using testing::broken;
using testing::reply;
using testing::token_reply;
using testing::TokenTest;
using Kind = Failure::Kind;

/// However the requests come about: 401s that end at once, tokens that hardly live, failures.
TEST_F(TokenTest, four_requests_an_hour_are_the_most) {
  for (int request = 1; request <= 4; ++request) {
    answers(request == 3 ? reply(500, "") : token_reply("short", 61));
    get();
    pass(2min);
  }
  EXPECT_EQ(requests(), 4U);
  const auto fifth = failure();
  EXPECT_EQ(fifth.kind, Kind::rationed);
  EXPECT_EQ(fifth.retry_after, 52min);
  EXPECT_FALSE(fifth.request_sent);
  pass(52min - 1ms);
  EXPECT_EQ(failure().retry_after, 1ms);
  EXPECT_EQ(requests(), 4U);
  pass(1ms);
  answers(token_reply("one"));
  EXPECT_EQ(get()->access_token, "one");
}

TEST_F(TokenTest, successor_with_the_same_secret_has_the_token) {
  answers(token_reply("one", 1079));
  EXPECT_TRUE(get());
  pass(1019s);
  make(testing::account());
  EXPECT_EQ(get()->access_token, "one");
  pass(1ms);
  answers(token_reply("two"));
  EXPECT_EQ(get()->access_token, "two");
}

TEST_F(TokenTest, successor_with_another_secret_or_none_has_no_token) {
  answers(token_reply("one"));
  EXPECT_TRUE(get());
  const core::AccountSettings settings = testing::account();
  ::setenv("LETHE_TEST_SECRET", "another", 1);
  make(settings);
  answers(token_reply("two"));
  EXPECT_EQ(get()->access_token, "two");
  ::unsetenv("LETHE_TEST_SECRET");
  make(settings);
  EXPECT_EQ(failure().kind, Kind::secret);
}

TEST_F(TokenTest, successors_ask_for_four_tokens_an_hour_together) {
  for (int successor = 0; successor < 4; ++successor) {
    make(testing::account());
    answers(reply(401, R"({"error":"invalid_client"})"));
    EXPECT_EQ(failure().kind, Kind::credentials);
  }
  const core::AccountSettings settings = testing::account();
  make(settings);
  EXPECT_EQ(failure().kind, Kind::rationed);
  ::setenv("LETHE_TEST_SECRET", "corrected", 1);
  make(settings);
  answers(token_reply());
  EXPECT_TRUE(get());
}

TEST_F(TokenTest, credentials_are_the_same_whatever_else_is_set) {
  const core::AccountSettings account = testing::account();
  core::AccountSettings other = account;
  other.requests_per_day = 1;
  other.sweep = true;
  EXPECT_TRUE(same_credentials(account, other));
  std::vector<core::AccountSettings> others(6, account);
  others[0].auth_url += "x";
  others[1].rest_url = testing::rest_host;
  others[2].client_id = "another";
  others[3].client_secret.name = "ANOTHER";
  others[4].client_secret.kind = core::SecretSource::Kind::file;
  others[5].account_id = 1;
  for (const core::AccountSettings& changed : others) EXPECT_FALSE(same_credentials(account, changed));
}

TEST_F(TokenTest, requests_that_never_left_are_not_counted) {
  for (int request = 0; request < 20; ++request) {
    answers(broken(false, http::Failure::Kind::connect));
    EXPECT_EQ(failure().kind, Kind::unreachable);
    pass(10s);
  }
  answers(token_reply("one"));
  EXPECT_EQ(get()->access_token, "one");
}

TEST_F(TokenTest, mended_when_the_secret_is_another_or_readable_again) {
  EXPECT_FALSE(tokens_->mended());
  answers(reply(401, R"({"error":"invalid_client"})"));
  failure();
  EXPECT_FALSE(tokens_->mended());
  ::unsetenv("LETHE_TEST_SECRET");
  EXPECT_FALSE(tokens_->mended());
  ::setenv("LETHE_TEST_SECRET", "another", 1);
  EXPECT_TRUE(tokens_->mended());
  ::unsetenv("LETHE_TEST_SECRET");
  failure();
  EXPECT_FALSE(tokens_->mended());
  ::setenv("LETHE_TEST_SECRET", "back", 1);
  EXPECT_TRUE(tokens_->mended());
  EXPECT_EQ(requests(), 1U);
}

TEST_F(TokenTest, held_back_makes_no_request) {
  std::string why = "the day's budget is used up";
  TokenSource held(
      testing::account(), http_, clock_, context_.get_executor(), [this] { ++counted_; }, [&why] { return why; });
  const auto seen = testing::run(context_, held.get());
  ASSERT_FALSE(seen.has_value());
  EXPECT_EQ(seen.error().kind, Kind::held_back);
  EXPECT_EQ(seen.error().what, "token request: not made: the day's budget is used up");
  EXPECT_EQ(counted_, 0);
  why.clear();
  answers(token_reply("one"));
  EXPECT_EQ(testing::run(context_, held.get())->access_token, "one");
}

TEST_F(TokenTest, bad_secret_is_no_storm) {
  answers(reply(401, R"({"error":"invalid_client","error_description":"S3CRETMARKER","error_uri":""})"));
  const auto first = failure();
  EXPECT_EQ(first.kind, Kind::credentials);
  EXPECT_EQ(first.http_status, 401);
  EXPECT_FALSE(first.request_sent);
  EXPECT_EQ(first.what, "token request: HTTP 401, invalid_client");
  for (int minute = 0; minute < 19; ++minute) {
    pass(1min);
    const auto again = failure();
    EXPECT_EQ(again.kind, Kind::credentials);
    EXPECT_EQ(again.what, first.what);
  }
  EXPECT_FALSE(renew("old").has_value());
  EXPECT_EQ(requests(), 1U);
  EXPECT_EQ(counted_, 1);
  pass(1min);
  answers(token_reply("one"));
  EXPECT_EQ(get()->access_token, "one");
}

TEST_F(TokenTest, corrected_secret_is_tried_at_once) {
  answers(reply(400, R"({"error":"invalid_client"})"));
  EXPECT_EQ(failure().kind, Kind::credentials);
  ::setenv("LETHE_TEST_SECRET", "another", 1);
  answers(reply(401, R"({"error":"invalid_client"})"));
  EXPECT_EQ(failure().kind, Kind::credentials);
  EXPECT_TRUE(network_.requests.at(1).body.contains(R"("client_secret":"another")"));
  EXPECT_EQ(failure().kind, Kind::credentials);
  EXPECT_EQ(requests(), 2U);
  ::setenv("LETHE_TEST_SECRET", "a third", 1);
  answers(token_reply("one"));
  EXPECT_EQ(get()->access_token, "one");
  EXPECT_EQ(requests(), 3U);
}

TEST_F(TokenTest, unreadable_secret_makes_no_request) {
  ::unsetenv("LETHE_TEST_SECRET");
  const auto seen = failure();
  EXPECT_EQ(seen.kind, Kind::secret);
  EXPECT_EQ(seen.http_status, 0);
  EXPECT_EQ(requests(), 0U);
  EXPECT_EQ(counted_, 0);
  ::setenv("LETHE_TEST_SECRET", "back", 1);
  answers(token_reply("one"));
  EXPECT_EQ(get()->access_token, "one");
}

TEST_F(TokenTest, throttled_waits_for_retry_after) {
  answers(reply(429, R"({"message":"m","errorcode":50100})", {{"Retry-After", "120"}}));
  const auto first = failure();
  EXPECT_EQ(first.kind, Kind::throttled);
  EXPECT_EQ(first.retry_after, 120s);
  pass(119s);
  const auto second = failure();
  EXPECT_EQ(second.kind, Kind::throttled);
  EXPECT_EQ(second.retry_after, 1s);
  ::setenv("LETHE_TEST_SECRET", "another", 1);
  EXPECT_EQ(failure().kind, Kind::throttled) << "another secret is no reason to ask sooner";
  EXPECT_EQ(requests(), 1U);
  pass(1s);
  answers(token_reply("one"));
  EXPECT_EQ(get()->access_token, "one");
}

TEST_F(TokenTest, failures_are_ten_seconds_apart) {
  const std::vector<std::pair<testing::Reply, Kind>> cases = {
      {broken(true), Kind::unreachable},
      {broken(false, http::Failure::Kind::resolve), Kind::unreachable},
      {reply(500, R"({"message":"m","errorcode":0})"), Kind::server},
      {reply(503, "<html>"), Kind::server},
      {reply(503, R"({"message":"m","errorcode":50300})"), Kind::throttled},
      {reply(429, R"({"message":"m","errorcode":50200})"), Kind::exhausted},
      {reply(403, ""), Kind::forbidden},
      {reply(302, ""), Kind::forbidden},
      {reply(404, R"({"message":"m","errorcode":30003})"), Kind::forbidden},
      {reply(400, "<html>"), Kind::contract},
      {reply(200, "{}"), Kind::contract},
      {reply(200, "<html>"), Kind::contract}};
  for (const auto& [answer, kind] : cases) {
    const auto before = requests();
    answers(answer);
    const auto first = failure();
    EXPECT_EQ(first.kind, kind);
    EXPECT_FALSE(first.request_sent);
    pass(9999ms);
    EXPECT_EQ(failure().kind, kind);
    EXPECT_EQ(requests(), before + 1) << first.what;
    pass(1ms);
    EXPECT_FALSE(tokens_->mended());
    pass(1h);  // where only four are made
  }
  answers(token_reply("one"));
  EXPECT_EQ(get()->access_token, "one");
}

TEST_F(TokenTest, failures_in_a_row_are_further_and_further_apart) {
  std::size_t made = 0;
  for (const auto& pause : std::vector<core::Duration>{10s, 2min, 15min, 15min}) {
    if (made == 3) pass(45min);  // where only four are made
    answers(reply(500, ""));
    failure();
    EXPECT_EQ(requests(), ++made);
    pass(pause - 1ms);
    EXPECT_EQ(failure().retry_after, 1ms);
    EXPECT_EQ(requests(), made);
    pass(1ms);
  }
}

TEST_F(TokenTest, failures_that_never_left_are_ten_seconds_apart_for_ever) {
  for (std::size_t request = 1; request <= 10; ++request) {
    answers(broken(false, http::Failure::Kind::resolve));
    failure();
    EXPECT_EQ(requests(), request);
    pass(10s);
  }
}

TEST_F(TokenTest, one_that_never_left_is_ten_seconds_from_the_next_after_an_outage_too) {
  for (const auto pause : {10s, 120s}) {
    answers(reply(502, "<html>"));
    failure();
    pass(pause);
  }
  answers(broken(false, http::Failure::Kind::resolve));
  failure();
  pass(10s);
  answers(token_reply());
  EXPECT_TRUE(get());
}
TEST_F(TokenTest, successor_keeps_the_pause_after_a_failure) {
  answers(reply(502, "<html>"));
  failure();
  pass(10s);
  answers(reply(502, "<html>"));
  failure();
  make(testing::account());
  pass(119s);
  EXPECT_EQ(failure().kind, Kind::server);
  EXPECT_EQ(requests(), 2U);
  const core::AccountSettings settings = testing::account();
  ::setenv("LETHE_TEST_SECRET", "another", 1);
  make(settings);
  answers(token_reply());
  EXPECT_TRUE(get());
}
TEST_F(TokenTest, success_forgets_the_failure) {
  answers(reply(500, ""));
  failure();
  pass(10s);
  answers(token_reply("one"));
  get();
  answers(token_reply("two"));
  EXPECT_EQ(renew("one")->access_token, "two");
}

}  // namespace
}  // namespace lethe::cloud
