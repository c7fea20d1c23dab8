#include "core/reply.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using Delivery = Answer::Delivery;
using Next = Effect::Next;
using Shape = Answer::Shape;

Answer answered(int http_status, Shape shape) {
  Answer answer;
  answer.delivery = Delivery::answered;
  answer.http_status = http_status;
  answer.shape = shape;
  return answer;
}

Answer with_envelope(int http_status, std::optional<bool> initiated, std::optional<std::int64_t> id,
                     std::optional<bool> has_errors = std::nullopt, std::optional<bool> error_message = std::nullopt) {
  Answer answer = answered(http_status, Shape::contacts);
  answer.initiated = initiated;
  answer.operation_id = id;
  answer.has_errors = has_errors;
  answer.error_message = error_message;
  return answer;
}

Answer with_errorcode(int http_status, std::int64_t errorcode) {
  Answer answer = answered(http_status, Shape::rest);
  answer.errorcode = errorcode;
  return answer;
}

struct Row {
  std::string name;
  Answer answer;
  Next next;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

class ReplyTable : public testing::TestWithParam<Row> {};

TEST_P(ReplyTable, first_answer) {
  const Effect effect = judge(GetParam().answer, false);
  EXPECT_EQ(effect.next, GetParam().next);
  EXPECT_EQ(effect.operation_id.has_value(), effect.next == Next::suppressing);
  EXPECT_EQ(effect.wait.has_value(), effect.next == Next::wait);
  EXPECT_FALSE(effect.cause.empty());
}

TEST_P(ReplyTable, after_the_forced_refresh) {
  const Next expected = GetParam().next == Next::authorise ? Next::block : GetParam().next;
  EXPECT_EQ(judge(GetParam().answer, true).next, expected);
}

Answer undelivered(Delivery delivery) {
  Answer answer;
  answer.delivery = delivery;
  return answer;
}

std::vector<Row> rows() {
  std::vector<Row> all{
      {"not_sent", undelivered(Delivery::not_sent), Next::queue},
      {"lost", undelivered(Delivery::lost), Next::unconfirmed},

      // 2xx
      {"accepted", with_envelope(200, true, 2038, false, false), Next::suppressing},
      {"accepted_without_has_errors", with_envelope(200, true, 2038), Next::suppressing},
      {"accepted_with_a_warning", with_envelope(200, true, 2038, false, false), Next::suppressing},
      {"accepted_201", with_envelope(201, true, 1, false), Next::suppressing},
      {"accepted_202", with_envelope(202, true, 1, false), Next::suppressing},
      {"id_with_has_errors", with_envelope(200, true, 2038, true), Next::unconfirmed},
      {"id_with_an_error_message", with_envelope(200, true, 2038, false, true), Next::unconfirmed},
      {"id_not_initiated", with_envelope(200, false, 2038, false), Next::unconfirmed},
      {"id_not_initiated_with_errors", with_envelope(200, false, 2038, true, true), Next::unconfirmed},
      {"id_without_initiated", with_envelope(200, std::nullopt, 2038), Next::unconfirmed},
      {"initiated_without_id", with_envelope(200, true, std::nullopt, false), Next::unconfirmed},
      {"initiated_with_id_zero", with_envelope(200, true, 0, false), Next::unconfirmed},
      {"initiated_with_errors_without_id", with_envelope(200, true, std::nullopt, true), Next::unconfirmed},
      {"envelope_that_says_nothing", with_envelope(200, std::nullopt, std::nullopt, false), Next::unconfirmed},
      {"not_initiated", with_envelope(200, false, std::nullopt), Next::rejected},
      {"not_initiated_with_errors", with_envelope(200, false, std::nullopt, true, true), Next::rejected},
      {"not_initiated_with_id_zero", with_envelope(200, false, 0, true), Next::rejected},
      {"not_initiated_with_id_below_zero", with_envelope(200, false, -1), Next::rejected},
      {"errors_without_initiated_nor_id", with_envelope(200, std::nullopt, std::nullopt, true), Next::rejected},
      {"error_message_without_initiated_nor_id", with_envelope(200, std::nullopt, std::nullopt, std::nullopt, true),
       Next::rejected},
      {"success_unreadable", answered(200, Shape::unreadable), Next::unconfirmed},
      {"success_html", answered(200, Shape::html), Next::unconfirmed},
      {"success_rest", with_errorcode(200, 10006), Next::unconfirmed},
      {"no_content", answered(204, Shape::unreadable), Next::unconfirmed},

      // Refusals in a documented shape, and the same in another.
      {"envelope_400", with_envelope(400, false, std::nullopt, true, true), Next::rejected},
      {"envelope_400_with_id_zero", with_envelope(400, false, 0, true), Next::rejected},
      {"envelope_400_that_says_little", with_envelope(400, std::nullopt, std::nullopt), Next::rejected},
      {"envelope_400_with_id", with_envelope(400, false, 2038, true), Next::unconfirmed},
      {"envelope_400_initiated", with_envelope(400, true, std::nullopt, true), Next::unconfirmed},
      {"envelope_500_with_id", with_envelope(500, true, 2038, true), Next::unconfirmed},
      {"envelope_403_with_id", with_envelope(403, true, 2038), Next::unconfirmed},
      {"not_found_30003", with_errorcode(404, 30003), Next::rejected},
      {"not_found_other_errorcode", with_errorcode(404, 30002), Next::block},
      {"not_found_rest_without_errorcode", answered(404, Shape::rest), Next::block},
      {"not_found_envelope", with_envelope(404, false, std::nullopt, true), Next::block},
      {"not_found_html", answered(404, Shape::html), Next::block},
      {"not_found_unreadable", answered(404, Shape::unreadable), Next::block},

      {"unauthorised", with_errorcode(401, 0), Next::authorise},
      {"unauthorised_html", answered(401, Shape::html), Next::authorise},
      {"forbidden", with_errorcode(403, 20002), Next::block},
      {"forbidden_html", answered(403, Shape::html), Next::block},
      {"moved", answered(302, Shape::html), Next::block},
      {"not_modified", answered(304, Shape::unreadable), Next::block},
      {"proxy_asks_for_credentials", answered(407, Shape::html), Next::block},
      {"method_not_allowed", answered(405, Shape::rest), Next::block},
      {"teapot", answered(418, Shape::html), Next::block},
      {"unprocessable", answered(422, Shape::rest), Next::block},
      {"service_not_found", answered(596, Shape::html), Next::block},
      {"service_not_found_rest", with_errorcode(596, 50300), Next::block},

      {"throttled", with_errorcode(429, 50100), Next::wait},
      {"throttled_html", answered(429, Shape::html), Next::wait},
      {"unavailable", with_errorcode(503, 50300), Next::wait},
      {"unavailable_other_errorcode", with_errorcode(503, 50200), Next::unconfirmed},
      {"unavailable_html", answered(503, Shape::html), Next::unconfirmed},
      {"server_error", with_errorcode(500, 50000), Next::unconfirmed},
      {"server_error_50300", with_errorcode(500, 50300), Next::unconfirmed},
      {"server_error_envelope", with_envelope(500, false, std::nullopt, true), Next::unconfirmed},
      {"bad_gateway", answered(502, Shape::html), Next::unconfirmed},
      {"gateway_timeout", answered(504, Shape::html), Next::unconfirmed},
      {"informational", answered(101, Shape::unreadable), Next::unconfirmed},
      {"no_status", answered(0, Shape::unreadable), Next::unconfirmed},
      {"beyond_http", answered(600, Shape::rest), Next::unconfirmed},
  };
  for (const int status : {400, 409, 413, 415}) {
    const std::string name = std::to_string(status);
    all.push_back({"refused_rest_" + name, with_errorcode(status, 10006), Next::rejected});
    all.push_back({"refused_envelope_" + name, with_envelope(status, false, std::nullopt, true), Next::rejected});
    all.push_back({"refused_html_" + name, answered(status, Shape::html), Next::block});
    all.push_back({"refused_unreadable_" + name, answered(status, Shape::unreadable), Next::block});
    all.push_back({"refused_with_id_" + name, with_envelope(status, true, 5, true), Next::unconfirmed});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(rows, ReplyTable, testing::ValuesIn(rows()),
                         [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

TEST(judge, accepted_brings_the_operation_id) {
  EXPECT_EQ(judge(with_envelope(200, true, 2038, false), false).operation_id, OperationId{2038});
}

TEST(judge, cause_brings_what_the_answer_says) {
  Answer answer = with_errorcode(400, 10006);
  answer.what = "HTTP 400, errorcode 10006";
  EXPECT_EQ(judge(answer, false).cause, "refused: HTTP 400, errorcode 10006");
}

TEST(judge, waits_as_long_as_asked) {
  Answer answer = with_errorcode(429, 50100);
  answer.retry_after = 90s;
  EXPECT_EQ(judge(answer, false).wait, Duration{90s});
  Answer unavailable = with_errorcode(503, 50300);
  unavailable.retry_after = 12min;
  EXPECT_EQ(judge(unavailable, false).wait, Duration{12min});
}

TEST(judge, waits_a_while_where_nothing_was_asked) {
  EXPECT_EQ(judge(with_errorcode(429, 50200), false).wait, Duration{30min});
  EXPECT_EQ(judge(with_errorcode(503, 50300), false).wait, Duration{5min});
}

TEST(judge, waits_a_day_at_most) {
  Answer answer = with_errorcode(429, 50100);
  answer.retry_after = 24h;
  EXPECT_EQ(judge(answer, false).wait, Duration{24h});
  answer.retry_after = 24h + 1s;
  EXPECT_EQ(judge(answer, false).wait, Duration{24h});
  answer.retry_after = Duration::max();
  EXPECT_EQ(judge(answer, false).wait, Duration{24h});
}

TEST(judge, retry_after_in_the_past_is_none) {
  Answer answer = with_errorcode(429, 50100);
  answer.retry_after = 0s;
  EXPECT_EQ(judge(answer, false).wait, Duration{30min});
  answer.retry_after = -1h;
  EXPECT_EQ(judge(answer, false).wait, Duration{30min});
}

TEST(judge_properties, nothing_that_may_have_been_accepted_is_queued_or_rejected) {
  for (int status = 100; status < 650; ++status) {
    for (const Shape shape : {Shape::unreadable, Shape::contacts, Shape::rest, Shape::html}) {
      Answer answer = answered(status, shape);
      answer.operation_id = 2038;
      EXPECT_EQ(judge(answer, false).next, Next::unconfirmed) << status;
      answer.initiated = true;
      const bool accepted = status >= 200 && status < 300 && shape == Shape::contacts;
      EXPECT_EQ(judge(answer, false).next, accepted ? Next::suppressing : Next::unconfirmed) << status;
    }
  }
}

TEST(judge_properties, asks_for_a_new_token_once_only) {
  for (int status = 0; status < 650; ++status) {
    for (const Shape shape : {Shape::unreadable, Shape::contacts, Shape::rest, Shape::html}) {
      EXPECT_NE(judge(answered(status, shape), true).next, Next::authorise) << status;
    }
  }
}

}  // namespace
}  // namespace lethe::core
