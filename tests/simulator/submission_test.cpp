#include <gtest/gtest.h>

#include <vector>

#include "simulator/cloud.hpp"

namespace lethe::simulator {
namespace {

constexpr auto delete_keys = "/contacts/v1/contacts/actions/delete?type=keys";
constexpr auto delete_ids = "/contacts/v1/contacts/actions/delete?type=ids";
constexpr auto delete_list = "/contacts/v1/contacts/actions/delete?type=listReference";

bool is_envelope_refusal(const http::ServerReply& reply) {
  const json::value body = Cloud::parsed(reply);
  const json::object& object = body.as_object();
  return object.contains("hasErrors") && object.at("hasErrors").as_bool() &&
         !object.at("operationInitiated").as_bool() && !object.contains("operationID") &&
         Cloud::text(object.at("resultMessages").at(0), "resultClass") == "Error";
}

TEST(Submission, keys_are_accepted_with_an_operation_id) {
  Cloud cloud;
  const http::ServerReply reply =
      cloud.send("POST", delete_keys, R"({"values":["A","B"],"DeleteOperationType":"ContactAndAttributes"})");
  EXPECT_EQ(reply.response.status, 200);
  const json::value body = Cloud::parsed(reply);
  EXPECT_TRUE(body.at("operationInitiated").as_bool());
  EXPECT_GT(Cloud::number(body, "operationID"), 0);
  EXPECT_EQ(Cloud::text(body, "requestServiceMessageID").size(), 36U);
  EXPECT_TRUE(body.at("resultMessages").as_array().empty());
  const TrueOperation one = cloud.truth_of(Cloud::number(body, "operationID"));
  EXPECT_EQ(one.type, "keys");
  EXPECT_EQ(one.action, "delete");
  EXPECT_EQ(one.contacts, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(one.account_id, 10'650'003);
  EXPECT_EQ(one.received, epoch);
}

TEST(Submission, has_errors_and_response_date_time_are_sometimes_missing) {
  Cloud cloud;
  int with_errors_field = 0;
  int with_time = 0;
  for (int i = 0; i < 12; ++i) {
    const json::value body = Cloud::parsed(cloud.post_keys("A"));
    with_errors_field += body.as_object().contains("hasErrors") ? 1 : 0;
    with_time += body.as_object().contains("responseDateTime") ? 1 : 0;
  }
  EXPECT_EQ(with_errors_field, 8);
  EXPECT_EQ(with_time, 9);
}

TEST(Submission, ids_are_integers) {
  Cloud cloud;
  const http::ServerReply reply =
      cloud.send("POST", delete_ids, R"({"values":[12345678,12345679],"DeleteOperationType":"ContactAndAttributes"})");
  EXPECT_EQ(cloud.truth_of(Cloud::number(Cloud::parsed(reply), "operationID")).contacts,
            (std::vector<std::string>{"12345678", "12345679"}));
}

TEST(Submission, a_list_brings_its_key_and_rows) {
  Cloud cloud;
  const http::ServerReply reply = cloud.send(
      "POST", delete_list,
      R"({"deleteOperationType":"ContactAndAttributes","targetList":{"listType":{"listTypeID":3},"listKey":"DE_1"},)"
      R"("deleteListWhenCompleted":false,"deleteListContentsWhenCompleted":false})");
  const json::value body = Cloud::parsed(reply);
  EXPECT_EQ(Cloud::text(body.at("targetListInformation"), "listKey"), "DE_1");
  EXPECT_GT(Cloud::number(body.at("targetListInformation"), "rowCount"), 0);
  EXPECT_EQ(cloud.truth_of(Cloud::number(body, "operationID")).contacts, (std::vector<std::string>{"DE_1"}));
}

TEST(Submission, a_list_that_may_not_be_deleted_is_a_warning_and_goes_on) {
  Cloud cloud;
  const http::ServerReply reply =
      cloud.send("POST", delete_list,
                 R"({"deleteOperationType":"ContactAndAttributes","targetList":{"listType":{"listTypeID":3},)"
                 R"("listKey":"Contact_Salesforce"},"deleteListWhenCompleted":true})");
  const json::value body = Cloud::parsed(reply);
  EXPECT_TRUE(body.at("operationInitiated").as_bool());
  EXPECT_EQ(Cloud::text(body.at("resultMessages").at(0), "resultClass"), "Warning");
}

TEST(Submission, a_restrict_needs_no_delete_type) {
  Cloud cloud;
  const http::ServerReply reply =
      cloud.send("POST", "/contacts/v1/contacts/actions/restrict?type=keys", R"({"values":["A"]})");
  EXPECT_EQ(cloud.truth_of(Cloud::number(Cloud::parsed(reply), "operationID")).action, "restrict");
  const http::ServerReply list = cloud.send("POST", "/contacts/v1/contacts/actions/restrict?type=listReference",
                                            R"({"targetList":{"listType":{"listTypeID":3},"listKey":"DE_1"}})");
  EXPECT_TRUE(Cloud::parsed(list).at("operationInitiated").as_bool());
}

TEST(Submission, path_query_types_and_property_names_have_no_case) {
  Cloud cloud;
  const http::ServerReply reply = cloud.send("POST", "/CONTACTS/v1/Contacts/Actions/DELETE?TYPE=Keys",
                                             R"({"VALUES":["A"],"deleteoperationtype":"contactandattributes"})");
  EXPECT_EQ(reply.response.status, 200);
  const http::ServerReply list = cloud.send(
      "POST", "/contacts/v1/contacts/actions/delete?type=LISTREFERENCE",
      R"({"DeleteOperationType":"ContactAndAttributes","TargetList":{"ListType":{"ListTypeId":3},"ListKey":"DE"}})");
  EXPECT_EQ(list.response.status, 200);
}

struct BadBody {
  std::string name;
  std::string url;
  std::string body;
};

class RefusedSubmission : public testing::TestWithParam<BadBody> {};

TEST_P(RefusedSubmission, is_the_contacts_envelope_with_errors) {
  Cloud cloud;
  const http::ServerReply reply = cloud.send("POST", GetParam().url, GetParam().body);
  EXPECT_EQ(reply.response.status, 400);
  EXPECT_TRUE(is_envelope_refusal(reply)) << reply.response.body;
  EXPECT_TRUE(cloud.model.truth(epoch).empty());
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, RefusedSubmission,
    testing::Values(
        BadBody{"no_values", delete_keys, R"({"DeleteOperationType":"ContactAndAttributes"})"},
        BadBody{"empty_values", delete_keys, R"({"values":[],"DeleteOperationType":"ContactAndAttributes"})"},
        BadBody{"no_delete_type", delete_keys, R"({"values":["A"]})"},
        BadBody{"attributes_only", delete_keys, R"({"values":["A"],"DeleteOperationType":"AttributesOnly"})"},
        BadBody{"number_as_key", delete_keys, R"({"values":[1],"DeleteOperationType":"ContactAndAttributes"})"},
        BadBody{"empty_key", delete_keys, R"({"values":[""],"DeleteOperationType":"ContactAndAttributes"})"},
        BadBody{"text_as_id", delete_ids, R"({"values":["A"],"DeleteOperationType":"ContactAndAttributes"})"},
        BadBody{"id_zero", delete_ids, R"({"values":[0],"DeleteOperationType":"ContactAndAttributes"})"},
        BadBody{"no_list", delete_list, R"({"DeleteOperationType":"ContactAndAttributes"})"},
        BadBody{
            "list_type_1", delete_list,
            R"({"DeleteOperationType":"ContactAndAttributes","targetList":{"listType":{"listTypeID":1},"listKey":"A"}})"},
        BadBody{"no_list_key", delete_list,
                R"({"DeleteOperationType":"ContactAndAttributes","targetList":{"listType":{"listTypeID":3}}})"}),
    [](const auto& given) { return given.param.name; });

TEST(Submission, what_the_gateway_refuses_has_its_shape) {
  Cloud cloud;
  EXPECT_EQ(cloud.send("POST", delete_keys, "no json").response.status, 400);
  EXPECT_EQ(cloud.send("POST", delete_keys, "[]").response.status, 400);
  const http::ServerReply no_type = cloud.send("POST", "/contacts/v1/contacts/actions/delete", R"({"values":["A"]})");
  EXPECT_EQ(no_type.response.status, 400);
  EXPECT_NE(no_type.response.body.find("10006"), std::string::npos);
  EXPECT_TRUE(Cloud::parsed(no_type).as_object().contains("validationErrors"));
  EXPECT_EQ(cloud.send("GET", delete_keys).response.status, 405);
  EXPECT_EQ(cloud.send("POST", "/contacts/v1/contacts/actions/destroy?type=keys", "{}").response.status, 404);
  EXPECT_EQ(cloud.send("GET", "/contacts/v1/contacts/actions/restrict/configSettings").response.status, 404);
  EXPECT_EQ(cloud.send("GET", "/%zz").response.status, 400);
}

std::string body_of(std::size_t values, std::size_t bytes) {
  std::string body = R"({"DeleteOperationType":"ContactAndAttributes","values":[)";
  for (std::size_t i = 0; i < values; ++i) body += i == 0 ? "1" : ",1";
  body += "]}";
  if (body.size() < bytes) body.append(bytes - body.size(), ' ');
  return body;
}

TEST(Submission, four_million_bytes_and_a_million_contacts_are_the_limits) {
  Cloud cloud;
  EXPECT_EQ(cloud.send("POST", delete_ids, body_of(1, 4'000'000)).response.status, 200);
  EXPECT_EQ(cloud.send("POST", delete_ids, body_of(1, 4'000'001)).response.status, 413);
  EXPECT_EQ(cloud.send("POST", delete_ids, body_of(1'000'000, 0)).response.status, 200);
  EXPECT_EQ(cloud.send("POST", delete_ids, body_of(1'000'001, 0)).response.status, 413);
}

TEST(Submission, the_same_contact_posted_twice_is_two_operations) {
  Cloud cloud;
  const std::int64_t one = cloud.submit("A");
  const std::int64_t other = cloud.submit("A");
  EXPECT_GT(other, one);
  EXPECT_EQ(cloud.model.truth(epoch).size(), 2U);
}

struct Refused {
  LifeRule::Refusal refusal;
  int status;
  std::string word;
};

class ScriptedRefusal : public testing::TestWithParam<Refused> {};

TEST_P(ScriptedRefusal, has_its_documented_shape_and_does_nothing) {
  ModelSettings settings;
  settings.lives.push_back({"bad", std::nullopt, GetParam().refusal});
  Cloud cloud(settings);
  const http::ServerReply reply = cloud.post_keys("a-bad-key");
  EXPECT_EQ(reply.response.status, GetParam().status);
  EXPECT_NE(reply.response.body.find(GetParam().word), std::string::npos) << reply.response.body;
  EXPECT_EQ(cloud.post_keys("good").response.status, 200);
  EXPECT_EQ(cloud.model.truth(epoch).size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Shapes, ScriptedRefusal,
                         testing::Values(Refused{LifeRule::Refusal::bad_request, 400, "10006"},
                                         Refused{LifeRule::Refusal::envelope_400, 400, "\"hasErrors\":true"},
                                         Refused{LifeRule::Refusal::envelope_200, 200, "\"operationInitiated\":false"},
                                         Refused{LifeRule::Refusal::not_found, 404, "30003"}),
                         [](const auto& given) { return "refusal" + std::to_string(given.index); });

TEST(Settings, the_suppression_window_is_a_string_of_days) {
  Cloud cloud;
  const auto set = [&](const std::string& value) {
    return cloud.send("POST", "/contacts/v1/contacts/actions/delete/configSettings",
                      R"({"items":[{"settingKey":"SuppressionRestoreUntilDays","value":)" + value + "}]}");
  };
  const http::ServerReply reply = set(R"("-1")");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(Cloud::number(Cloud::parsed(reply), "rowsEffected"), 1);
  EXPECT_EQ(set(R"("1")").response.status, 200);
  EXPECT_EQ(set(R"("0")").response.status, 400);
  EXPECT_EQ(set(R"("two")").response.status, 400);
  EXPECT_EQ(set("2").response.status, 400);
  EXPECT_EQ(cloud.send("POST", "/contacts/v1/contacts/actions/delete/configSettings", "{}").response.status, 400);
}

}  // namespace
}  // namespace lethe::simulator
