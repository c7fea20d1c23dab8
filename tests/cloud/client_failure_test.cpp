// Which failure every answer is, how long it asks to wait, and that none quotes what must stay secret.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client_rig.hpp"

namespace lethe::cloud {
namespace {

using namespace std::chrono_literals;
using testing::quoting_body;
using testing::reply;
using testing::token_reply;
using Kind = Failure::Kind;
using ClientTest = testing::ClientRig;

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
