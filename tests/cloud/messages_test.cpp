// What comes back: every shape of a reply, read to facts or to an error that names the field.
#include "cloud/messages.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/operation.hpp"
#include "examples.hpp"

namespace lethe::cloud {
namespace {

using core::Action;
using core::State;
using Shape = core::Answer::Shape;
using Words = std::vector<std::string>;

core::Operation operation(std::int64_t id, Action action = Action::delete_contacts) {
  core::Operation known;
  known.action = action;
  known.state = State::suppressing;
  known.operation_id = core::OperationId{id};
  return known;
}

core::Observation read(std::string_view body) {
  const auto observation = read_status_reply(body);
  EXPECT_TRUE(observation.has_value()) << observation.error() << "\n" << body;
  return observation.value_or(core::Observation{});
}

std::string why(std::string_view body) {
  const auto observation = read_status_reply(body);
  return observation ? "" : observation.error();
}

/// A status reply with this text in place of a field's value.
std::string with_id(std::string_view id) {
  return R"({"operation":{"status":"Completed","operationID":)" + std::string{id} + "}}";
}
std::string with_status(std::string_view status) {
  return R"({"operation":{"operationID":1,"status":)" + std::string{status} + "}}";
}
std::string with_summary(std::string_view summary) {
  return R"({"backgroundOperationsSummary":)" + std::string{summary} +
         R"(,"operation":{"operationID":1,"status":"Completed"}})";
}

TEST(StatusReply, example_completed_without_summary_is_deleting) {
  const auto seen = read(testing::status_completed_no_summary);
  EXPECT_EQ(seen.operation_id, core::OperationId{2});
  EXPECT_EQ(seen.status, "Completed");
  EXPECT_TRUE(seen.background.empty());
  EXPECT_FALSE(seen.errors_in_batch);
  EXPECT_EQ(seen.restorable_days, std::nullopt);
  EXPECT_EQ(core::decide(operation(2), seen, core::Time{}).state, State::deleting);
}

TEST(StatusReply, retry_count_is_read_where_it_can_be) {
  const auto with_count = [](std::string_view count) {
    return R"({"operation":{"operationID":1,"status":"Failed","retryCount":)" + std::string{count} + "}}";
  };
  EXPECT_EQ(read(with_count("2")).retry_count, 2);
  EXPECT_EQ(read(with_count(R"("3")")).retry_count, 3);
  EXPECT_EQ(read(with_count("null")).retry_count, std::nullopt);
  EXPECT_EQ(read(with_count("99999999999")).retry_count, std::nullopt);
  EXPECT_EQ(read(with_count("{}")).retry_count, std::nullopt);
  EXPECT_EQ(read(with_status(R"("Failed")")).retry_count, std::nullopt);
}

TEST(StatusReply, example_pending_is_suppressing) {
  const auto seen = read(testing::status_pending);
  EXPECT_EQ(seen.operation_id, core::OperationId{1});
  EXPECT_EQ(seen.status, "Pending");
  EXPECT_TRUE(seen.background.empty());
  EXPECT_EQ(seen.restorable_days, 14);
  EXPECT_EQ(core::decide(operation(1), seen, core::Time{}).state, State::suppressing);
}

TEST(StatusReply, example_of_the_delete_phase_is_deleting) {
  const auto seen = read(testing::status_delete_phase);
  EXPECT_EQ(seen.operation_id, core::OperationId{1});
  EXPECT_EQ(seen.status, "Completed");
  EXPECT_EQ(seen.background, Words{"Processing"});
  EXPECT_EQ(seen.restorable_days, 14);
  EXPECT_EQ(core::decide(operation(1), seen, core::Time{}).state, State::deleting);
}

TEST(StatusReply, example_of_restrict_is_restricted) {
  const auto seen = read(testing::status_restrict);
  EXPECT_EQ(seen.operation_id, core::OperationId{2105});
  EXPECT_EQ(seen.status, "Completed");
  EXPECT_TRUE(seen.background.empty());
  EXPECT_EQ(seen.restorable_days, -1);
  EXPECT_EQ(core::decide(operation(2105, Action::restrict_contacts), seen, core::Time{}).state, State::restricted);
}

TEST(StatusReply, background_completed_is_deleted) {
  EXPECT_EQ(core::decide(operation(1), read(testing::status_deleted), core::Time{}).state, State::deleted);
}

TEST(StatusReply, background_aborted_is_restored) {
  const auto seen = read(with_summary(R"([{"backgroundOperationStatusID":"Aborted"}])"));
  EXPECT_EQ(core::decide(operation(1), seen, core::Time{}).state, State::restored);
}

TEST(StatusReply, several_entries_in_the_clouds_order) {
  const auto seen = read(with_summary(
      R"([{"backgroundOperationStatusID":"Completed"},{"BACKGROUNDOPERATIONSTATUSID":"Aborted"},{"backgroundOperationStatusID":"Queued"}])"));
  EXPECT_EQ(seen.background, (Words{"Completed", "Aborted", "Queued"}));
}

TEST(StatusReply, summary_absent_null_or_empty_is_no_entry) {
  EXPECT_TRUE(read(with_status("\"Completed\"")).background.empty());
  EXPECT_TRUE(read(with_summary("null")).background.empty());
  EXPECT_TRUE(read(with_summary("[]")).background.empty());
}

TEST(StatusReply, entry_without_a_usable_word_is_an_entry_that_is_not_final) {
  for (const std::string entry : {"null", "1", "\"Completed\"", "[]", "{}", R"({"backgroundOperationStatusID":null})",
                                  R"({"backgroundOperationStatusID":5})", R"({"backgroundOperationStatusID":"a\nb"})",
                                  R"({"backgroundOperationID":1})"}) {
    const auto alone = read(with_summary("[" + entry + "]"));
    EXPECT_EQ(alone.background, Words{""}) << entry;
    EXPECT_EQ(core::decide(operation(1), alone, core::Time{}).state, State::deleting) << entry;
    const auto beside = read(with_summary(R"([{"backgroundOperationStatusID":"Completed"},)" + entry + "]"));
    EXPECT_EQ(beside.background, (Words{"Completed", ""})) << entry;
    EXPECT_EQ(core::decide(operation(1), beside, core::Time{}).state, State::deleting) << entry;
  }
}

TEST(StatusReply, summary_of_another_type_breaks_the_contract) {
  for (const char* summary : {"1", "\"Completed\"", "{}", "true", R"({"backgroundOperationStatusID":"Completed"})"}) {
    EXPECT_EQ(why(with_summary(summary)), "backgroundOperationsSummary: is no array") << summary;
  }
}

TEST(StatusReply, contradicting_entry_breaks_the_contract) {
  EXPECT_EQ(
      why(with_summary(R"([{"backgroundOperationStatusID":"Completed","BackgroundOperationStatusID":"Aborted"}])")),
      "backgroundOperationStatusID: is there twice and says two things");
}

TEST(StatusReply, operation_absent_or_null_is_no_evidence) {
  for (const char* body : {"{}", R"({"operation":null})", R"({"resultMessages":[]})",
                           R"({"backgroundOperationsSummary":[{"backgroundOperationStatusID":"Completed"}]})"}) {
    EXPECT_EQ(read(body).operation_id, std::nullopt) << body;
    EXPECT_FALSE(core::decide(operation(1), read(body), core::Time{}).evidence) << body;
  }
}

TEST(StatusReply, operation_of_another_type_breaks_the_contract) {
  for (const char* value : {"1", "[]", "\"x\"", "true"}) {
    EXPECT_EQ(why(std::string{"{\"operation\":"} + value + "}"), "operation: is no object");
  }
}

TEST(StatusReply, names_in_any_case_and_numbers_as_strings) {
  const auto seen = read(
      R"({"Operation":{"OperationId":"2038","STATUS":"Completed","ErrorsOccurredInBatchProcess":"true"},
          "NumberOfRestorableDays":"-1","BackgroundOperationsSummary":[{"backgroundoperationstatusid":"Completed"}]})");
  EXPECT_EQ(seen.operation_id, core::OperationId{2038});
  EXPECT_TRUE(seen.errors_in_batch);
  EXPECT_EQ(seen.restorable_days, -1);
  EXPECT_EQ(core::decide(operation(2038), seen, core::Time{}).state, State::deleted_with_errors);
}

TEST(StatusReply, operation_id_in_every_writing) {
  for (const char* id : {"2038", "\"2038\"", "2038.0"}) {
    EXPECT_EQ(read(with_id(id)).operation_id, core::OperationId{2038}) << id;
  }
}

TEST(StatusReply, unreadable_operation_id_breaks_the_contract) {
  for (const char* id : {"2038.5", "\"a\"", "true", "[]", "{}", "1e400", "18446744073709551616"}) {
    EXPECT_EQ(why(with_id(id)), "operation.operationID: is no integer") << id;
  }
  for (const char* id : {"null", "\"\"", "0", "-1"}) {
    EXPECT_EQ(why(with_id(id)), "operation.operationID: is missing or not above zero") << id;
  }
  EXPECT_EQ(why(R"({"operation":{"status":"Completed"}})"), "operation.operationID: is missing or not above zero");
}

TEST(StatusReply, status_that_is_no_text_breaks_the_contract) {
  for (const char* status : {"1", "true", "[]", "{}", "[\"Completed\"]"}) {
    EXPECT_EQ(why(with_status(status)), "operation.status: is no text") << status;
  }
  EXPECT_EQ(why(with_status("null")), "operation.status: is missing");
  EXPECT_EQ(why(R"({"operation":{"operationID":1}})"), "operation.status: is missing");
  EXPECT_EQ(why(with_status("\"a\\u0000b\"")), "operation.status: is no word");
  EXPECT_EQ(why(with_status("\"" + std::string(65, 'x') + "\"")), "operation.status: is no word");
}

TEST(StatusReply, contradictions_break_the_contract) {
  EXPECT_EQ(why(R"({"operation":{"operationID":1,"status":"Completed","Status":"Pending"}})"),
            "operation.status: is there twice and says two things");
  EXPECT_EQ(why(R"({"operation":{"operationID":1,"status":"Completed","status":"Pending"}})"),
            "operation.status: is there twice and says two things");
  EXPECT_EQ(why(R"({"operation":{"operationID":1,"operationId":2,"status":"Completed"}})"),
            "operation.operationID: is there twice and says two things");
  EXPECT_EQ(
      why(R"({"operation":{"operationID":1,"status":"Completed"},"Operation":{"operationID":1,"status":"Failed"}})"),
      "operation: is there twice and says two things");
  EXPECT_EQ(
      why(R"({"operation":{"operationID":1,"status":"Completed"},"backgroundOperationsSummary":[],"backgroundOperationsSummary":[{}]})"),
      "backgroundOperationsSummary: is there twice and says two things");
  EXPECT_EQ(read(R"({"operation":{"operationID":1,"operationId":"1","status":"Pending","Status":"Pending"}})").status,
            "Pending");
}

TEST(StatusReply, other_unreadable_fields_are_named) {
  EXPECT_EQ(why(R"({"operation":{"operationID":1,"status":"Completed","errorsOccurredInBatchProcess":"perhaps"}})"),
            "operation.errorsOccurredInBatchProcess: is neither true nor false");
  EXPECT_EQ(why(R"({"numberofRestorableDays":"many","operation":{"operationID":1,"status":"Completed"}})"),
            "numberofRestorableDays: is no integer");
  EXPECT_EQ(why(R"({"numberofRestorableDays":99999999999,"operation":{"operationID":1,"status":"Completed"}})"),
            "numberofRestorableDays: is out of range");
}

TEST(StatusReply, what_is_no_json_object_is_an_error) {
  for (const char* body : {"", "null", "[]", "1", "<html></html>", "{"}) EXPECT_NE(why(body), "") << body;
}

TEST(StatusReply, errors_instead_of_an_operation_are_recognised) {
  for (const char* body : {R"({"hasErrors":true})", R"({"HasErrors":"true","operation":null})",
                           R"({"resultMessages":[{"resultClass":"Error","message":"x"}]})",
                           R"({"resultMessages":[{"resultClass":"Warning"},{"resultClass":"Error"}]})",
                           R"({"message":"Not found","errorcode":30003})"}) {
    EXPECT_TRUE(reports_error(body)) << body;
  }
  for (const char* body : {"{}", R"({"hasErrors":false,"resultMessages":[]})", "[]", "", R"({"resultMessages":null})",
                           R"({"resultMessages":[{"ResultClass":"warning"}]})"}) {
    EXPECT_FALSE(reports_error(body)) << body;
  }
}

core::Answer answer(std::string_view body) {
  core::Answer result;
  result.delivery = core::Answer::Delivery::answered;
  result.http_status = 200;
  read_submission_reply(body, result);
  return result;
}

TEST(SubmissionReply, example_is_accepted) {
  const auto read = answer(testing::accepted);
  EXPECT_EQ(read.shape, Shape::contacts);
  EXPECT_EQ(read.initiated, true);
  EXPECT_EQ(read.operation_id, 2038);
  EXPECT_EQ(read.has_errors, false);
  EXPECT_EQ(read.error_message, false);
  EXPECT_EQ(core::judge(read, false).next, core::Effect::Next::suppressing);
}

TEST(SubmissionReply, sparse_envelope_in_other_case_is_accepted) {
  const auto read = answer(R"({"OperationInitiated":"true","OperationId":"2038"})");
  EXPECT_EQ(read.shape, Shape::contacts);
  EXPECT_EQ(read.has_errors, std::nullopt);
  EXPECT_EQ(read.error_message, std::nullopt);
  EXPECT_EQ(core::judge(read, false).operation_id, core::OperationId{2038});
}

TEST(SubmissionReply, list_brings_its_row_count) {
  const auto read = answer(
      R"({"operationInitiated":true,"operationID":1,"targetListInformation":{"listKey":"K","rowCount":"1000"}})");
  EXPECT_EQ(read.row_count, 1000);
  EXPECT_EQ(answer(R"({"operationInitiated":true,"operationID":1,"targetListInformation":null})").row_count,
            std::nullopt);
  EXPECT_EQ(answer(R"({"operationInitiated":true,"operationID":1,"targetListInformation":{"rowCount":"x"}})").shape,
            Shape::contacts);
}

TEST(SubmissionReply, warning_is_no_error) {
  const auto read = answer(
      R"({"operationInitiated":true,"operationID":1,"resultMessages":[{"resultType":"x","resultClass":"WARNING","resultCode":7}]})");
  EXPECT_EQ(read.error_message, false);
  EXPECT_EQ(core::judge(read, false).next, core::Effect::Next::suppressing);
}

TEST(SubmissionReply, success_that_is_a_refusal) {
  const auto read = answer(
      R"({"operationInitiated":false,"operationID":0,"hasErrors":true,"resultMessages":[{"resultClass":"Error","resultCode":"10005","message":"C0NTACTMARKER is unknown"}]})");
  EXPECT_EQ(read.shape, Shape::contacts);
  EXPECT_EQ(read.initiated, false);
  EXPECT_EQ(read.has_errors, true);
  EXPECT_EQ(read.error_message, true);
  EXPECT_TRUE(read.what.contains("resultCode 10005")) << read.what;
  EXPECT_FALSE(read.what.contains("C0NTACTMARKER"));
  EXPECT_EQ(core::judge(read, false).next, core::Effect::Next::rejected);
}

TEST(SubmissionReply, message_without_a_class_is_an_error) {
  for (const char* messages : {"[{}]", "[1]", "[\"x\"]", "[{\"resultClass\":5}]", "\"x\"", "{}"}) {
    EXPECT_EQ(answer(std::string{R"({"operationInitiated":true,"operationID":1,"resultMessages":)"} + messages + "}")
                  .error_message,
              true)
        << messages;
  }
}

TEST(SubmissionReply, unreadable_decisive_field_is_unconfirmed) {
  for (const char* body :
       {R"({"operationInitiated":"perhaps","operationID":1})", R"({"operationInitiated":true,"operationID":"x"})",
        R"({"operationInitiated":true,"operationID":1.5})",
        R"({"operationInitiated":true,"operationID":1,"hasErrors":7})",
        R"({"operationInitiated":true,"operationInitiated":false,"operationID":1})"}) {
    const auto read = answer(body);
    EXPECT_EQ(read.shape, Shape::unreadable) << body;
    EXPECT_EQ(core::judge(read, false).next, core::Effect::Next::unconfirmed) << body;
  }
}

TEST(SubmissionReply, contradicting_ids_are_never_a_refusal) {
  auto read = answer(R"({"operationInitiated":false,"operationID":5,"operationId":6,"hasErrors":true})");
  read.http_status = 400;
  EXPECT_EQ(core::judge(read, false).next, core::Effect::Next::unconfirmed);
}

TEST(SubmissionReply, gateways_shape_in_any_case) {
  const auto read = answer(R"({"Message":"C0NTACTMARKER","ErrorCode":10006,"Documentation":"","validationErrors":[]})");
  EXPECT_EQ(read.shape, Shape::rest);
  EXPECT_EQ(read.errorcode, 10006);
  EXPECT_EQ(read.what, "errorcode 10006");
}

TEST(SubmissionReply, html_and_unreadable) {
  EXPECT_EQ(answer(" \r\n<!DOCTYPE html><p>C0NTACTMARKER").shape, Shape::html);
  for (const char* body :
       {"", "[]", "null", "{}", R"({"foo":1})", "Service Unavailable", "{\"operationInitiated\":true"}) {
    const auto read = answer(body);
    EXPECT_EQ(read.shape, Shape::unreadable) << body;
    EXPECT_FALSE(read.what.empty()) << body;
    EXPECT_EQ(core::judge(read, false).next, core::Effect::Next::unconfirmed) << body;
  }
}

TEST(TokenReply, example) {
  const auto read = read_token_reply(testing::token_example).value();
  EXPECT_EQ(read.access_token, "abc.def-123");
  EXPECT_EQ(read.expires_in, std::chrono::seconds{1079});
  EXPECT_EQ(read.rest_instance_url, "mc1.rest.marketingcloudapis.com");
}

TEST(TokenReply, sparse) {
  const auto read = read_token_reply(R"({"Access_Token":"t"})").value();
  EXPECT_EQ(read.expires_in, std::chrono::seconds{1079});
  EXPECT_EQ(read.rest_instance_url, "");
  EXPECT_EQ(read_token_reply(R"({"access_token":"t","expires_in":null})").value().expires_in,
            std::chrono::seconds{1079});
  EXPECT_EQ(read_token_reply(R"({"access_token":"t","expires_in":"60"})").value().expires_in, std::chrono::seconds{60});
  EXPECT_EQ(read_token_reply(R"({"access_token":"t","expires_in":9000000000000000000})").value().expires_in,
            std::chrono::hours{24});
}

TEST(TokenReply, faults_name_the_field_and_no_value) {
  const auto fault = [](std::string_view body) {
    const auto read = read_token_reply(body);
    return read ? "" : read.error();
  };
  for (const char* body : {"{}", R"({"access_token":null})", R"({"access_token":""})", R"({"access_token":"a b"})",
                           R"({"access_token":"a\r\nX: y"})", R"({"access_token":"é"})"}) {
    EXPECT_EQ(fault(body), "access_token: is missing or no token") << body;
  }
  EXPECT_EQ(fault(R"({"access_token":"t","expires_in":"soon"})"), "expires_in: is no integer");
  EXPECT_EQ(fault(R"({"access_token":"t","expires_in":0})"), "expires_in: is not above zero");
  EXPECT_EQ(fault(R"({"access_token":"t","rest_instance_url":7})"), "rest_instance_url: is no text");
  EXPECT_EQ(fault(R"({"access_token":"t","Access_Token":"u"})"), "access_token: is there twice and says two things");
  EXPECT_EQ(fault("<html>"), "the answer is no JSON");
}

TEST(ErrorReply, both_shapes) {
  EXPECT_EQ(read_error_reply(R"({"message":"m","errorcode":50100})").code, "errorcode 50100");
  EXPECT_EQ(read_error_reply(R"({"message":"m","errorcode":"50100"})").errorcode, 50100);
  EXPECT_EQ(read_error_reply(R"({"message":"Not Authorized","errorcode":0})").errorcode, 0);
  EXPECT_EQ(read_error_reply(R"({"error":"invalid_client","error_description":"d"})").code, "invalid_client");
  EXPECT_EQ(read_error_reply(R"({"error":"S3CRETMARKER"})").code, "unlisted_error");
  EXPECT_EQ(read_error_reply(R"({"errorcode":12345678})").code, "");
  for (const char* body : {"", "[]", "<html>", "{}", R"({"error":{}})"}) {
    EXPECT_EQ(read_error_reply(body).code, "") << body;
    EXPECT_EQ(read_error_reply(body).errorcode, std::nullopt) << body;
  }
}

}  // namespace
}  // namespace lethe::cloud
