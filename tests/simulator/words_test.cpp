// What the log says about a request: readable, and never a contact or a token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "simulator/cloud.hpp"

namespace lethe::simulator {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view deletion = "/contacts/v1/contacts/actions/delete";

class Words : public testing::Test {
 protected:
  static ModelSettings settings() {
    ModelSettings settings;
    LifeRule refused;
    refused.match = "refused";
    LifeRule others;
    others.life = quick();
    settings.lives = {refused, others};
    settings.restorable_days = -1;
    return settings;
  }

  std::string say(std::string method, std::string url, std::string body = {}) {
    http::Request request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.headers.emplace_back("Authorization", "Bearer " + cloud.token);
    request.body = std::move(body);
    auto words = cloud.model.handle_and_tell(request, cloud.now).words;
    EXPECT_THAT(words, Not(HasSubstr("MARKER")));
    EXPECT_THAT(words, Not(HasSubstr(cloud.token)));
    return words;
  }
  std::string submit(const std::string& query, const std::string& values) {
    return say("POST", std::string(deletion) + query,
               R"({"DeleteOperationType":"ContactAndAttributes","values":)" + values + "}");
  }

  /// " -> operation 12", for the latest one.
  std::string with_operation() {
    return fmt::format(" -> operation {}", cloud.model.truth(cloud.now).back().operation_id);
  }

  Cloud cloud{settings()};
};

TEST_F(Words, a_submission_says_how_many_and_the_operation) {
  EXPECT_EQ(submit("?type=keys", R"(["MARKER-1","MARKER-2","MARKER-3"])"), "submit 3 keys" + with_operation());
  EXPECT_EQ(submit("?type=ids", "[7]"), "submit 1 id" + with_operation());
  EXPECT_EQ(say("POST", std::string(deletion) + "?type=listReference",
                R"({"deleteOperationType":"ContactAndAttributes","targetList":{"listType":{"listTypeID":3},)"
                R"("listKey":"MARKER"}})"),
            "submit a list" + with_operation());
  EXPECT_EQ(say("POST", "/contacts/v1/contacts/actions/restrict?type=keys", R"({"values":["MARKER"]})"),
            "submit 1 key (restrict)" + with_operation());
}

TEST_F(Words, what_was_not_taken_has_no_number) {
  EXPECT_EQ(submit("?type=keys", R"(["MARKER refused"])"), "submit 1 key -> refused");
  EXPECT_EQ(submit("?type=MARKER", R"(["MARKER"])"), "submit");
  cloud.token = "MARKER-TOKEN";
  EXPECT_EQ(submit("?type=keys", R"(["MARKER"])"), "submit");
}

TEST_F(Words, a_status_follows_the_operation) {
  const auto id = cloud.submit("MARKER");
  const auto target = fmt::format("{}/status?operationID={}", deletion, id);
  EXPECT_EQ(say("GET", target), fmt::format("status {} -> Processing", id));
  cloud.now += 11min;
  EXPECT_THAT(say("GET", target), HasSubstr("Completed / Processing"));
  EXPECT_EQ(say("GET", std::string(deletion) + "/status?operationID=MARKER"), "status");
  EXPECT_EQ(say("GET", "/contacts/v1/contacts/actions/restrict/status?operationID=3"), "status 3 (restrict)");
}

TEST_F(Words, the_other_calls) {
  EXPECT_EQ(say("POST", "/v2/token", R"({"client_secret":"MARKER"})"), "token");
  EXPECT_EQ(say("GET", "/contacts/v1/contacts/deleteOperations?$page=2"), "list of operations, page 2");
  EXPECT_EQ(say("GET", "/contacts/v1/contacts/analytics/deleterequests?$page=MARKER"), "list of requests");
  EXPECT_EQ(say("GET", "/contacts/v1/contacts/analytics/deleterequests/summary"), "summary of requests");
  EXPECT_EQ(say("POST", "/contacts/v1/operations/delete/12/retry"), "retry 12");
  EXPECT_EQ(say("POST", std::string(deletion) + "/configSettings",
                R"({"items":[{"settingKey":"SuppressionRestoreUntilDays","value":"3"}]})"),
            "restore window -> 3d");
  EXPECT_EQ(say("GET", "/MARKER/%zz"), "no call that is known here");
  EXPECT_EQ(say("GET", "/MARKER"), "no call that is known here");
}

TEST(WordsOfFaults, a_fault_is_told_and_what_was_done_in_spite_of_it) {
  ModelSettings failing;
  FaultRule lost;
  lost.call = FaultRule::Call::submit;
  lost.fault = FaultRule::Fault::reset_after;
  FaultRule throttled;
  throttled.call = FaultRule::Call::status;
  throttled.fault = FaultRule::Fault::throttled;
  failing.faults = {lost, throttled};
  Cloud troubled(failing);
  http::Request request;
  request.method = "POST";
  request.url = std::string(deletion) + "?type=keys";
  request.headers.emplace_back("Authorization", "Bearer " + troubled.token);
  request.body = R"({"values":["A"],"DeleteOperationType":"ContactAndAttributes"})";
  const auto submitted = troubled.model.handle_and_tell(request, troubled.now);
  EXPECT_THAT(submitted.words, HasSubstr("submit 1 key -> operation "));
  EXPECT_EQ(submitted.fault, FaultRule::Fault::reset_after);
  request.method = "GET";
  request.url = std::string(deletion) + "/status?operationID=5";
  const auto asked = troubled.model.handle_and_tell(request, troubled.now);
  EXPECT_EQ(asked.words, "status 5");
  EXPECT_EQ(asked.fault, FaultRule::Fault::throttled);
}

TEST(RestUrl, ends_with_a_slash_always_or_every_second_time) {
  for (const bool varies : {false, true}) {
    ModelSettings settings;
    settings.rest_instance_url = "http://127.0.0.1:1";
    settings.rest_url_varies = varies;
    Cloud cloud(settings);
    int slashes = 0;
    for (int i = 0; i < 4; ++i) {
      if (Cloud::text(Cloud::parsed(cloud.ask_token()), "rest_instance_url").ends_with('/')) ++slashes;
    }
    EXPECT_EQ(slashes, varies ? 2 : 4);
  }
}

}  // namespace
}  // namespace lethe::simulator
