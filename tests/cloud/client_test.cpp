// The calls: what is sent, what becomes of every answer, and that no failure quotes what must stay secret.
#include "cloud/client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "examples.hpp"
#include "fakes.hpp"

namespace lethe::cloud {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::broken;
using testing::reply;
using testing::token_reply;
using Kind = Failure::Kind;
using Delivery = core::Answer::Delivery;
using Shape = core::Answer::Shape;
using Status = std::expected<core::Observation, Failure>;

const std::string quoting_body =
    R"({"message":"C0NTACTMARKER S3CRETMARKER T0KENMARKER","errorcode":40002,"documentation":"C0NTACTMARKER"})";

class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    client_ = make_client(
        testing::account(), std::make_unique<testing::FakeHttp>(network_), clock_, context_.get_executor(),
        [this] { ++counted_; }, [this] { return counted_ < allowed_ ? "" : "enough"; });
  }
  void TearDown() override {
    EXPECT_EQ(network_.script.size(), 0U) << "answers that nobody asked for";
    EXPECT_EQ(static_cast<std::size_t>(counted_), network_.requests.size()) << "every exchange is counted";
  }

  void answers(testing::Reply answer) { network_.script.push_back(std::move(answer)); }
  Status status(core::Action action = core::Action::delete_contacts, std::int64_t id = 1) {
    auto result = testing::run(context_, client_->status(action, core::OperationId{id}));
    if (!result) {
      EXPECT_FALSE(testing::quotes_a_marker(result.error().what)) << result.error().what;
    }
    return result;
  }
  std::expected<Client::Restart, Failure> retry(std::int64_t id, core::Action action = core::Action::delete_contacts) {
    return testing::run(context_, client_->retry(action, core::OperationId{id}));
  }
  Failure failure() {
    const auto result = status();
    EXPECT_FALSE(result.has_value());
    return result ? Failure{} : result.error();
  }
  Client::Submitted submit() {
    Submission submission;
    submission.contacts = {testing::contact_marker, "B"};
    auto result = testing::run(context_, client_->submit(submission));
    EXPECT_FALSE(testing::quotes_a_marker(result.answer.what)) << result.answer.what;
    if (result.failure) {
      EXPECT_FALSE(testing::quotes_a_marker(result.failure->what)) << result.failure->what;
    }
    return result;
  }
  const http::Request& request(std::size_t index) const { return network_.requests.at(index); }

  asio::io_context context_;
  testing::ManualClock clock_;
  testing::Network network_{context_};
  int counted_ = 0;
  int allowed_ = std::numeric_limits<int>::max();  ///< requests; then they are held back
  std::unique_ptr<Client> client_;
};

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

