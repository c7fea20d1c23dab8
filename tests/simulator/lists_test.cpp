#include <gtest/gtest.h>

#include <vector>

#include "simulator/cloud.hpp"

namespace lethe::simulator {
namespace {

constexpr auto whole_range = "startdateutc=2026-11-01T00%3A00%3A00&enddateutc=2027-02-01T00%3A00%3A00";

http::ServerReply requests(Cloud& cloud, const std::string& more = {}, const std::string& range = whole_range) {
  return cloud.send("GET", "/contacts/v1/contacts/analytics/deleterequests?" + range + more);
}

std::vector<std::int64_t> ids_of(const http::ServerReply& reply) {
  std::vector<std::int64_t> ids;
  const json::value body = Cloud::parsed(reply);
  for (const json::value& row : body.at("operations").as_array()) ids.push_back(Cloud::number(row, "operationId"));
  return ids;
}

/// Five operations an hour apart; the second ends Invalid and the third is restored.
struct Five {
  Cloud cloud;
  std::vector<std::int64_t> ids;
  Five() : cloud(settings()) {
    for (int i = 0; i < 5; ++i) {
      cloud.now = epoch + i * 1h;
      cloud.authorise();
      ids.push_back(cloud.submit("key-" + std::to_string(i)));
    }
  }
  static ModelSettings settings() {
    Life bad = quick();
    bad.status = "Invalid";
    bad.background = {};
    Life restored = quick();
    restored.background = {"Aborted"};
    ModelSettings result = living(quick());
    result.lives.insert(result.lives.begin(), {{"key-1", bad}, {"key-2", restored}});
    return result;
  }
};

TEST(DeleteRequests, has_the_documented_fields) {
  Five five;
  const http::ServerReply reply = requests(five.cloud, "&%24page=1&%24pagesize=2&%24orderby=operationId%20desc");
  EXPECT_EQ(reply.response.status, 200);
  const json::value body = Cloud::parsed(reply);
  EXPECT_EQ(Cloud::text(body, "startDateUtc"), "2026-11-01T00:00:00");
  EXPECT_EQ(Cloud::text(body, "statusAsOfDateUtc"), "2026-11-22T04:00:00Z");
  EXPECT_EQ(Cloud::number(body, "pageNumber"), 1);
  EXPECT_EQ(Cloud::number(body, "pageSize"), 2);
  const json::value& row = body.at("operations").at(0);
  EXPECT_EQ(Cloud::number(row, "operationId"), five.ids[4]);
  EXPECT_EQ(Cloud::number(row, "totalContactCount"), 1);
  EXPECT_EQ(Cloud::number(row, "completedContactCount"), 0);
  EXPECT_EQ(Cloud::text(row, "receivedDateUtc"), "2026-11-22T04:00:00");
  EXPECT_EQ(Cloud::text(row, "status"), "Processing");
  EXPECT_EQ(Cloud::text(row, "deleteMethod"), "Contact Key/ID");
  EXPECT_TRUE(row.as_object().contains("lastStatusDateUtc"));
}

TEST(DeleteRequests, pages_until_a_short_one) {
  Five five;
  const auto& ids = five.ids;
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(ids_of(requests(five.cloud, "&$page=1&$pagesize=2&$orderby=operationId asc")), (Ids{ids[0], ids[1]}));
  EXPECT_EQ(ids_of(requests(five.cloud, "&$page=3&$pagesize=2&$orderby=operationId asc")), (Ids{ids[4]}));
  EXPECT_EQ(ids_of(requests(five.cloud, "&$page=4&$pagesize=2")), Ids{});
  EXPECT_EQ(ids_of(requests(five.cloud, "&$page=2&$pagesize=2&$orderby=OperationID+DESC")), (Ids{ids[2], ids[1]}));
  EXPECT_EQ(ids_of(requests(five.cloud, "&$page=9223372036854775807")), Ids{});
}

TEST(DeleteRequests, selects_by_date_and_by_status) {
  Five five;
  const auto& ids = five.ids;
  using Ids = std::vector<std::int64_t>;
  const std::string order = "&$orderby=operationId";
  EXPECT_EQ(ids_of(requests(five.cloud, order, "startdateutc=2026-11-22T01:00:00Z&enddateutc=2026-11-22T02:30:00Z")),
            (Ids{ids[1], ids[2]}));
  EXPECT_EQ(ids_of(requests(five.cloud, "&statusid=7")), (Ids{ids[1]}));
  EXPECT_EQ(ids_of(requests(five.cloud, "&statusid=5")), Ids{});
  five.cloud.now = epoch + 30 * day;
  five.cloud.authorise();
  EXPECT_EQ(ids_of(requests(five.cloud, order + "&STATUSID=5")), (Ids{ids[0], ids[2], ids[3], ids[4]}));
}

TEST(DeleteRequests, the_stamp_of_the_last_status_is_the_end_itself) {
  Life life = quick();
  life.deletion = 6h;
  Cloud cloud(living(life));
  cloud.submit("A");
  cloud.now = epoch + 20 * day;
  cloud.authorise();
  const json::value body = Cloud::parsed(requests(cloud));
  EXPECT_EQ(Cloud::text(body.at("operations").at(0), "lastStatusDateUtc"), "2026-12-06T06:00:00");
  EXPECT_EQ(Cloud::number(body.at("operations").at(0), "completedContactCount"), 1);
}

TEST(DeleteRequests, wrong_parameters_are_validation_errors) {
  Cloud cloud;
  for (const std::string more :
       {"&statusid=2", "&$page=0", "&$pagesize=x", "&$orderby=size", "&$orderby=operationId up"}) {
    EXPECT_EQ(requests(cloud, more).response.status, 400) << more;
  }
  EXPECT_EQ(requests(cloud, "", "startdateutc=2026-11-22").response.status, 400);
  EXPECT_EQ(requests(cloud, "", "startdateutc=2026-11-22&enddateutc=2026-11-21").response.status, 400);
  EXPECT_EQ(requests(cloud, "", "startdateutc=x&enddateutc=2026-11-21").response.status, 400);
}

TEST(DeleteRequests, a_restrict_is_in_no_list) {
  Cloud cloud;
  cloud.submit("A", "restrict");
  EXPECT_TRUE(ids_of(requests(cloud)).empty());
  const json::value body = Cloud::parsed(cloud.send("GET", "/contacts/v1/contacts/deleteOperations"));
  EXPECT_TRUE(body.at("items").as_array().empty());
}

TEST(DeleteRequests, a_page_is_cut_to_the_largest_and_says_so) {
  Cloud cloud;
  EXPECT_EQ(Cloud::number(Cloud::parsed(requests(cloud, "&$pagesize=100000")), "pageSize"), 500);
}

TEST(Summary, counts_by_the_hour_and_by_status) {
  Five five;
  const json::value body =
      Cloud::parsed(five.cloud.send("GET",
                                    "/contacts/v1/contacts/analytics/deleterequests/"
                                    "summary?startdateutc=2026-11-22T00:00:00Z&enddateutc=2026-11-22T05:00:00Z"));
  const json::value& total = body.at("totaltimeseries").at(0);
  EXPECT_EQ(Cloud::number(body, "itemcount"), 6);
  EXPECT_EQ(Cloud::number(total, "requestcount"), 5);
  EXPECT_EQ(Cloud::number(total, "minvalue"), 0);
  EXPECT_EQ(Cloud::number(total, "maxvalue"), 1);
  EXPECT_EQ(Cloud::number(total.at("items").at(0), "value"), 1);
  std::int64_t sum = 0;
  for (const json::value& part : body.at("statustimeseries").as_array()) sum += Cloud::number(part, "requestcount");
  EXPECT_EQ(sum, 5);
  EXPECT_EQ(Cloud::number(body.at("statustimeseries").at(2), "statusid"), 7);
  EXPECT_EQ(Cloud::number(body.at("statustimeseries").at(2), "requestcount"), 1);
}

TEST(Summary, counts_by_the_day_over_a_long_range_and_refuses_an_endless_one) {
  Five five;
  const std::string route = "/contacts/v1/contacts/analytics/deleterequests/summary?startdateutc=";
  const json::value body = Cloud::parsed(five.cloud.send("GET", route + "2026-11-20&enddateutc=2026-11-29"));
  EXPECT_EQ(Cloud::number(body, "itemcount"), 10);
  EXPECT_EQ(Cloud::number(body.at("totaltimeseries").at(0), "requestcount"), 5);
  EXPECT_EQ(five.cloud.send("GET", route + "0001-01-01&enddateutc=9999-01-01").response.status, 400);
}

TEST(DeleteOperations, has_the_documented_fields_and_counts) {
  Five five;
  const json::value body =
      Cloud::parsed(five.cloud.send("GET", "/contacts/v1/contacts/DELETEOPERATIONS?$page=1&$pagesize=3"));
  EXPECT_EQ(Cloud::number(body, "page"), 1);
  EXPECT_EQ(Cloud::number(body, "pageSize"), 3);
  EXPECT_EQ(Cloud::number(body, "count"), 5);
  ASSERT_EQ(body.at("items").as_array().size(), 3U);
  const json::object& row = body.at("items").at(0).as_object();
  EXPECT_EQ(Cloud::number(row, "operationID"), five.ids[4]);
  for (const std::string name :
       {"status", "createdBy", "createdDate", "startTime", "listTypeID", "listKey", "expectedListCount",
        "actualListCount", "successCount", "errorCount", "restorableUntilDate"}) {
    EXPECT_TRUE(row.contains(name)) << name;
  }
}

TEST(DeleteOperations, created_by_is_the_same_as_in_the_status) {
  Five five;
  const json::value list = Cloud::parsed(five.cloud.send("GET", "/contacts/v1/contacts/deleteOperations"));
  const json::value status = Cloud::parsed(five.cloud.ask_status(five.ids[4]));
  EXPECT_EQ(Cloud::number(list.at("items").at(0), "createdBy"), Cloud::number(status.at("operation"), "createdBy"));
}

// ---- how they can differ from the books

ModelSettings listing(ListManners manners) {
  ModelSettings settings = Five::settings();
  settings.lists = manners;
  return settings;
}

std::vector<std::int64_t> operations_of(Cloud& cloud, const std::string& more = {}) {
  std::vector<std::int64_t> ids;
  const json::value body = Cloud::parsed(cloud.send("GET", "/contacts/v1/contacts/deleteOperations?" + more));
  for (const json::value& row : body.at("items").as_array()) ids.push_back(Cloud::number(row, "operationID"));
  return ids;
}

std::vector<std::int64_t> four(Cloud& cloud) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(cloud.submit("key-" + std::to_string(i)));
  return ids;
}

TEST(ListManners, a_list_that_lags_shows_nothing_younger) {
  Cloud cloud(listing({.requests_lag = 20min, .operations_lag = 5min}));
  const std::int64_t id = cloud.submit("A");
  cloud.now = epoch + 4min;
  EXPECT_TRUE(operations_of(cloud).empty());
  cloud.now = epoch + 6min;
  EXPECT_EQ(operations_of(cloud), std::vector<std::int64_t>{id});
  EXPECT_TRUE(ids_of(requests(cloud)).empty());
  EXPECT_EQ(Cloud::text(Cloud::parsed(requests(cloud)), "statusAsOfDateUtc"), "2026-11-21T23:46:00Z");
  cloud.now = epoch + 21min;
  cloud.authorise();
  EXPECT_EQ(ids_of(requests(cloud)), std::vector<std::int64_t>{id});
}

TEST(ListManners, a_page_number_can_be_ignored_and_a_page_size_capped) {
  Cloud ignoring(listing({.page_ignored = true}));
  const auto ids = four(ignoring);
  EXPECT_EQ(operations_of(ignoring, "$page=7&$pagesize=1"), std::vector<std::int64_t>{ids[3]});
  Cloud capping(listing({.most_rows = 2}));
  four(capping);
  EXPECT_EQ(operations_of(capping, "$page=1&$pagesize=500").size(), 2U);
  EXPECT_EQ(Cloud::number(Cloud::parsed(requests(capping, "&$pagesize=500")), "pageSize"), 2);
}

TEST(ListManners, rows_can_move_while_pages_are_read) {
  using Ids = std::vector<std::int64_t>;
  Cloud coming(listing({.moved = -1}));
  const auto seen_twice = four(coming);
  EXPECT_EQ(operations_of(coming, "$page=2&$pagesize=2"), (Ids{seen_twice[2], seen_twice[1]}));
  EXPECT_EQ(operations_of(coming, "$page=4&$pagesize=2"), (Ids{seen_twice[0]}));
  EXPECT_EQ(operations_of(coming, "$page=5&$pagesize=2"), Ids{});
  Cloud going(listing({.moved = 1}));
  const auto skipped = four(going);
  EXPECT_EQ(operations_of(going, "$page=2&$pagesize=2"), (Ids{skipped[0]})) << "one is on no page";
}

TEST(ListManners, the_two_lists_can_count_differently) {
  Cloud cloud(listing({.counts_differ = true}));
  cloud.submit("A");
  const json::value body = Cloud::parsed(cloud.send("GET", "/contacts/v1/contacts/deleteOperations"));
  EXPECT_EQ(Cloud::number(body.at("items").at(0), "expectedListCount"), 2);
  EXPECT_EQ(Cloud::number(Cloud::parsed(requests(cloud)).at("operations").at(0), "totalContactCount"), 1);
}

TEST(Administrator, submits_under_another_name) {
  Cloud cloud;
  const std::int64_t ours = cloud.submit("A");
  const std::int64_t other = cloud.model.submit_as_administrator(10650003, {"B"}, cloud.now);
  EXPECT_EQ(operations_of(cloud), (std::vector<std::int64_t>{other, ours}));
  const json::value items = Cloud::parsed(cloud.send("GET", "/contacts/v1/contacts/deleteOperations")).at("items");
  EXPECT_NE(Cloud::number(items.at(0), "createdBy"), Cloud::number(items.at(1), "createdBy"));
  EXPECT_TRUE(cloud.truth_of(other).of_administrator);
  EXPECT_FALSE(cloud.truth_of(ours).of_administrator);
  EXPECT_EQ(cloud.ask_status(other).response.status, 200);
}

TEST(AnotherBusinessUnit, is_listed_and_its_status_is_unknown_here) {
  Cloud cloud(living(quick()));
  const std::int64_t other = cloud.model.submit_elsewhere(10650003, {"A"}, cloud.now);
  EXPECT_EQ(operations_of(cloud), (std::vector<std::int64_t>{other}));
  EXPECT_EQ(ids_of(requests(cloud)), (std::vector<std::int64_t>{other}));
  EXPECT_TRUE(cloud.truth_of(other).elsewhere);
  EXPECT_EQ(cloud.ask_status(other).response.status, 404);
}

}  // namespace
}  // namespace lethe::simulator
