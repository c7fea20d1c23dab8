#include "report/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "report/example.hpp"

namespace lethe::report {
namespace {

using testing::Contains;
using testing::Pair;

TEST(JournalFields, a_transition_can_be_selected_by_account_job_operation_and_states) {
  const Fields fields = journal_fields(example_transition());
  EXPECT_EQ(fields.front().first, "MESSAGE");
  EXPECT_EQ(fields.front().second,
            "acme: dsr-1, dsr-2: operation 12 (operationID 2038): suppressing -> deleting; status Completed; "
            "background Processing; the cloud said so");
  EXPECT_THAT(fields, Contains(Pair("PRIORITY", "6")));
  EXPECT_THAT(fields, Contains(Pair("SYSLOG_IDENTIFIER", "lethe")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_ACCOUNT", "acme")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_JOB", "dsr-1")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_JOB", "dsr-2")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_OPERATION", "12")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_OPERATION_ID", "2038")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_FROM", "suppressing")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_TO", "deleting")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_STATUS", "Completed")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_BACKGROUND_STATUS", "Processing")));
  EXPECT_THAT(fields, Contains(Pair("LETHE_HASH", "ab12")));
}

TEST(JournalFields, what_is_absent_has_no_field) {
  core::Transition transition;
  transition.to = core::State::queued;
  const Fields fields = journal_fields(transition);
  const auto has = [&](std::string_view name) {
    return std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
  };
  EXPECT_FALSE(has("LETHE_OPERATION"));
  EXPECT_FALSE(has("LETHE_FROM"));
  EXPECT_FALSE(has("LETHE_STATUS"));
  EXPECT_TRUE(has("LETHE_TO"));
}

TEST(JournalFields, an_alarm_is_an_error_and_a_failure_a_warning) {
  core::Transition transition = example_transition();
  transition.to = core::State::mixed;
  EXPECT_THAT(journal_fields(transition), Contains(Pair("PRIORITY", "3")));
  transition.to = core::State::failed;
  EXPECT_THAT(journal_fields(transition), Contains(Pair("PRIORITY", "4")));
}

TEST(JournalFields, names_of_a_message_become_what_the_journal_takes) {
  const Fields fields = journal_fields(core::LogLevel::debug, "a\nb", {{"retry-after", "60"}, {"empty", ""}});
  EXPECT_THAT(fields, testing::ElementsAre(Pair("MESSAGE", "a\\x0ab"), Pair("PRIORITY", "7"),
                                           Pair("SYSLOG_IDENTIFIER", "lethe"), Pair("LETHE_RETRY_AFTER", "60")));
}

}  // namespace
}  // namespace lethe::report
