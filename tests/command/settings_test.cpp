// `lethe settings`: what it refuses, says and asks for; and how its outcome is shown.
#include "command/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "command/attention.hpp"
#include "command/session.hpp"
#include "command/status_view.hpp"
#include "fixture.hpp"

namespace lethe::command::testing {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

class Settings : public CommandTest {
 protected:
  Outcome<WindowView> ask(WindowRequest request) {
    return perform(store_->loop(), ask_for_window(store(), settings_, std::move(request), noon));
  }
  static WindowRequest a_request(int days, bool confirmed = true) {
    return {.account = "acme", .days = days, .why = "agreed with legal", .confirmed = confirmed};
  }
  WindowView view() { return window_view(store(), settings_, "acme").value(); }
  std::vector<core::Wish> open() { return must(store().open_wishes("acme", 9)); }
  std::vector<Attention> attention(core::Time now = noon) {
    return must(status_view(store(), settings_, now)).attention;
  }
};

TEST_F(Settings, zero_and_less_than_none_are_refused_with_the_reason) {
  for (const int days : {0, -2}) {
    const auto refused = ask(a_request(days));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, ExitStatus::usage);
    EXPECT_THAT(refused.error().lines.front(), HasSubstr("means nothing to the cloud"));
  }
  EXPECT_TRUE(open().empty());
}

TEST_F(Settings, without_yes_it_says_what_would_change_and_does_nothing) {
  operation_in(core::State::deleting, "waits");
  const auto before = ask(a_request(14));
  ASSERT_TRUE(before);
  must(store_->run(store().grant_window(before->asked->number, noon)));
  const auto refused = ask(a_request(3, false));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, ExitStatus::usage);
  EXPECT_THAT(refused.error().lines.front(),
              HasSubstr("a restore window of 3 days instead of a restore window of 14 days"));
  EXPECT_THAT(refused.error().lines.front(), HasSubstr("operations that wait already, 1 of Lethe's among them"));
  EXPECT_THAT(refused.error().lines.front(), HasSubstr("--yes"));
  EXPECT_TRUE(open().empty());
}

TEST_F(Settings, an_unknown_account_and_a_bad_reason_are_refused) {
  auto request = a_request(3);
  request.account = "nobody";
  EXPECT_EQ(ask(request).error().status, ExitStatus::unknown_name);
  request = a_request(3);
  request.why = "for jane@example.com";
  EXPECT_EQ(ask(request).error().status, ExitStatus::usage);
  EXPECT_EQ(window_view(store(), settings_, "nobody").error().status, ExitStatus::unknown_name);
}

TEST_F(Settings, with_yes_the_daemon_is_asked_once) {
  ASSERT_TRUE(ask(a_request(-1)));
  ASSERT_TRUE(ask(a_request(-1)));
  ASSERT_EQ(open().size(), 1U);
  EXPECT_EQ(open().front().days, -1);
  EXPECT_EQ(open().front().why, "agreed with legal");
  EXPECT_THAT(window_text(view()), HasSubstr("no restore window (agreed with legal); the daemon has yet to do it"));
  const auto json = boost::json::parse(window_json(view()));
  EXPECT_EQ(json.at("suppression_days"), boost::json::value(nullptr)) << "nothing is known yet";
  EXPECT_EQ(json.at("asked").at("suppression_days"), boost::json::value(-1));
  EXPECT_EQ(json.at("asked").at("settled_at"), boost::json::value(nullptr));
}

TEST_F(Settings, what_came_of_it_is_shown) {
  const auto asked = ask(a_request(3));
  ASSERT_TRUE(asked);
  must(store_->run(store().grant_window(asked->asked->number, noon + hours{1})));
  EXPECT_EQ(view().known_days, 3);
  EXPECT_THAT(window_text(view()), HasSubstr("account acme has a restore window of 3 days"));
  EXPECT_THAT(window_text(view()), HasSubstr("the cloud took it at 2026-"));
  EXPECT_TRUE(attention().empty());
}

TEST_F(Settings, a_refusal_needs_a_person_until_another_window_is_asked_for) {
  const auto asked = ask(a_request(3));
  ASSERT_TRUE(asked);
  must(store_->run(store().refuse(asked->asked->number, noon, "restore window: HTTP 403")));
  EXPECT_THAT(window_text(view()), HasSubstr("refused at"));
  ASSERT_EQ(attention().size(), 1U);
  EXPECT_THAT(attention().front().what, HasSubstr("a restore window of 3 days was refused: restore window: HTTP 403"));
  EXPECT_TRUE(attention(noon + alarm_shown_for + hours{1}).empty());
  ASSERT_TRUE(ask(a_request(2)));
  EXPECT_TRUE(attention().empty());
}

TEST_F(Settings, what_was_asked_of_an_account_that_left_the_configuration_is_shown) {
  ASSERT_TRUE(ask(a_request(3)));
  const auto failed = operation_in(core::State::failed, "dsr");
  core::Wish wish;
  wish.operation = failed.number;
  wish.made_at = noon;
  must(store_->run(store().make_wish(wish, "a retry is asked for")));
  settings_.accounts.clear();
  const auto found = attention();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found[0].what, HasSubstr("account acme isn't in the configuration any more, and a restore window of 3"));
  EXPECT_EQ(found[0].operation, std::nullopt);
  EXPECT_THAT(found[1].what, HasSubstr("a retry of operation 1"));
  EXPECT_EQ(found[1].operation, failed.number);
}

}  // namespace
}  // namespace lethe::command::testing
