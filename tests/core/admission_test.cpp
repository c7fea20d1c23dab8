#include "core/admission.hpp"

#include <gtest/gtest.h>

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

const Time now = *parse_rfc3339("2026-11-22T12:00:00Z");

AccountFacts held(AccountState state, std::string why, std::optional<Time> until = std::nullopt) {
  AccountFacts facts;
  facts.state = state;
  facts.why = std::move(why);
  facts.until = until;
  return facts;
}

/// Of a ready account, one count set.
AccountFacts having(std::int64_t AccountFacts::* count, std::int64_t value) {
  AccountFacts facts;
  facts.*count = value;
  return facts;
}

AccountFacts submitted_at(Time last) {
  AccountFacts facts;
  facts.last_submission_at = last;
  return facts;
}

Admission ask(const AccountFacts& facts, AccountSettings settings = {}) {
  return admit(settings, facts, now);
}

TEST(words, account_states) {
  for (const AccountState state :
       {AccountState::ready, AccountState::paused, AccountState::waiting, AccountState::blocked}) {
    EXPECT_EQ(parse_account_state(word(state)), state);
  }
  EXPECT_EQ(word(AccountState::ready), "ready");
  EXPECT_EQ(word(AccountState::paused), "paused");
  EXPECT_EQ(word(AccountState::waiting), "waiting");
  EXPECT_EQ(word(AccountState::blocked), "blocked");
  EXPECT_EQ(parse_account_state("Ready"), std::nullopt);
}

TEST(admit, idle_account_goes) {
  const Admission admission = ask({});
  EXPECT_TRUE(admission.go);
  EXPECT_EQ(admission.why, "");
  EXPECT_EQ(admission.not_before, std::nullopt);
}

TEST(admit, paused_until_a_person_acts) {
  AccountFacts facts = held(AccountState::paused, "audit week");
  EXPECT_FALSE(ask(facts).go);
  EXPECT_EQ(ask(facts).why, "the account is paused: audit week");
  EXPECT_EQ(ask(facts).not_before, std::nullopt);
  facts.until = now - 1h;
  EXPECT_FALSE(ask(facts).go);
}

TEST(admit, blocked_until_a_person_acts) {
  const Admission admission = ask(held(AccountState::blocked, "HTTP 403"));
  EXPECT_FALSE(admission.go);
  EXPECT_EQ(admission.why, "the account is blocked: HTTP 403");
  EXPECT_EQ(admission.not_before, std::nullopt);
}

class AdmitUntil : public testing::TestWithParam<AccountState> {};

TEST_P(AdmitUntil, an_instant_to_come) {
  const Admission admission = ask(held(GetParam(), "", now + 1min));
  EXPECT_FALSE(admission.go);
  EXPECT_EQ(admission.not_before, now + 1min);
  EXPECT_NE(admission.why.find("2026-11-22T12:01:00Z"), std::string::npos) << admission.why;
}

TEST_P(AdmitUntil, an_instant_that_has_come) {
  EXPECT_TRUE(ask(held(GetParam(), "", now)).go);
  EXPECT_TRUE(ask(held(GetParam(), "", now - 1s)).go);
}

INSTANTIATE_TEST_SUITE_P(admit, AdmitUntil, testing::Values(AccountState::waiting, AccountState::blocked),
                         [](const testing::TestParamInfo<AccountState>& state) {
                           return std::string{word(state.param)};
                         });

TEST(admit, past_until_still_meets_the_other_rules) {
  AccountFacts facts = held(AccountState::waiting, "", now);
  facts.suppressing = 1;
  EXPECT_FALSE(ask(facts).go);
}

TEST(admit, one_being_submitted) {
  const Admission admission = ask(having(&AccountFacts::submitting, 1));
  EXPECT_FALSE(admission.go);
  EXPECT_EQ(admission.why, "1 operation is being submitted");
}

TEST(admit, unconfirmed_stops_everything_else) {
  AccountSettings wide;
  wide.max_operations_in_suppression = 10;
  const Admission admission = ask(having(&AccountFacts::unconfirmed, 2), wide);
  EXPECT_FALSE(admission.go);
  EXPECT_EQ(admission.why,
            "2 operations are unconfirmed, and nothing else is submitted until it is known whether the cloud has it");
}

TEST(admit, needs_operator_stops_everything_else) {
  AccountSettings wide;
  wide.max_operations_in_suppression = 10;
  const Admission admission = ask(having(&AccountFacts::needs_operator, 1), wide);
  EXPECT_FALSE(admission.go);
  EXPECT_NE(admission.why.find("lethe resolve"), std::string::npos);
}

TEST(admit, as_many_in_suppression_as_allowed) {
  const Admission one = ask(having(&AccountFacts::suppressing, 1));
  EXPECT_FALSE(one.go);
  EXPECT_EQ(one.why, "1 operation is in suppression, as many as max_operations_in_suppression allows");
  EXPECT_EQ(one.not_before, std::nullopt);

  AccountSettings three;
  three.max_operations_in_suppression = 3;
  EXPECT_TRUE(ask(having(&AccountFacts::suppressing, 2), three).go);
  EXPECT_FALSE(ask(having(&AccountFacts::suppressing, 3), three).go);
  EXPECT_EQ(ask(having(&AccountFacts::suppressing, 4), three).why,
            "4 operations are in suppression, as many as max_operations_in_suppression allows");
}

TEST(admit, spacing) {
  const Admission early = ask(submitted_at(now - 4min));
  EXPECT_FALSE(early.go);
  EXPECT_EQ(early.not_before, now + 1min);
  EXPECT_EQ(early.why, "the last submission was at 2026-11-22T11:56:00Z, and min_time_between_submissions is 5m");
  EXPECT_TRUE(ask(submitted_at(now - 5min)).go);
  EXPECT_FALSE(ask(submitted_at(now - 5min + 1ms)).go);
}

TEST(admit, clock_that_stepped_back_does_not_hold_for_ever) {
  EXPECT_FALSE(ask(submitted_at(now + 1s)).go);
  EXPECT_EQ(ask(submitted_at(now + 1s)).not_before, now + 5min + 1s);
  EXPECT_TRUE(ask(submitted_at(now + 8760h)).go);
}

TEST(admit, a_person_is_named_before_spacing) {
  AccountFacts facts = held(AccountState::paused, "");
  facts.unconfirmed = 1;
  facts.last_submission_at = now;
  EXPECT_EQ(ask(facts).why, "the account is paused");
}

}  // namespace
}  // namespace lethe::core
