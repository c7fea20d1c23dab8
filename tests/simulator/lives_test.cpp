#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "simulator/cloud.hpp"

namespace lethe::simulator {
namespace {

Life ending(std::string status, std::vector<std::string> background, bool errors = false) {
  Life life = quick();
  life.status = std::move(status);
  life.background = std::move(background);
  life.errors_in_batch = errors;
  life.deletion = 6h;
  return life;
}

TEST(Life, goes_through_suppression_window_and_delete) {
  Life life = quick();
  life.deletion = 6h;
  Cloud cloud(living(life));
  const std::int64_t id = cloud.submit("A");
  EXPECT_EQ(cloud.state(id), "Processing:");
  cloud.now = epoch + 10min - 1ms;
  EXPECT_EQ(cloud.state(id), "Processing:");
  EXPECT_FALSE(cloud.truth_of(id).suppressed);
  cloud.now = epoch + 10min;
  EXPECT_EQ(cloud.state(id), "Completed:");
  EXPECT_EQ(cloud.truth_of(id).suppressed, epoch + 10min);
  cloud.now = epoch + 11min;
  EXPECT_EQ(cloud.state(id), "Completed:Processing");
  cloud.now = epoch + 14 * day + 6h - 1ms;
  EXPECT_EQ(cloud.state(id), "Completed:Processing");
  EXPECT_FALSE(cloud.truth_of(id).ended);
  cloud.now = epoch + 14 * day + 6h;
  EXPECT_EQ(cloud.state(id), "Completed:Completed");
  EXPECT_EQ(cloud.truth_of(id).ended, epoch + 14 * day + 6h);
  EXPECT_EQ(cloud.truth_of(id).verdict, "deleted");
}

TEST(Life, the_queue_works_on_one_operation_at_a_time_deletes_and_restricts_alike) {
  Cloud cloud(living(quick()));
  const std::int64_t first = cloud.submit("A");
  const std::int64_t second = cloud.submit("B", "restrict");
  const std::int64_t third = cloud.submit("C");
  EXPECT_EQ(cloud.state(second, "restrict"), "Pending:");
  EXPECT_EQ(cloud.state(third), "Pending:");
  cloud.now = epoch + 15min;
  EXPECT_EQ(cloud.state(first), "Completed:Processing");
  EXPECT_EQ(cloud.state(second, "restrict"), "Processing:");
  EXPECT_EQ(cloud.state(third), "Pending:");
  cloud.now = epoch + 30min;
  EXPECT_EQ(cloud.state(third), "Completed:");
}

TEST(Life, another_account_has_a_queue_of_its_own_and_sees_nothing_of_the_first) {
  Cloud cloud(living(quick()));
  const std::int64_t first = cloud.submit("A");
  cloud.authorise(R"(,"account_id":77)");
  const std::int64_t other = cloud.submit("B");
  EXPECT_EQ(cloud.ask_status(first).response.status, 404);
  const json::value body = Cloud::parsed(cloud.ask_status(other));
  EXPECT_EQ(Cloud::text(body.at("operation"), "status"), "Processing");
  EXPECT_EQ(Cloud::number(body.at("operation"), "mID"), 77);
}

TEST(Life, a_restrict_has_one_phase_and_no_window) {
  Cloud cloud(living(quick()));
  const std::int64_t id = cloud.submit("A", "restrict");
  cloud.now = epoch + 10min;
  EXPECT_EQ(cloud.truth_of(id).ended, cloud.now);
  EXPECT_EQ(cloud.truth_of(id).verdict, "restricted");
  const json::value body = Cloud::parsed(cloud.ask_status(id, "restrict"));
  EXPECT_EQ(Cloud::text(body.at("operation"), "status"), "Completed");
  EXPECT_TRUE(body.at("backgroundOperationsSummary").as_array().empty());
  EXPECT_EQ(Cloud::number(body, "numberofRestorableDays"), -1);
  EXPECT_EQ(cloud.ask_status(id, "delete").response.status, 404);
}

TEST(Status, an_unknown_operation_is_404_30003_and_a_missing_one_400) {
  Cloud cloud;
  const http::ServerReply unknown = cloud.ask_status(999'999);
  EXPECT_EQ(unknown.response.status, 404);
  EXPECT_NE(unknown.response.body.find("30003"), std::string::npos);
  EXPECT_EQ(cloud.send("GET", "/contacts/v1/contacts/actions/delete/status").response.status, 400);
  EXPECT_EQ(cloud.send("GET", "/contacts/v1/contacts/actions/delete/status?operationID=x").response.status, 400);
}

TEST(Status, both_vocabularies_alternate_and_the_dates_of_one_are_filled_while_pending) {
  Cloud cloud(living(quick()));
  const std::int64_t first = cloud.submit("A");
  const std::int64_t second = cloud.submit("B");
  const json::value one = Cloud::parsed(cloud.ask_status(first));
  EXPECT_TRUE(one.at("operation").as_object().contains("operationRequestID"));
  EXPECT_TRUE(one.at("operation").as_object().contains("scheduledTime"));
  const json::value other = Cloud::parsed(cloud.ask_status(second));
  EXPECT_EQ(Cloud::text(other.at("operation"), "status"), "Pending");
  EXPECT_TRUE(other.at("operation").as_object().contains("requestID"));
  EXPECT_EQ(other.at("operation").at("scheduledDate"), other.at("operation").at("endDate"));
  EXPECT_EQ(Cloud::text(other.at("operation"), "lastProcessedMilestone"), "Completed");
  EXPECT_EQ(Cloud::number(other, "numberofRestorableDays"), 14);
  EXPECT_EQ(Cloud::number(other.at("operation"), "operationID"), second);
}

TEST(Status, the_second_vocabulary_can_be_left_out) {
  ModelSettings settings;
  settings.second_vocabulary = false;
  Cloud cloud(settings);
  cloud.submit("A");
  const json::value body = Cloud::parsed(cloud.ask_status(cloud.submit("B")));
  EXPECT_TRUE(body.at("operation").as_object().contains("operationRequestID"));
}

TEST(Status, the_summary_without_entries_is_absent_null_or_empty) {
  Cloud cloud(living(quick()));
  const json::value absent = Cloud::parsed(cloud.ask_status(cloud.submit("A")));
  const json::value null = Cloud::parsed(cloud.ask_status(cloud.submit("B")));
  const json::value empty = Cloud::parsed(cloud.ask_status(cloud.submit("C")));
  EXPECT_FALSE(absent.as_object().contains("backgroundOperationsSummary"));
  EXPECT_TRUE(null.at("backgroundOperationsSummary").is_null());
  EXPECT_TRUE(empty.at("backgroundOperationsSummary").as_array().empty());
}

struct Ending {
  std::string name;
  Life life;
  std::string verdict;
  std::string words;  ///< after a long time
};

class EndOfLife : public testing::TestWithParam<Ending> {};

TEST_P(EndOfLife, has_its_verdict_and_words) {
  Cloud cloud(living(GetParam().life));
  const std::int64_t id = cloud.submit("A");
  EXPECT_EQ(cloud.truth_of(id).verdict, GetParam().verdict);
  cloud.now = epoch + 20 * day;
  EXPECT_EQ(cloud.state(id), GetParam().words);
  const bool endless = GetParam().verdict == "deleting" || GetParam().verdict == "suppressing";
  EXPECT_EQ(cloud.truth_of(id).ended.has_value(), !endless);
}

INSTANTIATE_TEST_SUITE_P(
    Table, EndOfLife,
    testing::Values(Ending{"deleted", ending("Completed", {"Completed"}), "deleted", "Completed:Completed"},
                    Ending{"two_entries", ending("Completed", {"Completed", "Completed"}), "deleted",
                           "Completed:Completed,Completed"},
                    Ending{"with_errors", ending("CompletedWithErrors", {"Completed"}), "deleted_with_errors",
                           "CompletedWithErrors:Completed"},
                    Ending{"errors_in_batch", ending("Completed", {"Completed"}, true), "deleted_with_errors",
                           "Completed:Completed"},
                    Ending{"restored", ending("Completed", {"Aborted"}), "restored", "Completed:Aborted"},
                    Ending{"restored_after_errors", ending("CompletedWithErrors", {"Aborted"}), "restored",
                           "CompletedWithErrors:Aborted"},
                    Ending{"invalid_at_the_end", ending("Completed", {"Invalid"}), "invalid", "Completed:Invalid"},
                    Ending{"mixed", ending("Completed", {"Completed", "Aborted"}), "mixed",
                           "Completed:Completed,Aborted"},
                    Ending{"failed", ending("Failed", {}), "failed", "Failed:"},
                    Ending{"cancelled", ending("Cancelled", {}), "cancelled", "Cancelled:"},
                    Ending{"invalid", ending("Invalid", {}), "invalid", "Invalid:"},
                    Ending{"failed_but_restored", ending("Failed", {"Aborted"}), "restored", "Failed:Aborted"},
                    Ending{"failed_but_invalid", ending("Failed", {"Invalid"}), "invalid", "Failed:Invalid"},
                    Ending{"failed_but_completed", ending("Failed", {"Completed"}), "mixed", "Failed:Completed"},
                    Ending{"no_entries_ever", ending("Completed", {}), "deleting", "Completed:"},
                    Ending{"entry_never_final", ending("Completed", {"Queued"}), "deleting", "Completed:Processing"},
                    Ending{"unknown_word", ending("Paused", {"Completed"}), "suppressing", "Paused:Completed"}),
    [](const auto& given) { return given.param.name; });

TEST(Life, other_words_are_seen_on_the_way) {
  Life life = quick();
  life.other_words = "Queued";
  Cloud cloud(living(life));
  const std::int64_t id = cloud.submit("A");
  cloud.now = epoch + 1 * day;
  EXPECT_EQ(cloud.state(id), "Completed:Queued");
}

TEST(Life, errors_in_the_batch_are_said_once_suppression_is_over) {
  Cloud cloud(living(ending("Completed", {"Completed"}, true)));
  const std::int64_t id = cloud.submit("A");
  EXPECT_FALSE(
      Cloud::parsed(cloud.ask_status(id)).at("operation").as_object().contains("errorsOccurredInBatchProcess"));
  cloud.now = epoch + 10min;
  EXPECT_TRUE(Cloud::parsed(cloud.ask_status(id)).at("operation").at("errorsOccurredInBatchProcess").as_bool());
}

TEST(Life, contacts_are_restored_within_the_window) {
  Life life = quick();
  life.background = {"Aborted"};
  Cloud cloud(living(life));
  const std::int64_t id = cloud.submit("A");
  cloud.now = epoch + 14 * day;
  const core::Time ended = cloud.truth_of(id).ended.value();
  EXPECT_GT(ended, epoch + 11min);
  EXPECT_LT(ended, epoch + 14 * day);
  Cloud other(living(life));
  const std::int64_t same = other.submit("A");
  other.now = ended - 1ms;
  EXPECT_EQ(other.state(same), "Completed:Processing");
  other.now = ended;
  EXPECT_EQ(other.state(same), "Completed:Aborted");
}

TEST(Life, the_first_rule_that_matches_decides) {
  ModelSettings settings = living(ending("Completed", {"Completed"}));
  settings.lives.insert(settings.lives.begin(), {"-f", ending("Failed", {})});
  Cloud cloud(settings);
  EXPECT_EQ(cloud.truth_of(cloud.submit("key-f-1")).verdict, "failed");
  EXPECT_EQ(cloud.truth_of(cloud.submit("key-1")).verdict, "deleted");
}

TEST(Cohort, what_arrives_within_five_minutes_ends_at_the_same_instant) {
  Cloud cloud(living(quick()));
  std::vector<std::int64_t> ids;
  for (const core::Duration at :
       {core::Duration(0min), core::Duration(1min), core::Duration(5min), core::Duration(6min)}) {
    cloud.now = epoch + at;
    ids.push_back(cloud.submit("A"));
  }
  cloud.now = epoch + 30 * day;
  const core::Time first = cloud.truth_of(ids[0]).ended.value();
  EXPECT_EQ(cloud.truth_of(ids[1]).ended, first);
  EXPECT_EQ(cloud.truth_of(ids[2]).ended, first);
  EXPECT_NE(cloud.truth_of(ids[3]).ended, first);
}

TEST(Cohort, ends_six_to_thirteen_hours_after_the_window) {
  Cloud cloud(living(quick()));
  for (int i = 0; i < 100; ++i) {
    cloud.now = epoch + i * 1h;
    cloud.authorise();
    cloud.submit("A");
  }
  cloud.now = epoch + 40 * day;
  std::vector<core::Duration> delays;
  for (const TrueOperation& one : cloud.model.truth(cloud.now)) delays.push_back(*one.ended - one.received - 14 * day);
  const auto [least, most] = std::minmax_element(delays.begin(), delays.end());
  EXPECT_GE(*least, 5h + 54min);
  EXPECT_LE(*most, 13h);
  EXPECT_LT(*least, 6h + 30min);
  EXPECT_GT(*most, 12h);
}

TEST(Window, a_change_finds_what_still_waits) {
  Life life = quick();
  life.deletion = 6h;
  Cloud cloud(living(life));
  const std::int64_t id = cloud.submit("A");
  cloud.now = epoch + 1 * day;
  cloud.model.truth(cloud.now);
  cloud.model.set_restorable_days(2);
  cloud.authorise();
  EXPECT_EQ(Cloud::number(Cloud::parsed(cloud.ask_status(id)), "numberofRestorableDays"), 2);
  cloud.now = epoch + 30 * day;
  EXPECT_EQ(cloud.truth_of(id).ended, epoch + 2 * day + 6h);
}

TEST(Window, by_config_settings_in_its_own_account_alone) {
  Life life = quick();
  life.deletion = 6h;
  Cloud cloud(living(life));
  const std::int64_t mine = cloud.submit("A");
  cloud.authorise(R"(,"account_id":77)");
  const std::int64_t other = cloud.submit("B");
  cloud.send("POST", "/contacts/v1/contacts/actions/delete/configSettings",
             R"({"items":[{"settingKey":"SuppressionRestoreUntilDays","value":"1"}]})");
  cloud.now = epoch + 30 * day;
  EXPECT_EQ(cloud.truth_of(mine).ended, epoch + 14 * day + 6h);
  EXPECT_EQ(cloud.truth_of(other).ended, epoch + 1 * day + 6h);
}

TEST(Window, shortened_below_what_has_passed_ends_at_the_change_and_never_before) {
  Life life = quick();
  life.deletion = 6h;
  Cloud cloud(living(life));
  const std::int64_t id = cloud.submit("A");
  cloud.now = epoch + 10 * day;
  EXPECT_EQ(cloud.state(id), "Completed:Processing");
  cloud.model.set_restorable_days(1);
  EXPECT_EQ(cloud.state(id), "Completed:Processing");
  cloud.now = epoch + 30 * day;
  EXPECT_EQ(cloud.truth_of(id).ended, epoch + 10 * day + 6h);
}

TEST(Window, a_change_leaves_alone_whose_window_is_over) {
  Life life = quick();
  life.deletion = 6h;
  Cloud cloud(living(life));
  const std::int64_t id = cloud.submit("A");
  cloud.now = epoch + 15 * day;
  EXPECT_EQ(cloud.state(id), "Completed:Completed");
  cloud.model.set_restorable_days(30);
  EXPECT_EQ(cloud.state(id), "Completed:Completed");
  EXPECT_EQ(cloud.truth_of(id).ended, epoch + 14 * day + 6h);
}

TEST(Window, without_one_the_delete_follows_suppression) {
  Life life = quick();
  life.deletion = 6h;
  ModelSettings settings = living(life);
  settings.restorable_days = -1;
  Cloud cloud(settings);
  const std::int64_t id = cloud.submit("A");
  EXPECT_EQ(Cloud::number(Cloud::parsed(cloud.ask_status(id)), "numberofRestorableDays"), -1);
  cloud.now = epoch + 2 * day;
  EXPECT_EQ(cloud.truth_of(id).ended, epoch + 11min + 6h);
}

http::ServerReply retry(Cloud& cloud, std::int64_t id, const std::string& action = "delete") {
  return cloud.send("POST", fmt::format("/contacts/v1/operations/{}/{}/retry", action, id));
}

TEST(Retry, a_failed_operation_goes_through_the_queue_again_under_its_id) {
  Cloud cloud(living(ending("Failed", {})));
  const std::int64_t id = cloud.submit("A");
  cloud.now = epoch + 10min;
  EXPECT_EQ(cloud.state(id), "Failed:");
  const json::value body = Cloud::parsed(retry(cloud, id));
  EXPECT_TRUE(body.at("operationRestarted").as_bool());
  EXPECT_EQ(Cloud::number(body, "operationID"), id);
  EXPECT_EQ(cloud.state(id), "Processing:");
  EXPECT_EQ(Cloud::number(Cloud::parsed(cloud.ask_status(id)).at("operation"), "retryCount"), 1);
  EXPECT_EQ(cloud.truth_of(id).verdict, "deleted");
  cloud.now = epoch + 20min;
  EXPECT_EQ(cloud.state(id), "Completed:");
  cloud.now = epoch + 15 * day;
  EXPECT_EQ(cloud.state(id), "Completed:Completed");
}

TEST(Retry, works_for_a_restrict) {
  Cloud cloud(living(ending("Failed", {})));
  const std::int64_t id = cloud.submit("A", "restrict");
  cloud.now = epoch + 10min;
  EXPECT_TRUE(Cloud::parsed(retry(cloud, id, "restrict")).at("operationRestarted").as_bool());
  EXPECT_EQ(cloud.truth_of(id).verdict, "restricted");
}

TEST(Retry, what_did_not_fail_is_not_restarted) {
  Cloud cloud(living(quick()));
  const std::int64_t id = cloud.submit("A");
  const http::ServerReply reply = retry(cloud, id);
  EXPECT_EQ(reply.response.status, 400);
  EXPECT_FALSE(Cloud::parsed(reply).at("operationRestarted").as_bool());
  EXPECT_EQ(retry(cloud, 999'999).response.status, 404);
}

TEST(Retry, a_life_can_fail_again) {
  Life life = ending("Failed", {});
  life.status_after_retry = "Failed";
  Cloud cloud(living(life));
  const std::int64_t id = cloud.submit("A", "restrict");
  cloud.now = epoch + 10min;
  retry(cloud, id, "restrict");
  cloud.now = epoch + 20min;
  EXPECT_EQ(cloud.state(id, "restrict"), "Failed:");
}

TEST(DrawnLife, suppression_has_a_median_of_twenty_minutes_and_stays_in_bounds) {
  Cloud cloud;
  std::vector<core::Duration> durations;
  for (int i = 0; i < 400; ++i) {
    cloud.now = epoch + i * 1 * day;
    cloud.authorise();
    cloud.submit("A");
  }
  cloud.now += day;
  for (const TrueOperation& one : cloud.model.truth(cloud.now)) durations.push_back(*one.suppressed - one.received);
  std::sort(durations.begin(), durations.end());
  EXPECT_GT(durations.front(), 0min);
  EXPECT_LE(durations.back(), 12h);
  EXPECT_GT(durations[200], 15min);
  EXPECT_LT(durations[200], 27min);
  EXPECT_GT(durations[380], 60min);
}

}  // namespace
}  // namespace lethe::simulator
