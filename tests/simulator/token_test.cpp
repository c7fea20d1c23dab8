#include <gtest/gtest.h>

#include "simulator/cloud.hpp"

namespace lethe::simulator {
namespace {

ModelSettings with_url() {
  ModelSettings settings;
  settings.rest_instance_url = "https://mc.rest.marketingcloudapis.com";
  return settings;
}

TEST(Token, the_reply_has_the_documented_fields) {
  Cloud cloud(with_url());
  const http::ServerReply reply = cloud.ask_token(R"(,"account_id":"10650003")");
  EXPECT_EQ(reply.response.status, 200);
  const json::value body = Cloud::parsed(reply);
  EXPECT_GT(Cloud::text(body, "access_token").size(), 100U);
  EXPECT_EQ(Cloud::text(body, "token_type"), "Bearer");
  EXPECT_EQ(Cloud::number(body, "expires_in"), 18 * 60);
  EXPECT_EQ(Cloud::text(body, "scope"), "list_and_subscribers_read list_and_subscribers_write");
  EXPECT_TRUE(body.as_object().contains("soap_instance_url"));
}

TEST(Token, rest_instance_url_ends_now_with_a_slash_now_without) {
  Cloud cloud(with_url());
  const std::string one = Cloud::text(Cloud::parsed(cloud.ask_token()), "rest_instance_url");
  const std::string other = Cloud::text(Cloud::parsed(cloud.ask_token()), "rest_instance_url");
  EXPECT_NE(one.ends_with('/'), other.ends_with('/'));
  EXPECT_TRUE(one.starts_with("https://mc.rest.marketingcloudapis.com"));
}

TEST(Token, a_short_life_still_says_a_second) {
  ModelSettings settings;
  settings.token_life = 90s;
  Cloud cloud(settings);
  EXPECT_EQ(Cloud::number(Cloud::parsed(cloud.ask_token()), "expires_in"), 1);
}

TEST(Token, what_is_wrong_with_the_request_is_said_in_the_routes_own_shape) {
  ModelSettings settings;
  settings.account_ids = {7, 8};
  CloudModel model(settings);
  const auto ask = [&](std::string body) {
    http::Request request;
    request.method = "POST";
    request.url = "/v2/token";
    request.body = std::move(body);
    const http::Response response = model.handle(request, epoch).response;
    const json::value value = json::parse(response.body);
    const bool failed = value.as_object().contains("error_description") && value.as_object().contains("error_uri");
    return fmt::format("{} {}", response.status, failed ? Cloud::text(value, "error") : "token");
  };
  const std::string client = R"("client_id":"rehearsal-client","client_secret":"rehearsal-secret")";
  EXPECT_EQ(ask("no json"), "400 invalid_request");
  EXPECT_EQ(ask("[]"), "400 invalid_request");
  EXPECT_EQ(ask("{" + client + "}"), "400 unsupported_grant_type");
  EXPECT_EQ(ask(R"({"grant_type":"client_credentials","client_id":"rehearsal-client","client_secret":"x"})"),
            "401 invalid_client");
  EXPECT_EQ(ask(R"({"grant_type":"client_credentials","client_id":"x","client_secret":"rehearsal-secret"})"),
            "401 invalid_client");
  const std::string grant = R"({"grant_type":"client_credentials",)" + client;
  EXPECT_EQ(ask(grant + R"(,"account_id":9})"), "400 invalid_request");
  EXPECT_EQ(ask(grant + R"(,"account_id":7,"scope":"offline"})"), "400 invalid_scope");
  EXPECT_EQ(ask(grant + R"(,"account_id":8})"), "200 token");
  EXPECT_EQ(ask(grant + "}"), "200 token");
}

TEST(Token, property_names_and_the_path_have_no_case) {
  CloudModel model(with_url());
  http::Request request;
  request.method = "POST";
  request.url = "/V2/Token";
  request.body =
      R"({"Grant_Type":"client_credentials","CLIENT_ID":"rehearsal-client","Client_Secret":"rehearsal-secret"})";
  EXPECT_EQ(model.handle(request, epoch).response.status, 200);
}

TEST(Token, an_empty_scope_gives_a_token_that_may_do_nothing) {
  Cloud cloud;
  cloud.authorise(R"(,"scope":"")");
  const http::ServerReply reply = cloud.ask_status(1);
  EXPECT_EQ(reply.response.status, 403);
  EXPECT_NE(reply.response.body.find("20002"), std::string::npos);
}

TEST(Token, a_scope_for_reading_does_not_submit) {
  Cloud cloud;
  cloud.authorise(R"(,"scope":"list_and_subscribers_read")");
  EXPECT_EQ(cloud.post_keys("A").response.status, 403);
  EXPECT_EQ(cloud.send("GET", "/contacts/v1/contacts/deleteOperations").response.status, 200);
  EXPECT_TRUE(cloud.model.truth(epoch).empty());
}

TEST(Token, it_expires_after_its_life_and_not_before) {
  Cloud cloud;
  cloud.now = epoch + 20min - 1ms;
  EXPECT_EQ(cloud.ask_status(1).response.status, 404);
  cloud.now = epoch + 20min;
  const http::Response response = cloud.ask_status(1).response;
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.body, R"({"message":"Not Authorized","errorcode":0,"documentation":""})");
  EXPECT_NE(http::header(response.headers, "www-authenticate")->find("invalid_token"), std::string_view::npos);
}

TEST(Token, an_unknown_or_absent_token_is_refused) {
  Cloud cloud;
  cloud.token = "made up";
  EXPECT_EQ(cloud.post_keys("A").response.status, 401);
  http::Request request;
  request.url = "/contacts/v1/contacts/deleteOperations";
  EXPECT_EQ(cloud.model.handle(request, epoch).response.status, 401);
}

TEST(Token, an_older_token_stays_good_beside_a_new_one) {
  Cloud cloud;
  const std::string first = cloud.token;
  cloud.now = epoch + 19min;
  cloud.authorise();
  EXPECT_NE(cloud.token, first);
  cloud.token = first;
  EXPECT_EQ(cloud.ask_status(1).response.status, 404);
}

TEST(Token, a_package_grants_no_more_than_it_has) {
  ModelSettings settings;
  settings.may_write = false;
  Cloud cloud(settings);
  EXPECT_EQ(Cloud::text(Cloud::parsed(cloud.ask_token()), "scope"), "list_and_subscribers_read");
  EXPECT_EQ(cloud.post_keys("A").response.status, 403);
  EXPECT_EQ(cloud.send("GET", "/contacts/v1/contacts/deleteOperations").response.status, 200);
  EXPECT_EQ(cloud.ask_token(R"(,"scope":"list_and_subscribers_write")").response.status, 400);
}

TEST(Answer, tells_the_clouds_time_in_its_header) {
  const auto date = [](core::Duration ahead) {
    ModelSettings settings;
    settings.date_ahead = ahead;
    Cloud cloud(settings);
    return std::string(http::header(cloud.ask_token().response.headers, "date").value_or(""));
  };
  EXPECT_EQ(date(0min), "Sun, 22 Nov 2026 00:00:00 GMT");
  EXPECT_EQ(date(13h + 5min + 9s), "Sun, 22 Nov 2026 13:05:09 GMT");
}

}  // namespace
}  // namespace lethe::simulator
