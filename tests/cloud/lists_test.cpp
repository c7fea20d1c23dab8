// The cloud's two lists, a page at a time: what is asked for, what is read, and what is no page.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/client.hpp"
#include "cloud/messages_lists.hpp"
#include "fakes.hpp"

namespace lethe::cloud {
namespace {

using testing::reply;
using testing::token_reply;
using Kind = Failure::Kind;

constexpr core::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours{12}};

constexpr std::string_view requests_page = R"({"startDateUtc":"2026-11-20T00:00:00","endDateUtc":"2026-11-23T00:00:00",
  "statusAsOfDateUtc":"2026-11-22T11:33:17.496471Z","pageNumber":1,"pageSize":500,"operations":[
  {"operationId":2040,"totalContactCount":3,"completedContactCount":0,"receivedDateUtc":"2026-11-22T11:00:00",
   "status":"Processing","lastStatusDateUtc":"2026-11-22T11:00:01","deleteMethod":"Contact Key/ID"},
  {"OPERATIONID":"2039","TotalContactCount":"0","status":"Completed"}]})";

constexpr std::string_view operations_page = R"({"items":[
  {"operationID":2040,"status":"Pending","createdBy":700012345,"createdDate":"2026-11-22T05:00:00","listTypeID":3,
   "listKey":"Optout","expectedListCount":12,"unknown":{"deep":[1]}},
  {"OperationId":"2039","CreatedBy":"somebody","ListKey":null,"ExpectedListCount":null}],"page":1,"pageSize":50,"count":2})";

TEST(Lists, addresses_as_documented) {
  EXPECT_EQ(delete_requests_path(noon, noon, 2),
            "/contacts/v1/contacts/analytics/deleterequests?startdateutc=2026-11-22T00%3A00%3A00"
            "&enddateutc=2026-11-23T00%3A00%3A00&%24page=2&%24pagesize=500&%24orderby=operationId%20desc");
  EXPECT_EQ(delete_operations_path(3), "/contacts/v1/contacts/deleteOperations?%24page=3&%24pagesize=500");
}

TEST(Lists, a_page_of_requests) {
  const auto page = read_delete_requests(requests_page);
  ASSERT_TRUE(page.has_value()) << page.error();
  EXPECT_EQ(page->as_of, core::parse_rfc3339("2026-11-22T11:33:17.496Z"));
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->rows[0].id, core::OperationId{2040});
  EXPECT_EQ(page->rows[0].contacts, 3);
  EXPECT_EQ(page->rows[0].action, core::Action::delete_contacts);
  EXPECT_EQ(page->rows[0].created_by, std::nullopt);
  EXPECT_EQ(page->rows[0].of_list, false);
  EXPECT_EQ(page->rows[1].of_list, std::nullopt);
  EXPECT_EQ(page->rows[1].id, core::OperationId{2039}) << "names in any case, numbers as strings";
  EXPECT_EQ(page->rows[1].contacts, std::nullopt) << "zero may not be counted yet";
}

TEST(Lists, a_page_of_operations) {
  const auto page = read_delete_operations(operations_page);
  ASSERT_TRUE(page.has_value()) << page.error();
  EXPECT_EQ(page->as_of, std::nullopt);
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->rows[0].contacts, 12);
  EXPECT_EQ(page->rows[0].list_key, "Optout");
  EXPECT_EQ(page->rows[0].created_by, "700012345");
  EXPECT_EQ(page->rows[0].action, std::nullopt) << "nothing says what kind it is";
  EXPECT_EQ(page->rows[1].created_by, "somebody");
  EXPECT_EQ(page->rows[1].list_key, std::nullopt);
  EXPECT_EQ(page->rows[1].contacts, std::nullopt);
}

TEST(Lists, the_method_is_a_hint_at_keys_and_ids_or_at_a_data_extension) {
  const auto of_list = [](const std::string& method) {
    const auto page = read_delete_requests(R"({"operations":[{"operationId":1,"deleteMethod":)" + method + "}]}");
    return page.value().rows.at(0).of_list;
  };
  EXPECT_EQ(of_list(R"("contact key/id")"), false);
  EXPECT_EQ(of_list(R"("ContactKeys")"), false);
  EXPECT_EQ(of_list(R"("Data Extension")"), true);
  for (const char* nothing : {R"("")", "null", "7", "{}"}) EXPECT_EQ(of_list(nothing), std::nullopt) << nothing;
}

TEST(Lists, the_last_change_is_a_hint_and_never_breaks_a_page) {
  const auto changed_at = [](std::string_view value) {
    const auto page =
        read_delete_requests(R"({"operations":[{"operationId":1,"lastStatusDateUtc":)" + std::string(value) + "}]}");
    EXPECT_TRUE(page) << value;
    return page ? page->rows.at(0).changed_at : std::nullopt;
  };
  EXPECT_EQ(changed_at(R"("2026-11-22T12:00:00")"), noon);
  EXPECT_EQ(changed_at(R"("2026-11-22T06:00:00.0000000-06:00")"), noon);
  for (const std::string_view garbage : {"null", "7", "[]", R"("")", R"("yesterday")", R"("2026-13-41T99:00:00")"}) {
    EXPECT_EQ(changed_at(garbage), std::nullopt) << garbage;
  }
}

