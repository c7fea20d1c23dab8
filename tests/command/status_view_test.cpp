#include "command/status_view.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>

#include "fixture.hpp"

namespace lethe::command::testing {
namespace {

using core::State;
using std::chrono::hours;

class Status : public CommandTest {
 protected:
  StatusView view(core::Time now = noon) { return must(status_view(store(), settings_, now)); }
  void note(store::Written<void> write) {
    const auto asked = store_->start(std::move(write));
    must(store_->run(store().flush()));
    must(asked.result());
  }
};

TEST_F(Status, a_fresh_account_needs_nobody) {
  const auto seen = view();
  ASSERT_EQ(seen.accounts.size(), 1U);
  EXPECT_EQ(seen.accounts[0].name, "acme");
  EXPECT_EQ(seen.accounts[0].state, core::AccountState::ready);
  EXPECT_TRUE(seen.attention.empty());
}

TEST_F(Status, an_operation_that_nobody_knows_about_comes_first) {
  operation_in(State::restored, "restored");
  const auto unconfirmed = operation_in(State::unconfirmed, "lost");
  const auto seen = view();
  ASSERT_EQ(seen.attention.size(), 2U);
  EXPECT_EQ(seen.attention[0].operation, unconfirmed.number);
  EXPECT_EQ(seen.attention[0].job, "lost");
  EXPECT_EQ(seen.attention[1].job, "restored");
  for (const auto& entry : seen.attention) {
    EXPECT_NE(entry.what, "");
    EXPECT_NE(entry.remedy, "");
  }
}

TEST_F(Status, needs_operator_and_mixed_are_shown_and_good_ends_are_not) {
  operation_in(State::needs_operator, "stuck");
  operation_in(State::mixed, "mixed");
  operation_in(State::deleted, "deleted");
  operation_in(State::rejected, "rejected");
  operation_in(State::suppressing, "runs");
  const auto seen = view();
  ASSERT_EQ(seen.attention.size(), 2U);
  EXPECT_EQ(seen.attention[0].job, "stuck");
  EXPECT_EQ(seen.attention[1].job, "mixed");
}

TEST_F(Status, an_alarm_is_shown_for_a_week) {
  operation_in(State::restored, "restored");
  EXPECT_EQ(view(noon + alarm_shown_for).attention.size(), 1U);
  EXPECT_TRUE(view(noon + alarm_shown_for + hours{1}).attention.empty());
}

TEST_F(Status, a_fresh_alarm_is_shown_however_many_old_ones_there_are) {
  for (int i = 0; i < 100; ++i) operation_in(State::failed, "old-" + std::to_string(i));
  const core::Time later = noon + alarm_shown_for + hours{1};
  operation_in(State::failed, "fresh", later);
  const auto seen = view(later);
  ASSERT_EQ(seen.attention.size(), 1U);
  EXPECT_EQ(seen.attention[0].job, "fresh");
}

TEST_F(Status, of_many_alarms_the_newest_are_shown) {
  for (int i = 0; i <= 100; ++i) operation_in(State::restored, "job-" + std::to_string(i), noon + hours{i});
  const auto seen = view(noon + hours{100});
  ASSERT_EQ(seen.attention.size(), 100U);
  EXPECT_EQ(seen.attention.front().job, "job-100");
  EXPECT_EQ(seen.attention.back().job, "job-1");
}

TEST_F(Status, a_blocked_account_needs_a_person_and_a_waiting_one_does_not) {
  must(store_->run(store().set_account_state("acme", core::AccountState::blocked, "the secret was refused", {})));
  auto seen = view();
  ASSERT_EQ(seen.attention.size(), 1U);
  EXPECT_FALSE(seen.attention[0].operation);
  EXPECT_NE(seen.attention[0].what.find("the secret was refused"), std::string::npos);
  must(store_->run(store().set_account_state("acme", core::AccountState::waiting, "429", core::Time{noon + hours{1}})));
  seen = view();
  EXPECT_TRUE(seen.attention.empty());
  EXPECT_EQ(seen.accounts[0].state, core::AccountState::waiting);
  EXPECT_EQ(seen.accounts[0].why, "429");
}

TEST_F(Status, an_account_that_has_waited_long_enough_is_ready) {
  must(store_->run(store().set_account_state("acme", core::AccountState::waiting, "429", core::Time{noon + hours{1}})));
  const auto seen = view(noon + hours{1});
  EXPECT_EQ(seen.accounts[0].state, core::AccountState::ready);
  EXPECT_EQ(seen.accounts[0].why, "");
}

TEST_F(Status, says_what_holds_calls_up_and_until_when) {
  const store::Hindrance hindrance{.why = "the network fails", .until = core::Time{noon + hours{1}}, .alarm = false};
  note(store().note_hindrance("acme", hindrance));
  const auto seen = view();
  EXPECT_EQ(seen.accounts[0].state, core::AccountState::ready);
  EXPECT_TRUE(seen.attention.empty());
  const auto json = boost::json::parse(status_json(seen)).at("accounts").at(0);
  EXPECT_EQ(json.at("held_up"), boost::json::value("the network fails"));
  EXPECT_EQ(json.at("held_up_until"), boost::json::value(core::rfc3339(noon + hours{1})));
  EXPECT_NE(status_text(seen).find("the network fails until"), std::string::npos);
  EXPECT_EQ(view(noon + hours{1}).accounts[0].held_up, "") << "it is over";
}

TEST_F(Status, an_alarming_hindrance_is_shown_first) {
  note(
      store().note_hindrance("acme", {.why = "more than it may", .until = core::Time{noon + hours{1}}, .alarm = true}));
  EXPECT_EQ(view().attention.size(), 1U);
  EXPECT_TRUE(view(noon + hours{1}).attention.empty());
}

TEST_F(Status, an_account_that_was_taken_out_with_something_open_is_told) {
  operation_in(State::deleting, "left");
  core::Settings without = settings_;
  without.accounts[0].name = "other";
  const auto seen = must(status_view(store(), without, noon));
  ASSERT_EQ(seen.attention.size(), 1U);
  EXPECT_NE(seen.attention[0].what.find("acme"), std::string::npos);
}

TEST_F(Status, an_account_that_was_taken_out_with_a_held_job_is_told) {
  const auto held = store_->submit("held", 1);
  must(store_->run(store().hold(held.number, noon, "the fuse")));
  core::Settings without = settings_;
  without.accounts[0].name = "other";
  EXPECT_EQ(must(status_view(store(), without, noon)).attention.size(), 1U);
  must(store_->run(store().cancel(held.number, noon, "not meant")));
  EXPECT_TRUE(must(status_view(store(), without, noon)).attention.empty());
}

TEST_F(Status, requests_are_those_of_the_present_day) {
  const auto day = std::chrono::floor<std::chrono::days>(noon).time_since_epoch().count();
  note(store().note_requests("acme", day, 12));
  EXPECT_EQ(view().accounts[0].requests_today, 12);
  EXPECT_EQ(view(noon + hours{24}).accounts[0].requests_today, 0);
  EXPECT_EQ(view().accounts[0].requests_per_day, 5000);
}

TEST_F(Status, counts_and_errors_are_in_both_forms) {
  operation_in(State::deleting, "a");
  operation_in(State::deleted, "b");
  store_->submit("c", 1);
  note(store().note_error("acme", "status: 503", noon));
  const auto seen = view();
  const auto json = boost::json::parse(status_json(seen));
  const auto& account = json.at("accounts").at(0);
  EXPECT_EQ(account.at("queued"), boost::json::value(1));
  EXPECT_EQ(account.at("suppressing"), boost::json::value(0));
  EXPECT_EQ(account.at("deleting"), boost::json::value(1));
  EXPECT_EQ(account.at("ended"), boost::json::value(1));
  EXPECT_EQ(account.at("last_error"), boost::json::value("status: 503"));
  EXPECT_NE(status_text(seen).find("status: 503"), std::string::npos);
}

TEST_F(Status, what_needs_a_person_is_printed_before_the_accounts) {
  operation_in(State::unconfirmed, "lost");
  const auto text = status_text(view());
  EXPECT_TRUE(text.starts_with("! ")) << text;
  EXPECT_LT(text.find("lost"), text.find("ACCOUNT"));
}

}  // namespace
}  // namespace lethe::command::testing
