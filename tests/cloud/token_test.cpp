// The access token: when it is asked for, by how many, where it may go, and what happens after a failure.
#include "cloud/token.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "fakes.hpp"

namespace lethe::cloud {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::broken;
using testing::reply;
using testing::token_reply;
using Kind = Failure::Kind;
using Result = std::expected<Token, Failure>;

class TokenTest : public ::testing::Test {
 protected:
  void SetUp() override { make(testing::account()); }
  void TearDown() override { EXPECT_EQ(network_.script.size(), 0U) << "answers that nobody asked for"; }

  void make(const core::AccountSettings& settings) {
    tokens_ = std::make_unique<TokenSource>(
        settings, http_, clock_, context_.get_executor(), [this] { ++counted_; }, std::function<std::string()>{},
        memory_);
  }
  void answers(testing::Reply answer) { network_.script.push_back(std::move(answer)); }
  Result get() { return testing::run(context_, tokens_->get()); }
  Result renew(const std::string& used) { return testing::run(context_, tokens_->renew(used)); }
  Failure failure() {
    const auto result = get();
    EXPECT_FALSE(result.has_value());
    return result ? Failure{} : result.error();
  }
  std::size_t requests() const { return network_.requests.size(); }
  void pass(core::Duration time) { clock_.elapsed += time; }

  /// Starts a coroutine that stores its outcome; the caller runs the context.
  void start(asio::awaitable<Result> task, std::vector<Result>& results) {
    asio::co_spawn(context_, std::move(task), [&results](std::exception_ptr fault, Result result) {
      if (fault) std::rethrow_exception(fault);
      results.push_back(std::move(result));
    });
  }
  void turn() {
    context_.restart();
    context_.poll();
  }

  asio::io_context context_;
  testing::ManualClock clock_;
  testing::Network network_{context_};
  testing::FakeHttp http_{network_};
  int counted_ = 0;
  std::shared_ptr<TokenMemory> memory_ = std::make_shared<TokenMemory>();
  std::unique_ptr<TokenSource> tokens_;
};

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

TEST_F(TokenTest, success_forgets_the_failure) {
  answers(reply(500, ""));
  failure();
  pass(10s);
  answers(token_reply("one"));
  get();
  answers(token_reply("two"));
  EXPECT_EQ(renew("one")->access_token, "two");
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
