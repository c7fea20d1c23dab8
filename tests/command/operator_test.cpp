// cancel, retry, pause, resume and resolve: what they do, refuse and say.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>

#include "command/attention.hpp"
#include "command/cancel.hpp"
#include "command/job_view.hpp"
#include "command/pause.hpp"
#include "command/reason.hpp"
#include "command/resolve.hpp"
#include "command/retry.hpp"
#include "command/session.hpp"
#include "command/status_view.hpp"
#include "core/schedule.hpp"
#include "fixture.hpp"

namespace lethe::command::testing {
namespace {

using core::State;
using std::chrono::hours;
using How = Resolution::How;

class Hand : public CommandTest {
 protected:
  template <class T>
  Outcome<T> run(boost::asio::awaitable<Outcome<T>> work) {
    return perform(store_->loop(), std::move(work));
  }
  Outcome<store::Cancellation> cancel(const std::string& job, const std::string& why = "") {
    return run(command::cancel(store(), job, why, noon));
  }
  Outcome<std::vector<RetryAsked>> retry(const std::string& job) {
    return run(command::retry(store(), job, "the list is back", noon));
  }
  Outcome<Spoken> pause(const std::string& account, const std::string& why = "migration") {
    return run(command::pause(store(), settings_, account, why, noon));
  }
  Outcome<Spoken> resume(const std::string& account) { return run(command::resume(store(), settings_, account)); }
  Outcome<Spoken> resolve(std::int64_t number, How how, std::int64_t id = 0, core::Time now = noon) {
    Resolution resolution{.how = how, .operation_id = {id}, .why = "looked it up"};
    return run(resolve_operation(store(), settings_, core::OperationNumber{number}, std::move(resolution), now));
  }
  State state_of(const core::Operation& operation) { return must(store().operation(operation.number)).state; }
  std::string last_cause() { return store_->transitions().back().cause; }
  std::vector<Attention> attention(core::Time now = noon) {
    return must(attention_of(store(), settings_.accounts.front(), settings_.schedule, now));
  }
};

template <class T>
ExitStatus status_of(const Outcome<T>& outcome) {
  return outcome ? ExitStatus::done : outcome.error().status;
}

TEST_F(Hand, cancel_records_who_and_why) {
  store_->submit("dsr", 2);
  const auto cancelled = cancel("dsr", "sent by mistake");
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(last_cause(), "cancelled by a person: sent by mistake");
  EXPECT_EQ(cancel_text(*cancelled), "job dsr: 2 contacts are cancelled and will not be sent\n");
  const auto json = boost::json::parse(cancel_json(*cancelled));
  EXPECT_EQ(json.at("state"), boost::json::value("cancelled"));
  EXPECT_EQ(json.at("cancelled"), boost::json::value(2));
  EXPECT_EQ(json.at("sent"), boost::json::value(0));
}

TEST_F(Hand, cancel_says_what_was_sent) {
  const auto job = store_->submit("dsr", 5);
  const auto formed = must(store_->form({{job.number, 0, 2}}));
  must(store_->move(store::testing::accepted(formed, 9), State::suppressing));
  const auto text = cancel_text(cancel("dsr").value());
  EXPECT_NE(text.find("3 contacts are cancelled"), std::string::npos) << text;
  EXPECT_NE(text.find("2 contacts went out in 1 operation,"), std::string::npos) << text;
}

TEST_F(Hand, cancel_refuses_what_is_sent_ended_or_unknown) {
  operation_in(State::suppressing, "sent");
  const auto sent = cancel("sent");
  EXPECT_EQ(status_of(sent), ExitStatus::failed);
  EXPECT_NE(sent.error().lines.front().find("no way to cancel"), std::string::npos);
  store_->submit("gone", 1);
  ASSERT_TRUE(cancel("gone"));
  EXPECT_EQ(status_of(cancel("gone")), ExitStatus::failed) << "once";
  EXPECT_EQ(status_of(cancel("nothing")), ExitStatus::unknown_name);
  operation_in(State::abandoned, "closed");
  const auto closed = cancel("closed");
  EXPECT_EQ(status_of(closed), ExitStatus::failed);
  EXPECT_EQ(closed.error().lines.front(), "job closed has ended as abandoned; nothing is left to cancel");
}

TEST_F(Hand, a_list_job_is_cancelled_as_one) {
  store_->submit(store::testing::a_list_job("list"), {});
  EXPECT_EQ(cancel_text(cancel("list").value()), "job list: the list is cancelled and will not be sent\n");
}

TEST_F(Hand, retry_names_the_other_jobs) {
  const auto mine = store_->submit("mine", 1);
  const auto other = store_->submit("other", 1);
  auto formed = must(store_->form({{mine.number, 0, 1}, {other.number, 0, 1}}));
  formed = store::testing::accepted(formed, 77);
  must(store_->move(formed, State::failed));
  const auto asked = retry("mine");
  ASSERT_TRUE(asked);
  const auto text = retry_text(*asked, "mine");
  EXPECT_NE(text.find("operationID 77"), std::string::npos) << text;
  EXPECT_NE(text.find("these jobs too: other"), std::string::npos) << text;
  EXPECT_EQ(must(store().open_wishes("acme", 9)).size(), 1U);
  EXPECT_EQ(last_cause(), "a retry is asked for by a person: the list is back");
  EXPECT_EQ(boost::json::parse(retry_json(*asked)).at(0).at("jobs_total"), boost::json::value(2));
  ASSERT_TRUE(retry("other"));
  EXPECT_EQ(must(store().open_wishes("acme", 9)).size(), 1U) << "it is the same operation";
}

TEST_F(Hand, retry_refuses_what_the_cloud_can_not_retry) {
  operation_in(State::suppressing, "runs");
  EXPECT_EQ(status_of(retry("runs")), ExitStatus::failed);
  store_->submit("waits", 1);
  EXPECT_EQ(status_of(retry("waits")), ExitStatus::failed);
  EXPECT_EQ(status_of(retry("nothing")), ExitStatus::unknown_name);
  EXPECT_TRUE(must(store().open_wishes("acme", 9)).empty());
}

TEST_F(Hand, pause_and_resume) {
  EXPECT_EQ(boost::json::parse(pause("acme").value().json),
            boost::json::parse(R"({"account":"acme","state":"paused","why":"migration"})"));
  EXPECT_EQ(must(store().account("acme")).paused_why, "migration");
  const auto view = must(status_view(store(), settings_, noon));
  EXPECT_EQ(view.accounts.front().state, core::AccountState::paused);
  EXPECT_EQ(view.accounts.front().why, "migration");
  ASSERT_EQ(view.attention.size(), 1U);
  EXPECT_NE(view.attention.front().remedy.find("lethe resume acme"), std::string::npos);
  EXPECT_EQ(boost::json::parse(resume("acme").value().json),
            boost::json::parse(R"({"account":"acme","state":"ready","why":""})"));
  EXPECT_FALSE(must(store().account("acme")).paused_at);
  EXPECT_NE(resume("acme").value().text.find("isn't paused"), std::string::npos);
  EXPECT_EQ(status_of(pause("nobody")), ExitStatus::unknown_name);
  EXPECT_EQ(status_of(resume("nobody")), ExitStatus::unknown_name);
}

TEST_F(Hand, a_paused_account_that_is_blocked_shows_both) {
  must(store_->run(store().set_account_state("acme", core::AccountState::blocked, "403", {})));
  ASSERT_TRUE(pause("acme"));
  const auto view = must(status_view(store(), settings_, noon));
  EXPECT_EQ(view.accounts.front().why, "migration; also blocked: 403");
  EXPECT_EQ(view.attention.size(), 2U);
}

TEST_F(Hand, resolve_with_an_operation_id_is_a_wish) {
  const auto lost = operation_in(State::needs_operator, "lost");
  const auto asked = resolve(lost.number.value, How::adopt, 4711);
  ASSERT_TRUE(asked);
  EXPECT_EQ(boost::json::parse(asked->json),
            boost::json::parse(R"({"operation":1,"state":"needs_operator","asked_operation_id":4711})"));
  const auto open = must(store().open_wishes("acme", 9));
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open.front().operation_id, core::OperationId{4711});
  EXPECT_EQ(state_of(lost), State::needs_operator) << "until the cloud has said so";
  EXPECT_EQ(last_cause(), "the adoption of operationID 4711 is asked for by a person: looked it up");
}

TEST_F(Hand, resolve_refuses_an_operation_id_of_another) {
  const auto other = operation_in(State::suppressing, "other");
  const auto lost = operation_in(State::unconfirmed, "lost");
  EXPECT_EQ(status_of(resolve(lost.number.value, How::adopt, other.operation_id->value)), ExitStatus::failed);
  EXPECT_TRUE(must(store().open_wishes("acme", 9)).empty());
}

TEST_F(Hand, resubmit_queues_it_again) {
  const auto job = store_->submit("lost", 1);
  const auto formed = must(store_->form({{job.number, 0, 1}}));
  const auto lost = must(store_->move(formed, State::unconfirmed));
  EXPECT_EQ(boost::json::parse(resolve(lost.number.value, How::resubmit).value().json),
            boost::json::parse(R"({"operation":1,"state":"queued","asked_operation_id":null})"));
  EXPECT_EQ(state_of(lost), State::queued);
  EXPECT_EQ(last_cause(), "to be submitted again by a person: looked it up");
}

TEST_F(Hand, resubmit_refuses_what_would_expire_at_once) {
  const auto lost = operation_in(State::needs_operator, "lost");
  const auto refused = resolve(lost.number.value, How::resubmit, 0, noon + hours{24 * 8});
  EXPECT_EQ(status_of(refused), ExitStatus::failed);
  EXPECT_NE(refused.error().lines.front().find("--give-up"), std::string::npos);
  EXPECT_EQ(state_of(lost), State::needs_operator);
}

TEST_F(Hand, give_up_abandons_and_overrules_the_wish) {
  const auto lost = operation_in(State::needs_operator, "lost");
  ASSERT_TRUE(resolve(lost.number.value, How::adopt, 4711));
  ASSERT_TRUE(resolve(lost.number.value, How::give_up));
  EXPECT_EQ(state_of(lost), State::abandoned);
  EXPECT_EQ(must(store().job("lost"))->state, State::abandoned);
  EXPECT_TRUE(must(store().open_wishes("acme", 9)).empty());
  EXPECT_TRUE(attention().empty()) << "nobody needs to look any more";
}

TEST_F(Hand, a_sweep_that_is_off_is_told_while_it_is) {
  settings_.accounts.front().sweep = true;
  const store::SweepRecord off{.looked_at = noon, .off_until = noon + hours{24}, .why = "it leaves out operationID 7"};
  const auto noted = store_->start(store().note_sweep("acme", off));
  must(store_->run(store().flush()));
  ASSERT_EQ(attention().size(), 1U);
  EXPECT_NE(attention().front().what.find("it leaves out operationID 7"), std::string::npos);
  EXPECT_TRUE(attention(noon + hours{24}).empty());
  settings_.accounts.front().sweep = false;
  EXPECT_TRUE(attention().empty());
}

TEST_F(Hand, what_is_overdue_can_be_given_up_and_what_runs_can_not) {
  const auto runs = operation_in(State::suppressing, "runs");
  const auto refused = resolve(runs.number.value, How::give_up);
  EXPECT_EQ(status_of(refused), ExitStatus::failed);
  EXPECT_NE(refused.error().lines.front().find("suppressing"), std::string::npos) << refused.error().lines.front();
  const core::Time late = core::expected_end(runs, {}) + settings_.schedule.overdue + hours{1};
  ASSERT_EQ(attention(late).size(), 1U);
  EXPECT_NE(attention(late).front().what.find("overdue"), std::string::npos);
  ASSERT_TRUE(resolve(runs.number.value, How::give_up, 0, late));
  EXPECT_EQ(state_of(runs), State::abandoned);
}

TEST_F(Hand, resolve_refuses_other_states_and_unknown_operations) {
  const auto ended = operation_in(State::deleted, "ended");
  for (const How how : {How::adopt, How::resubmit, How::give_up}) {
    EXPECT_EQ(status_of(resolve(ended.number.value, how, 4711)), ExitStatus::failed);
    EXPECT_EQ(status_of(resolve(99, how, 4711)), ExitStatus::unknown_name);
  }
  EXPECT_EQ(state_of(ended), State::deleted);
}

TEST_F(Hand, failures_name_the_retry_and_refusals_their_reason) {
  operation_in(State::failed, "dsr");
  ASSERT_EQ(attention().size(), 1U);
  EXPECT_NE(attention().front().remedy.find("lethe retry dsr"), std::string::npos);
  const auto asked = retry("dsr").value();
  must(store_->run(store().refuse(asked.front().wish.number, noon, "retry: HTTP 400")));
  const auto found = attention();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NE(found.back().what.find("retry: HTTP 400"), std::string::npos) << found.back().what;
  const auto shown = job_detail(store(), settings_, "dsr", noon);
  EXPECT_NE(detail_text(*shown, noon).find("refused: retry: HTTP 400"), std::string::npos);
  const auto json = boost::json::parse(detail_json(*shown));
  EXPECT_EQ(json.at("wishes").at(0).at("refusal"), boost::json::value("retry: HTTP 400"));
  EXPECT_EQ(json.at("operations").at(0).at("overdue"), boost::json::value(false));
}

TEST_F(Hand, an_open_wish_is_shown) {
  operation_in(State::failed, "dsr");
  ASSERT_TRUE(retry("dsr"));
  const auto text = detail_text(*job_detail(store(), settings_, "dsr", noon), noon);
  EXPECT_NE(text.find("asked for      a retry of operation 1"), std::string::npos) << text;
}

TEST(Reason, plain_words_of_some_length_are_taken) {
  EXPECT_TRUE(check_reason(""));
  EXPECT_TRUE(check_reason("Umzug bis Montag – siehe Änderung 12"));
  EXPECT_TRUE(check_reason(std::string(longest_reason, 'a')));
  EXPECT_EQ(status_of(check_reason(std::string(longest_reason + 1, 'a'))), ExitStatus::usage);
}

TEST(Reason, what_forges_lines_or_names_an_address_is_refused) {
  for (const auto* bad :
       {"two\nlines", "\x1b[2J", "\xff", "asked for by jane@example.com today", "<jane@example.com>"}) {
    EXPECT_EQ(status_of(check_reason(bad)), ExitStatus::usage) << bad;
  }
}

}  // namespace
}  // namespace lethe::command::testing