TEST(Lists, an_empty_page_is_an_array_without_rows) {
  EXPECT_TRUE(read_delete_requests(R"({"operations":[]})")->rows.empty());
  EXPECT_TRUE(read_delete_operations(R"({"items":[]})")->rows.empty());
}

TEST(Lists, a_time_without_a_zone_is_utc_and_none_is_none) {
  const auto page = read_delete_requests(R"({"operations":[],"statusAsOfDateUtc":"2026-11-22T11:33:17"})");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->as_of, core::parse_rfc3339("2026-11-22T11:33:17Z"));
  EXPECT_EQ(read_delete_requests(R"({"operations":[],"statusAsOfDateUtc":null})")->as_of, std::nullopt);
}

TEST(Lists, a_broken_contract_names_the_field) {
  using Case = std::pair<std::string_view, std::string_view>;
  for (const auto& [body, error] : std::vector<Case>{
           {"", "the answer is no JSON"},
           {"[]", "operations: is missing or no array"},
           {"{}", "operations: is missing or no array"},
           {R"({"operations":null})", "operations: is missing or no array"},
           {R"({"operations":{}})", "operations: is missing or no array"},
           {R"({"operations":[],"Operations":[1]})", "operations: is there twice and says two things"},
           {R"({"operations":[7]})", "operations: holds something else than objects"},
           {R"({"operations":[{}]})", "operationId: is missing or not above zero"},
           {R"({"operations":[{"operationId":0}]})", "operationId: is missing or not above zero"},
           {R"({"operations":[{"operationId":"x"}]})", "operationId: is no integer"},
           {R"({"operations":[{"operationId":1,"OperationID":2}]})", "operationId: is there twice and says two things"},
           {R"({"operations":[{"operationId":1,"totalContactCount":"many"}]})", "totalContactCount: is no integer"},
           {R"({"operations":[],"statusAsOfDateUtc":"yesterday"})", "statusAsOfDateUtc: is no date"},
           {R"({"operations":[],"statusAsOfDateUtc":7})", "statusAsOfDateUtc: is no text"}}) {
    const auto page = read_delete_requests(body);
    ASSERT_FALSE(page.has_value()) << body;
    EXPECT_EQ(page.error(), error) << body;
  }
  EXPECT_EQ(read_delete_operations(R"({"items":[{"operationID":1,"listKey":7}]})").error(), "listKey: is no text");
  EXPECT_EQ(read_delete_operations(R"({"operations":[]})").error(), "items: is missing or no array");
}

class ListCalls : public ::testing::Test {
 protected:
  ListCalls() {
    client_ = make_client(testing::account(), std::make_unique<testing::FakeHttp>(network_), clock_,
                          context_.get_executor(), [] {});
    network_.script.push_back(token_reply());
  }
  std::expected<ListPage, Failure> operations(testing::Reply answer) {
    network_.script.push_back(std::move(answer));
    return testing::run(context_, client_->delete_operations(1));
  }

  boost::asio::io_context context_;
  testing::ManualClock clock_;
  testing::Network network_{context_};
  std::unique_ptr<Client> client_;
};

TEST_F(ListCalls, are_gets_of_a_page) {
  network_.script.push_back(reply(200, std::string{requests_page}));
  const auto page = testing::run(context_, client_->delete_requests(noon, noon, 1));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(network_.requests.at(1).method, "GET");
  EXPECT_EQ(network_.requests.at(1).url, testing::rest_host + delete_requests_path(noon, noon, 1));
  EXPECT_FALSE(network_.requests.at(1).fresh_connection);
  EXPECT_EQ(operations(reply(200, std::string{operations_page}))->rows.size(), 2U);
  EXPECT_EQ(network_.requests.at(2).url, testing::rest_host + delete_operations_path(1));
}

TEST_F(ListCalls, every_refusal_has_its_kind) {
  struct Mapping {
    int status;
    std::string body;
    Kind kind;
  };
  for (const auto& [status, body, kind] :
       std::vector<Mapping>{{404, "", Kind::missing},
                            {404, R"({"message":"m","errorcode":30003})", Kind::missing},
                            {596, "<html>", Kind::missing},
                            {403, R"({"message":"C0NTACTMARKER","errorcode":20002})", Kind::forbidden},
                            {429, "", Kind::throttled},
                            {503, R"({"message":"m","errorcode":50300})", Kind::throttled},
                            {500, "", Kind::server},
                            {400, R"({"message":"C0NTACTMARKER","errorcode":10006})", Kind::contract},
                            {200, "<html>", Kind::contract},
                            {200, R"({"items":[],"hasErrors":true})", Kind::contract},
                            {200, R"({"items":[],"resultMessages":[{"resultClass":"Error"}]})", Kind::contract}}) {
    const auto page = operations(reply(status, body));
    if (body.contains("20002")) network_.script.push_back(testing::token_reply());  // for the next call
    ASSERT_FALSE(page.has_value()) << status << body;
    EXPECT_EQ(page.error().kind, kind) << status << body;
    EXPECT_TRUE(page.error().what.starts_with("list of operations: ")) << page.error().what;
    EXPECT_FALSE(testing::quotes_a_marker(page.error().what)) << page.error().what;
  }
  const auto unreachable = operations(testing::broken(true));
  ASSERT_FALSE(unreachable.has_value());
  EXPECT_EQ(unreachable.error().kind, Kind::unreachable);
}

}  // namespace
}  // namespace lethe::cloud
