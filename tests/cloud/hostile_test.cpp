// Bodies that the cloud would never send, as answers of each call: no reader throws, no operation moves. A submission
// that was answered so is unconfirmed: neither accepted nor refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "cloud/json_kinds.hpp"
#include "cloud/json_tree.hpp"
#include "cloud/messages.hpp"
#include "cloud/messages_lists.hpp"
#include "core/operation.hpp"
#include "core/reply.hpp"

namespace lethe::cloud {
namespace {

using core::Effect;
using testing::json_kinds;
using testing::JsonKind;

core::Answer answer_of(std::string_view body, int http_status = 200) {
  core::Answer answer;
  answer.delivery = core::Answer::Delivery::answered;
  answer.http_status = http_status;
  read_submission_reply(body, answer);
  return answer;
}

Effect judged(std::string_view body, int http_status = 200) {
  return core::judge(answer_of(body, http_status), false);
}

/// Does the body, as the answer to a status call, say anything about operation 2038?
bool is_evidence(std::string_view body) {
  core::Operation known;
  known.state = core::State::deleting;
  known.operation_id = core::OperationId{2038};
  const auto seen = read_status_reply(body);
  return seen && core::decide(known, *seen, core::Time{}).evidence;
}

TEST(AnyJson, is_read_as_json_or_not) {
  for (const auto& kind : json_kinds()) {
    if (kind.is_json()) EXPECT_TRUE(json::parse(kind.text)) << kind.name;
    if (kind.is_no_json()) EXPECT_FALSE(json::parse(kind.text)) << kind.name;
  }
}

void expect_to_say_nothing(const JsonKind& kind) {
  const auto& body = kind.text;
  EXPECT_FALSE(is_evidence(body));
  EXPECT_FALSE(read_token_reply(body));
  EXPECT_FALSE(read_delete_requests(body));
  EXPECT_FALSE(read_delete_operations(body));
  EXPECT_FALSE(read_retry_reply(body, core::OperationId{2038}));
  EXPECT_FALSE(reports_error(body));
  EXPECT_EQ(judged(body, 200).next, Effect::Next::unconfirmed);
  EXPECT_EQ(judged(body, 500).next, Effect::Next::unconfirmed);
  for (const int refusal : {400, 409, 413, 415}) EXPECT_EQ(judged(body, refusal).next, Effect::Next::block);
}

void expect_to_be_passed_over_where_it_is_json(const JsonKind& kind) {
  const std::string other = ",\"other\":" + kind.text + "}";
  const bool accepted = judged(R"({"operationInitiated":true,"operationID":2038,"hasErrors":false)" + other).next ==
                        Effect::Next::suppressing;
  const bool evidence = is_evidence(R"({"operation":{"operationID":2038,"status":"Completed"})" + other);
  const bool token = read_token_reply(R"({"access_token":"a","expires_in":1079)" + other).has_value();
  const bool requests = read_delete_requests(R"({"operations":[])" + other).has_value();
  const bool operations = read_delete_operations(R"({"items":[])" + other).has_value();
  EXPECT_THAT((std::vector{evidence, token, requests, operations}), ::testing::Each(accepted));
  if (kind.is_json()) EXPECT_TRUE(accepted);
  if (kind.is_no_json()) EXPECT_FALSE(accepted);
}

void expect_to_decide_nothing(const JsonKind& kind) {
  const auto& value = kind.text;
  EXPECT_EQ(judged(R"({"operationInitiated":true,"hasErrors":false,"operationID":)" + value + "}").next,
            Effect::Next::unconfirmed);
  EXPECT_FALSE(is_evidence(R"({"operation":{"status":"Completed","operationID":)" + value + "}}"));
  core::Operation known;
  known.state = core::State::suppressing;
  known.operation_id = core::OperationId{2038};
  for (
      const auto& body :
      {R"({"operation":{"operationID":2038,"status":)" + value + "}}",
       R"({"operation":{"operationID":2038,"status":"Completed"},"backgroundOperationsSummary":)" + value + "}",
       R"({"operation":{"operationID":2038,"status":"Completed"},"backgroundOperationsSummary":[)" + value + "]}",
       R"({"operation":{"operationID":2038,"status":"Completed"},"backgroundOperationsSummary":[{"backgroundOperationStatusID":)" +
           value + "}]}"}) {
    const auto seen = read_status_reply(body);
    if (seen) EXPECT_FALSE(core::is_final(core::decide(known, *seen, core::Time{}).state)) << body.substr(0, 300);
  }
  EXPECT_FALSE(read_delete_operations(R"({"items":[{"operationID":)" + value + "}]}"));
  EXPECT_FALSE(read_delete_requests(R"({"operations":[{"operationId":)" + value + "}]}"));
}

template <class Expect>
void expect_of_each(Expect expect) {
  for (const auto& kind : json_kinds()) {
    SCOPED_TRACE(kind.name);
    expect(kind);
  }
}

TEST(AnyJson, as_a_whole_body_says_nothing) {
  expect_of_each(expect_to_say_nothing);
}

TEST(AnyJson, in_a_field_that_nobody_asks_for_spoils_the_body_only_where_it_is_no_json) {
  expect_of_each(expect_to_be_passed_over_where_it_is_json);
}

TEST(AnyJson, in_a_decisive_field_neither_accepts_nor_ends_anything) {
  expect_of_each(expect_to_decide_nothing);
}

TEST(OperationIdOfASubmission, is_taken_however_an_integer_is_written) {
  for (const char* id : {"2038", "\"2038\"", "2038.0", "2.038e3", "2038.000", "20380e-1"}) {
    const auto effect = judged(std::string{R"({"operationInitiated":true,"operationID":)"} + id + "}");
    EXPECT_EQ(effect.next, Effect::Next::suppressing) << id;
    EXPECT_EQ(effect.operation_id, core::OperationId{2038}) << id;
  }
  const auto largest = judged(R"({"operationInitiated":true,"operationID":9223372036854775807})");
  EXPECT_EQ(largest.operation_id, core::OperationId{9223372036854775807});
}

TEST(OperationIdOfASubmission, that_is_none_leaves_it_unconfirmed) {
  for (const char* id : {"0",
                         "-0",
                         "-1",
                         "-2038",
                         "\"-1\"",
                         "2038.5",
                         "1e-3",
                         "1e400",
                         "9223372036854775808",
                         "18446744073709551615",
                         "1e19",
                         "9007199254740994.0",
                         "\"9223372036854775808\"",
                         "\"2038 \"",
                         "\" 2038\"",
                         "\"+2038\"",
                         "\"0x7f6\"",
                         "\"2038.0\"",
                         "\"2,038\"",
                         "true",
                         "[2038]",
                         R"({"value":2038})",
                         "null",
                         "\"\""}) {
    const auto effect =
        judged(std::string{R"({"operationInitiated":true,"hasErrors":false,"operationID":)"} + id + "}");
    EXPECT_EQ(effect.next, Effect::Next::unconfirmed) << id;
  }
}

/// Whatever else they say: somebody may have accepted this.
TEST(ContradictionInASubmissionReply, is_unconfirmed_where_it_may_have_been_accepted) {
  for (const char* body : {
           R"({"operationID":"x","operationID":2038,"operationInitiated":false,"hasErrors":true})",
           R"({"operationID":0,"OperationID":2038,"operationInitiated":false,"hasErrors":true})",
           R"({"operationID":2038,"operationID":{},"operationInitiated":false,"hasErrors":true})",
           R"({"operationInitiated":false,"operationInitiated":true,"hasErrors":true})",
           R"({"operationInitiated":true,"OperationInitiated":"False","hasErrors":true})",
       }) {
    for (const int status : {200, 400, 409, 500}) {
      EXPECT_EQ(judged(body, status).next, Effect::Next::unconfirmed) << status << " " << body;
    }
  }
}

TEST(ContradictionInASubmissionReply, about_errors_is_no_acceptance) {
  constexpr std::string_view accepted = R"({"operationInitiated":true,"operationID":2038,)";
  for (const char* rest : {
           R"("hasErrors":false,"hasErrors":true})",
           R"("resultMessages":[],"resultMessages":[{"resultClass":"Error"}]})",
           R"("resultMessages":[{"resultClass":"Warning","resultClass":"Error"}]})",
           R"("resultMessages":[{"resultClass":"Warning","resultclass":"Error"}]})",
           R"("resultMessages":[null]})",
           R"("resultMessages":{"resultClass":"Warning"}})",
       }) {
    EXPECT_EQ(judged(std::string{accepted} + rest).next, Effect::Next::unconfirmed) << rest;
  }
}

TEST(ErrorOfSuccess, is_seen_where_the_answer_contradicts_itself) {
  EXPECT_TRUE(reports_error(R"({"hasErrors":false,"hasErrors":true})"));
  EXPECT_TRUE(reports_error(R"({"hasErrors":"perhaps"})"));
  EXPECT_TRUE(reports_error(R"({"resultMessages":[],"ResultMessages":[{"resultClass":"Error"}]})"));
  EXPECT_TRUE(reports_error(R"({"message":"no","errorcode":1})"));
  EXPECT_FALSE(reports_error(R"({"hasErrors":false,"hasErrors":"False","resultMessages":null})"));
}

TEST(StatusCodes, without_a_readable_body_never_refuse) {
  for (const char* body : {"", "  \r\n\t ", "\xef\xbb\xbf", "\xef\xbb\xbf  ", "{}", "[]", "null", "<html></html>"}) {
    for (const int status : {200, 201, 202, 204, 206, 299, 500, 502, 503, 504, 599, 600, 999}) {
      EXPECT_EQ(judged(body, status).next, Effect::Next::unconfirmed) << status << " " << body;
    }
    for (const int status : {300, 302, 307, 400, 402, 403, 404, 405, 409, 413, 415, 418, 499, 596}) {
      EXPECT_EQ(judged(body, status).next, Effect::Next::block) << status << " " << body;
    }
  }
}

/// U+009B begins a command of a terminal, U+202E turns the rest of a line around.
TEST(WordOfTheCloud, is_printable_wherever_it_is_shown) {
  for (const char* word : {R"("Complete\u009b31md")", R"("\u202edeteleD")", R"("a\u2028b")", R"("a\nb")", "\"\x7f\""}) {
    EXPECT_FALSE(read_status_reply(std::string{R"({"operation":{"operationID":1,"status":)"} + word + "}}")) << word;
    const auto seen = read_status_reply(
        std::string{
            R"({"operation":{"operationID":1,"status":"Completed"},"backgroundOperationsSummary":[{"backgroundOperationStatusID":)"} +
        word + "}]}");
    ASSERT_TRUE(seen) << word;
    EXPECT_THAT(seen->background, ::testing::ElementsAre("")) << "an entry that isn't final";
  }
}

TEST(LargeBody, of_small_values_is_refused_before_it_fills_the_memory) {
  std::string body = R"({"items":[)";
  while (body.size() < 8'000'000) body += "[],";
  body += "0]}";
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(json::parse(body)) << "more values than any answer has";
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{20});
}

TEST(LargeBody, with_one_name_a_hundred_thousand_times_takes_no_longer_than_another) {
  std::string body = "{";
  for (int each = 0; each < 100'000; ++each) body += R"("operationID":2038,"operation":{"a":[]},)";
  body += R"("items":[],"operationInitiated":true})";
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(judged(body).next, Effect::Next::suppressing);
  EXPECT_FALSE(read_status_reply(body));
  EXPECT_TRUE(read_delete_operations(body));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{20});
}

}  // namespace
}  // namespace lethe::cloud
