#include "core/admission.hpp"

#include <fmt/format.h>
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
  return admit(settings, facts, std::nullopt, now);
}

AccountSettings with_fuse(std::int64_t contacts) {
  AccountSettings settings;
  settings.max_contacts_per_day = contacts;
  return settings;
}

/// A job of so many contacts, none of which has left.
Turn turn_with(std::int64_t contacts) {
  Turn turn;
  turn.contacts = contacts;
  turn.not_after = now + 24h;
  return turn;
}

AccountFacts used_today(std::int64_t contacts) {
  AccountFacts facts;
  facts.contacts_today = contacts;
  return facts;
}

AccountFacts paused(std::string why) {
  AccountFacts facts;
  facts.paused_at = now;
  facts.paused_why = std::move(why);
  return facts;
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
  const Admission admission = ask(paused("audit week"));
  EXPECT_FALSE(admission.go);
  EXPECT_EQ(admission.why,
            fmt::format("the account is paused since {}: audit week; `lethe resume` lets it go on", rfc3339(now)));
  EXPECT_EQ(admission.not_before, std::nullopt);
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

TEST_P(AdmitUntil, an_instant_so_far_ahead_that_the_clock_stepped_back_since) {
  EXPECT_FALSE(ask(held(GetParam(), "", now + 24h)).go);
  EXPECT_TRUE(ask(held(GetParam(), "", now + 24h * 365)).go);
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
  AccountFacts facts = paused("audit");
  facts.unconfirmed = 1;
  facts.last_submission_at = now;
  EXPECT_EQ(ask(facts).why, ask(paused("audit")).why);
}

TEST(admit, overdue_ones_no_longer_count_in_suppression) {
  AccountFacts facts = having(&AccountFacts::suppressing, 2);
  facts.overdue = 1;
  EXPECT_EQ(ask(facts).why, "1 operation is in suppression, as many as max_operations_in_suppression allows");
  facts.overdue = 2;
  EXPECT_TRUE(ask(facts).go);
}

TEST(turn, is_the_whole_job) {
  Job job;
  job.contacts = 30;
  job.not_after = now;
  EXPECT_EQ(turn_of(job).contacts, 30);
  EXPECT_EQ(turn_of(job).not_after, now);
  EXPECT_FALSE(turn_of(job).counted);
  EXPECT_FALSE(turn_of(job).released);
  EXPECT_EQ(counts_today(turn_of(job)), 30);
  job.cursor = 1;
  EXPECT_TRUE(turn_of(job).counted);
  EXPECT_EQ(counts_today(turn_of(job)), 0) << "counted when its first part left";
  job.released = true;
  EXPECT_TRUE(turn_of(job).released);
}

TEST(turn, of_a_list_is_what_was_declared_or_a_million) {
  Job job;
  job.selector = Selector::list;
  job.list = ListTarget{.key = "EXTERNAL", .contacts = 700};
  EXPECT_EQ(turn_of(job).contacts, 700);
  job.list->contacts.reset();
  EXPECT_EQ(turn_of(job).contacts, 1'000'000);
}

TEST(admit, not_after_that_has_come) {
  Turn turn = turn_with(1);
  turn.not_after = now;
  const Admission late = admit({}, {}, turn, now);
  EXPECT_FALSE(late.go);
  EXPECT_FALSE(late.hold);
  EXPECT_EQ(late.why, "not_after was 2026-11-22T12:00:00Z: what isn't submitted expires");
  turn.not_after = now + 1ms;
  EXPECT_TRUE(admit({}, {}, turn, now).go);
}

TEST(fuse, lets_through_what_just_fits_and_holds_one_more) {
  EXPECT_TRUE(admit(with_fuse(100), used_today(60), turn_with(40), now).go);
  const Admission held = admit(with_fuse(100), used_today(60), turn_with(41), now);
  EXPECT_FALSE(held.go);
  EXPECT_TRUE(held.hold);
  EXPECT_EQ(held.why,
            "with its 41 contacts it would pass max_contacts_per_day, which is 100, of which 60 are used today (UTC);"
            " `lethe release` lets it go");
}

TEST(fuse, holds_what_is_larger_than_any_day_whatever_else_is_waited_for) {
  EXPECT_TRUE(admit(with_fuse(100), paused("audit"), turn_with(101), now).hold);
  EXPECT_EQ(admit(with_fuse(100), {}, turn_with(101), now).why,
            "its 101 contacts alone pass max_contacts_per_day, which is 100; `lethe release` lets it go");
  EXPECT_TRUE(admit(with_fuse(100), {}, turn_with(100), now).go);
}

TEST(fuse, decides_last_since_only_the_day_of_leaving_counts) {
  AccountFacts facts = used_today(60);
  facts.suppressing = 1;
  const Admission waits = admit(with_fuse(100), facts, turn_with(41), now);
  EXPECT_FALSE(waits.hold);
  EXPECT_EQ(waits.why, "1 operation is in suppression, as many as max_operations_in_suppression allows");
}

TEST(fuse, does_not_ask_again_about_what_was_released_or_counted) {
  Turn turn = turn_with(1'000);
  turn.released = true;
  EXPECT_TRUE(admit(with_fuse(100), used_today(100), turn, now).go);
  turn.released = false;
  turn.counted = true;
  EXPECT_TRUE(admit(with_fuse(100), used_today(1'000), turn, now).go);
}

TEST(fuse, a_day_that_was_overrun_holds_the_smallest_job) {
  EXPECT_TRUE(admit(with_fuse(100), used_today(5'000), turn_with(1), now).hold);
}

}  // namespace
}  // namespace lethe::core