testing::Reply stale() {
  testing::Reply reply = testing::broken(true);
  reply.error().stale = true;
  return reply;
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

TEST_F(ClientTest, submission_is_never_made_once_more) {
  answers(token_reply());
  answers(stale());
  EXPECT_EQ(submit().answer.delivery, Delivery::lost);
}

TEST_F(ClientTest, status_of_a_restrict) {
  answers(token_reply());
  answers(reply(200, std::string{testing::status_restrict}));
  EXPECT_EQ(status(core::Action::restrict_contacts, 2105)->operation_id, core::OperationId{2105});
  EXPECT_TRUE(request(1).url.ends_with("/actions/restrict/status?operationID=2105"));
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
                   [&](std::exception_ptr fault, Status result) {
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

struct Mapping {
  int status;
  const char* body;
  Kind kind;
};

TEST_F(ClientTest, every_status_has_its_failure) {
  const std::vector<Mapping> mappings = {
      {429, R"({"message":"m","errorcode":50100})", Kind::throttled},
      {429, "", Kind::throttled},
      {429, R"({"message":"m","errorcode":50200})", Kind::exhausted},
      {503, R"({"message":"m","errorcode":50300})", Kind::throttled},
      {503, R"({"Message":"m","ErrorCode":"50300"})", Kind::throttled},
      {503, "<html>", Kind::server},
      {500, R"({"message":"m","errorcode":0})", Kind::server},
      {502, "<html>", Kind::server},
      {504, "", Kind::server},
      {596, R"({"message":"m"})", Kind::forbidden},
      {404, R"({"message":"m","errorcode":30003})", Kind::unknown_operation},
      {404, R"({"message":"m","errorcode":30002})", Kind::forbidden},
      {404, "<html>", Kind::forbidden},
      {403, R"({"message":"m","errorcode":20002})", Kind::forbidden},
      {407, "", Kind::forbidden},
      {301, "", Kind::forbidden},
      {307, "", Kind::forbidden},
      {400, R"({"message":"m","errorcode":10006})", Kind::contract},
      {405, "", Kind::contract},
      {409, R"({"message":"m","errorcode":30002})", Kind::contract},
      {200, "", Kind::contract},
      {200, "<html>", Kind::contract},
      {204, "", Kind::contract},
      {200, R"({"operation":{"operationID":"x","status":"Completed"}})", Kind::contract},
      {200, R"({"operation":null,"hasErrors":true})", Kind::unknown_operation},
      {200, R"({"resultMessages":[{"resultClass":"Error","message":"C0NTACTMARKER"}]})", Kind::unknown_operation},
      {200, R"({"message":"m","errorcode":30003})", Kind::unknown_operation},
      {200, R"({"message":"m","errorcode":10006})", Kind::contract},
  };
  answers(token_reply());
  for (const auto& [http_status, body, kind] : mappings) {
    answers(reply(http_status, body));
    const auto seen = failure();
    if (std::string_view(body).contains("20002")) answers(token_reply());  // for the next call
    EXPECT_EQ(seen.kind, kind) << http_status << " " << body;
    EXPECT_EQ(seen.http_status, http_status);
    EXPECT_TRUE(seen.request_sent);
    EXPECT_TRUE(seen.what.starts_with("status call: ")) << seen.what;
  }
}

TEST_F(ClientTest, contract_failure_names_the_field) {
  answers(token_reply());
  answers(reply(200, R"({"operation":{"operationID":1,"status":7}})"));
  EXPECT_EQ(failure().what, "status call: operation.status: is no text");
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

TEST_F(ClientTest, retry_after_in_seconds) {
  struct Case {
    const char* header;
    std::optional<core::Duration> wait;
  };
  const std::vector<Case> cases = {{"0", 0s},
                                   {"30", 30s},
                                   {" 30\t", 30s},
                                   {"86400", 24h},
                                   {"86401", 24h},
                                   {"99999999999999999999999", 24h},
                                   {"", std::nullopt},
                                   {"-5", std::nullopt},
                                   {"+5", std::nullopt},
                                   {"1.5", std::nullopt},
                                   {"soon", std::nullopt},
                                   {"30s", std::nullopt},
                                   {"2026-10-21T07:28:00Z", std::nullopt},
                                   {"Wed, 41 Oct 2026 07:28:00 GMT", std::nullopt}};
  answers(token_reply());
  for (const auto& [header, wait] : cases) {
    answers(reply(429, "", {{"retry-after", header}}));
    EXPECT_EQ(failure().retry_after, wait) << header;
  }
  answers(reply(429, ""));
  EXPECT_EQ(failure().retry_after, std::nullopt);
}

TEST_F(ClientTest, retry_after_as_a_date) {
  struct Case {
    const char* until;
    const char* date;  ///< of the answer
    std::optional<core::Duration> wait;
  };
  constexpr const char* ten = "Wed, 21 Oct 2026 10:00:00 GMT";
  const std::vector<Case> cases = {{"Wed, 21 Oct 2026 10:00:30 GMT", ten, 30s},
                                   {"Wednesday, 21-Oct-26 11:00:00 GMT", ten, 1h},
                                   {"Wed Oct 21 10:02:00 2026", ten, 2min},
                                   {" Wed, 21 Oct 2026 10:00:30 GMT\t", ten, 30s},
                                   {"Wed, 21 Oct 2026 10:00:00 GMT", ten, 0s},
                                   {"Wed, 21 Oct 2026 09:00:00 GMT", ten, 0s},
                                   {"Sun, 06 Nov 1994 08:49:37 GMT", ten, 0s},
                                   {"Fri, 23 Oct 2026 10:00:00 GMT", ten, 24h},
                                   {"Fri, 31 Dec 9999 23:59:59 GMT", ten, 24h},
                                   // Without a Date that can be read, from our clock, which shows 00:16:40.
                                   {"Thu, 01 Jan 1970 00:20:00 GMT", "", 200s},
                                   {"Thu, 01 Jan 1970 00:20:00 GMT", "today", 200s},
                                   {"Thu, 01 Jan 1970 00:10:00 GMT", "", 0s}};
  answers(token_reply());
  for (const auto& [until, date, wait] : cases) {
    http::Headers headers{{"retry-after", until}};
    if (*date != '\0') headers.emplace_back("date", date);
    answers(reply(429, "", headers));
    EXPECT_EQ(failure().retry_after, wait) << until << " at " << date;
  }
  answers(reply(503, R"({"message":"m","errorcode":50300})",
                {{"Date", ten}, {"Retry-After", "Wed, 21 Oct 2026 10:05:00 GMT"}}));
  EXPECT_EQ(submit().answer.retry_after, 5min);
}

TEST_F(ClientTest, exhausted_is_what_says_no_time) {
  answers(token_reply());
  constexpr const char* body = R"({"message":"m","errorcode":50200})";
  answers(reply(429, body, {{"Retry-After", "60"}}));
  EXPECT_EQ(failure().kind, Kind::throttled);
  answers(reply(429, body, {{"Retry-After", "soon"}}));
  EXPECT_EQ(failure().kind, Kind::exhausted);
  answers(reply(429, body));
  const auto effect = core::judge(submit().answer, false);
  EXPECT_EQ(effect.next, core::Effect::Next::wait);
  EXPECT_TRUE(effect.exhausted);
  answers(reply(429, body, {{"Retry-After", "60"}}));
  EXPECT_FALSE(core::judge(submit().answer, false).exhausted);
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

/// Every kind of answer that quotes secret, token and contact, to every call; the fixture looks at each failure's text.
TEST_F(ClientTest, nothing_secret_is_ever_quoted) {
  const std::vector<std::string> bodies = {
      quoting_body,
      R"({"error":"S3CRETMARKER","error_description":"T0KENMARKER C0NTACTMARKER"})",
      R"({"operationInitiated":"C0NTACTMARKER","operationID":"T0KENMARKER","hasErrors":"S3CRETMARKER"})",
      R"({"hasErrors":true,"resultMessages":["C0NTACTMARKER",{"resultClass":"S3CRETMARKER","resultCode":"T0KENMARKER"}]})",
      R"({"operation":{"operationID":"T0KENMARKER","status":["C0NTACTMARKER"]},"C0NTACTMARKER":1,"C0NTACTMARKER":2})",
      R"({"access_token":"a T0KENMARKER","expires_in":"S3CRETMARKER"})",
      R"({"access_token":"T0KENMARKER","rest_instance_url":"https://S3CRETMARKER.C0NTACTMARKER.com"})",
      "<html>C0NTACTMARKER S3CRETMARKER T0KENMARKER",
      "C0NTACTMARKER S3CRETMARKER T0KENMARKER",
      "{\"C0NTACTMARKER\":\"S3CRETMARKER\",\"T0KENMARKER"};
  const http::Headers headers = {{"Content-Type", "C0NTACTMARKER"}, {"Retry-After", "S3CRETMARKER"}};
  for (const int http_status : {200, 201, 301, 400, 401, 403, 404, 409, 413, 429, 500, 503, 596}) {
    for (const auto& body : bodies) {
      bool refuse_tokens = false;
      network_.handler = [&](const http::Request& sent) {
        const bool plain = sent.url.ends_with("/v2/token") && !refuse_tokens;
        return plain ? token_reply() : reply(http_status, body, headers);
      };
      clock_.elapsed += 24h;
      status();
      submit();
      clock_.elapsed += 24h;
      refuse_tokens = true;
      status();
      clock_.elapsed += 24h;
      submit();
    }
  }
}

}  // namespace
}  // namespace lethe::cloud
