// What a person decides while the daemon works: cancel, pause, retry, resolve; through lost replies and kills.
#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "command/cancel.hpp"
#include "command/pause.hpp"
#include "command/resolve.hpp"
#include "command/retry.hpp"
#include "command/settings.hpp"
#include "command/status_view.hpp"
#include "simulation/installation.hpp"

namespace lethe::simulation {
namespace {

using core::State;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using How = command::Resolution::How;
using Rule = simulator::FaultRule;

InstallationSettings one_account() {
  InstallationSettings settings;
  settings.settings = settings_for({"acme"});
  settings.model.restorable_days = -1;
  return settings;
}

InstallationSettings failing(std::string status_after_retry = "Completed") {
  auto settings = one_account();
  simulator::Life life;
  life.suppression = minutes{10};
  life.status = "Failed";
  life.background = {};
  life.status_after_retry = std::move(status_after_retry);
  settings.model.lives = {{.match = "", .life = life}};
  return settings;
}

Rule once(Rule::Call call, Rule::Fault fault) {
  Rule rule;
  rule.call = call;
  rule.fault = fault;
  rule.most = 1;
  return rule;
}

intake::JobRequest job_of(const std::string& id, int contacts, core::Action action = core::Action::delete_contacts) {
  intake::JobRequest request;
  request.id = id;
  request.account = "acme";
  request.action = action;
  for (int i = 0; i < contacts; ++i) {
    request.contacts.inline_contacts.push_back(id + "-" + std::to_string(i));
    request.contacts.inline_lines.push_back(1);
  }
  return request;
}

class Operator {
 public:
  explicit Operator(InstallationSettings settings) : settings_(settings.settings), installation_(std::move(settings)) {
    installation_.start();
  }

  Installation& operator*() { return installation_; }
  Installation* operator->() { return &installation_; }

  State state_of(const std::string& id) {
    const auto found = installation_.store().job(id);
    return found.value().value().state;
  }
  core::Operation operation_of(const std::string& id) {
    const auto job = installation_.store().job(id).value().value();
    return installation_.store().operations_of(job.number).value().front();
  }
  std::vector<simulator::TrueOperation> truth() { return installation_.model().truth(installation_.now()); }
  std::vector<command::Attention> attention() {
    return command::status_view(installation_.store(), settings_, installation_.now()).value().attention;
  }

  command::Outcome<store::Cancellation> cancel(const std::string& id) {
    return done<store::Cancellation>(
        [&](store::Store& store) { return command::cancel(store, id, "by mistake", installation_.now()); });
  }
  command::Outcome<std::vector<command::RetryAsked>> retry(const std::string& id) {
    return done<std::vector<command::RetryAsked>>(
        [&](store::Store& store) { return command::retry(store, id, "the list is back", installation_.now()); });
  }
  command::Outcome<command::Spoken> pause() {
    return done<command::Spoken>([&](store::Store& store) {
      return command::pause(store, settings_, "acme", "migration", installation_.now());
    });
  }
  command::Outcome<command::Spoken> resume() {
    return done<command::Spoken>([&](store::Store& store) { return command::resume(store, settings_, "acme"); });
  }
  command::Outcome<command::WindowView> ask_for_window(int days) {
    const command::WindowRequest request{.account = "acme", .days = days, .why = "agreed", .confirmed = true};
    return done<command::WindowView>(
        [&](store::Store& store) { return command::ask_for_window(store, settings_, request, installation_.now()); });
  }
  command::Outcome<command::Spoken> resolve(core::OperationNumber operation, How how, std::int64_t operation_id = 0) {
    const command::Resolution resolution{.how = how, .operation_id = {operation_id}, .why = "looked it up"};
    return done<command::Spoken>([&](store::Store& store) {
      return command::resolve_operation(store, settings_, operation, resolution, installation_.now());
    });
  }

 private:
  template <class T>
  using Deed = std::function<boost::asio::awaitable<command::Outcome<T>>(store::Store&)>;

  /// What a command does, in a process of its own.
  template <class T>
  command::Outcome<T> done(const Deed<T>& deed) {
    std::optional<command::Outcome<T>> outcome;
    const bool opened = installation_.command([&](store::Store& store) -> boost::asio::awaitable<void> {
      auto result = co_await deed(store);
      outcome.emplace(std::move(result));
    });
    if (!opened || !outcome) throw std::runtime_error("the command found no store");
    return std::move(*outcome);
  }

  core::Settings settings_;
  Installation installation_;
};

TEST(Cancel, while_it_is_queued_nothing_is_ever_sent) {
  Operator hand(one_account());
  ASSERT_TRUE(hand.pause());
  hand->drop(job_of("dsr", 3));
  hand->run_for(hours{1});
  ASSERT_TRUE(hand.cancel("dsr"));
  ASSERT_TRUE(hand.resume());
  hand->run_for(days{1});
  EXPECT_EQ(hand.state_of("dsr"), State::cancelled);
  EXPECT_TRUE(hand.truth().empty());
}

TEST(Cancel, half_sent_the_other_half_never_is) {
  auto settings = one_account();
  settings.settings.accounts.front().max_contacts_per_operation = 10;
  Operator hand(settings);
  hand->drop(job_of("dsr", 25));
  hand->run_for(minutes{1});
  const auto cancelled = hand.cancel("dsr");
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->taken, 15);
  EXPECT_EQ(cancelled->sent, 10);
  hand->run_for(days{3});
  ASSERT_EQ(hand.truth().size(), 1u);
  EXPECT_EQ(hand.truth().front().contacts.size(), 10u);
  EXPECT_EQ(hand.state_of("dsr"), State::cancelled);
  EXPECT_EQ(hand.operation_of("dsr").state, State::deleted);
}

TEST(Cancel, an_operation_that_was_queued_again_is_not_sent) {
  auto settings = one_account();
  settings.model.faults = {once(Rule::Call::submit, Rule::Fault::throttled)};
  settings.model.faults.front().retry_after = 3600;
  Operator hand(settings);
  hand->drop(job_of("dsr", 3));
  hand->run_for(minutes{1});
  ASSERT_EQ(hand.operation_of("dsr").state, State::queued);
  ASSERT_TRUE(hand.cancel("dsr"));
  hand->run_for(days{1});
  EXPECT_EQ(hand.state_of("dsr"), State::cancelled);
  EXPECT_TRUE(hand.truth().empty());
}

TEST(Pause, lasts_over_restarts_and_polling_goes_on) {
  Operator hand(one_account());
  hand->drop(job_of("sent", 1));
  hand->run_for(minutes{10});
  ASSERT_TRUE(hand.pause());
  hand->drop(job_of("waits", 1));
  hand->run_for(days{1});
  hand->stop();
  hand->start();
  hand->run_for(days{1});
  hand->kill();
  hand->start();
  hand->run_for(days{1});
  EXPECT_EQ(hand.state_of("sent"), State::deleted);
  EXPECT_EQ(hand.state_of("waits"), State::queued);
  EXPECT_EQ(hand.truth().size(), 1u);
  EXPECT_NE(hand->log().find("the account is paused: migration"), std::string::npos);
  ASSERT_TRUE(hand.resume());
  hand->run_for(days{2});
  EXPECT_EQ(hand.state_of("waits"), State::deleted);
}

TEST(Pause, survives_what_the_cloud_asks_for) {
  auto settings = one_account();
  settings.model.faults = {once(Rule::Call::status, Rule::Fault::throttled)};
  Operator hand(settings);
  hand->drop(job_of("sent", 1));
  hand->run_for(core::Duration{5000});
  ASSERT_TRUE(hand.pause());
  hand->run_for(hours{1});
  EXPECT_NE(hand->log().find("the account waits"), std::string::npos);
  EXPECT_TRUE(hand->store().account("acme")->paused_at);
}

TEST(Retry, goes_on_in_place) {
  Operator hand(failing());
  hand->drop(job_of("dsr", 2));
  hand->run_for(hours{2});
  ASSERT_EQ(hand.state_of("dsr"), State::failed);
  ASSERT_EQ(hand.attention().size(), 1u);
  EXPECT_NE(hand.attention().front().remedy.find("lethe retry dsr"), std::string::npos);
  const auto asked = hand.retry("dsr");
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->size(), 1u);
  hand->run_for(minutes{1});
  EXPECT_EQ(hand.state_of("dsr"), State::suppressing);
  EXPECT_TRUE(hand.attention().empty());
  hand->run_for(days{2});
  EXPECT_EQ(hand.state_of("dsr"), State::deleted);
  EXPECT_EQ(hand.truth().size(), 1u) << "the same operation";
  EXPECT_EQ(hand->model().calls().other, 1);
}

TEST(Retry, one_that_fails_again_says_so) {
  Operator hand(failing("Failed"));
  hand->drop(job_of("dsr", 1));
  hand->run_for(hours{2});
  ASSERT_TRUE(hand.retry("dsr"));
  hand->run_for(hours{3});
  EXPECT_EQ(hand.state_of("dsr"), State::failed);
  EXPECT_EQ(hand->model().calls().other, 1);
}

TEST(Retry, a_lost_reply_is_not_asked_for_twice) {
  auto settings = failing();
  settings.model.faults = {once(Rule::Call::retry, Rule::Fault::reset_after)};
  Operator hand(settings);
  hand->drop(job_of("dsr", 1));
  hand->run_for(hours{2});
  ASSERT_TRUE(hand.retry("dsr"));
  hand->run_for(days{2});
  EXPECT_EQ(hand.state_of("dsr"), State::deleted);
  EXPECT_EQ(hand->model().calls().other, 1);
}

TEST(Retry, by_lethe_itself_as_often_as_allowed) {
  auto settings = failing("Failed");
  settings.settings.accounts.front().cloud_retries = 2;
  Operator hand(settings);
  hand->drop(job_of("dsr", 1));
  hand->run_for(days{1});
  EXPECT_EQ(hand.state_of("dsr"), State::failed);
  EXPECT_EQ(hand->model().calls().other, 2);
}

/// A kill at any moment between the wish and the record of what came of it.
TEST(Retry, survives_a_kill_between_wish_and_deed) {
  for (int milliseconds = 0; milliseconds <= 4000; milliseconds += 100) {
    SCOPED_TRACE(milliseconds);
    Operator hand(failing());
    hand->drop(job_of("dsr", 1));
    hand->run_for(hours{2});
    ASSERT_EQ(hand.state_of("dsr"), State::failed);
    ASSERT_TRUE(hand.retry("dsr"));
    hand->run_for(core::Duration{milliseconds});
    hand->kill();
    hand->start();
    hand->run_for(days{2});
    EXPECT_EQ(hand.state_of("dsr"), State::deleted);
    EXPECT_EQ(hand->model().calls().other, 1);
    EXPECT_TRUE(hand->store().open_wishes("acme", 1)->empty());
  }
}

/// A restrict: no list of the cloud tells about it, so only a person can.
InstallationSettings losing(Rule::Fault fault) {
  auto settings = one_account();
  settings.model.faults = {once(Rule::Call::submit, fault)};
  return settings;
}

class Resolve : public ::testing::Test {
 protected:
  void lose(Rule::Fault fault) {
    hand_.emplace(losing(fault));
    hand()->drop(job_of("dsr", 2, core::Action::restrict_contacts));
    hand()->run_for(hours{3});
    operation_ = hand().operation_of("dsr").number;
    ASSERT_TRUE(hand().state_of("dsr") == State::unconfirmed || hand().state_of("dsr") == State::needs_operator);
  }
  Operator& hand() { return *hand_; }

  std::optional<Operator> hand_;
  core::OperationNumber operation_;
};

TEST_F(Resolve, the_operation_id_is_confirmed_and_taken_on) {
  lose(Rule::Fault::reset_after);
  ASSERT_EQ(hand().truth().size(), 1u);
  ASSERT_TRUE(hand().resolve(operation_, How::adopt, hand().truth().front().operation_id));
  hand()->run_for(days{1});
  EXPECT_EQ(hand().state_of("dsr"), State::restricted);
  EXPECT_EQ(hand().truth().size(), 1u);
  const auto operation = hand().operation_of("dsr");
  EXPECT_EQ(operation.submitted_at, operation.intent_at) << "when the intent was written";
  EXPECT_TRUE(hand().attention().empty());
}

TEST_F(Resolve, an_operation_id_that_the_cloud_does_not_know_is_refused) {
  lose(Rule::Fault::reset_after);
  const State before = hand().state_of("dsr");
  ASSERT_TRUE(hand().resolve(operation_, How::adopt, 999'999'999));
  hand()->run_for(hours{1});
  EXPECT_EQ(hand().state_of("dsr"), before);
  EXPECT_TRUE(hand()->store().open_wishes("acme", 1)->empty());
  ASSERT_EQ(hand().attention().size(), 2u);
  EXPECT_NE(hand().attention().back().what.find("999999999"), std::string::npos);
}

TEST_F(Resolve, submitted_again_where_the_cloud_does_not_have_it) {
  lose(Rule::Fault::reset_before);
  ASSERT_TRUE(hand().truth().empty());
  ASSERT_TRUE(hand().resolve(operation_, How::resubmit));
  hand()->run_for(days{1});
  EXPECT_EQ(hand().state_of("dsr"), State::restricted);
  EXPECT_EQ(hand().truth().size(), 1u);
}

TEST_F(Resolve, given_up_ends_it_and_lets_the_account_go_on) {
  lose(Rule::Fault::reset_before);
  ASSERT_TRUE(hand().resolve(operation_, How::give_up));
  EXPECT_EQ(hand().state_of("dsr"), State::abandoned);
  hand()->drop(job_of("next", 1));
  hand()->run_for(days{2});
  EXPECT_EQ(hand().state_of("next"), State::deleted);
  EXPECT_FALSE(hand().resolve(operation_, How::resubmit)) << "it is final";
}

TEST_F(Resolve, survives_a_kill_between_wish_and_deed) {
  for (int milliseconds = 0; milliseconds <= 2000; milliseconds += 100) {
    SCOPED_TRACE(milliseconds);
    lose(Rule::Fault::reset_after);
    ASSERT_TRUE(hand().resolve(operation_, How::adopt, hand().truth().front().operation_id));
    hand()->run_for(core::Duration{milliseconds});
    hand()->kill();
    hand()->start();
    hand()->run_for(days{1});
    EXPECT_EQ(hand().state_of("dsr"), State::restricted);
    EXPECT_EQ(hand().truth().size(), 1u);
  }
}

/// A window of two weeks, and an operation in it.
InstallationSettings with_window() {
  auto settings = one_account();
  settings.model.restorable_days = 14;
  return settings;
}

TEST(Window, is_set_and_operations_that_wait_learn_it) {
  Operator hand(with_window());
  hand->drop(job_of("dsr", 1));
  hand->run_for(days{2});
  ASSERT_EQ(hand.state_of("dsr"), State::deleting);
  ASSERT_EQ(hand.operation_of("dsr").restorable_days, 14);
  ASSERT_TRUE(hand.ask_for_window(4));
  hand->run_for(minutes{1});
  EXPECT_EQ(hand->model().calls().other, 1);
  EXPECT_TRUE(hand->store().open_wishes("acme", 1)->empty());
  EXPECT_EQ(hand->store().account("acme")->restorable_days, 4);
  EXPECT_NE(hand->log().find("the cloud has taken it: a restore window of 4 days: agreed"), std::string::npos);
  hand->run_for(days{2});
  EXPECT_EQ(hand.operation_of("dsr").restorable_days, 4);
  hand->run_for(days{4});
  EXPECT_EQ(hand.state_of("dsr"), State::deleted);
  EXPECT_EQ(hand->model().calls().other, 1);
}

TEST(Window, a_lost_reply_is_asked_for_again_and_does_no_harm) {
  auto settings = with_window();
  settings.model.faults = {once(Rule::Call::settings, Rule::Fault::reset_after)};
  Operator hand(settings);
  ASSERT_TRUE(hand.ask_for_window(4));
  hand->run_for(hours{1});
  EXPECT_EQ(hand->model().calls().other, 2);
  EXPECT_EQ(hand->store().account("acme")->restorable_days, 4);
  EXPECT_TRUE(hand->store().open_wishes("acme", 1)->empty());
}

TEST(Window, one_that_is_refused_is_told_and_not_asked_for_again) {
  auto settings = with_window();
  settings.model.faults = {once(Rule::Call::settings, Rule::Fault::missing)};
  Operator hand(settings);
  ASSERT_TRUE(hand.ask_for_window(4));
  hand->run_for(hours{3});
  EXPECT_EQ(hand->model().calls().other, 1);
  ASSERT_EQ(hand.attention().size(), 1u);
  EXPECT_NE(hand.attention().front().what.find("a restore window of 4 days was refused"), std::string::npos);
  EXPECT_EQ(hand->store().account("acme")->state, core::AccountState::ready) << "its other work goes on";
}

TEST(Window, the_last_word_stands) {
  Operator hand(with_window());
  for (int milliseconds = 0; milliseconds <= 2000; milliseconds += 200) {
    SCOPED_TRACE(milliseconds);
    ASSERT_TRUE(hand.ask_for_window(4));
    hand->run_for(core::Duration{milliseconds});
    ASSERT_TRUE(hand.ask_for_window(6));
    hand->run_for(minutes{10});
    EXPECT_EQ(hand->store().account("acme")->restorable_days, 6);
    EXPECT_TRUE(hand->store().open_wishes("acme", 1)->empty());
  }
  hand->drop(job_of("dsr", 1));
  hand->run_for(days{1});
  EXPECT_EQ(hand.operation_of("dsr").restorable_days, 6) << "what the cloud itself says";
}

/// A kill between the call and its record sets it twice, to the same.
TEST(Window, survives_a_kill_between_wish_and_deed) {
  for (int milliseconds = 0; milliseconds <= 3000; milliseconds += 100) {
    SCOPED_TRACE(milliseconds);
    Operator hand(with_window());
    hand->run_for(minutes{1});
    ASSERT_TRUE(hand.ask_for_window(4));
    hand->run_for(core::Duration{milliseconds});
    hand->kill();
    hand->start();
    hand->run_for(hours{3});
    EXPECT_GE(hand->model().calls().other, 1);
    EXPECT_LE(hand->model().calls().other, 2);
    EXPECT_EQ(hand->store().account("acme")->restorable_days, 4);
    EXPECT_TRUE(hand->store().open_wishes("acme", 1)->empty());
  }
}

TEST(Overdue, is_shown_told_once_and_can_be_given_up) {
  auto settings = one_account();
  settings.settings.schedule.overdue = hours{24};
  simulator::Life life;
  life.status = "Pending";
  life.background = {};
  settings.model.lives = {{.match = "", .life = life}};
  Operator hand(settings);
  hand->drop(job_of("dsr", 1));
  hand->run_for(hours{30});
  EXPECT_TRUE(hand.attention().empty());
  const auto number = hand.operation_of("dsr").number;
  EXPECT_FALSE(hand.resolve(number, How::give_up)) << "not yet";
  hand->run_for(days{3});
  ASSERT_EQ(hand.attention().size(), 1u);
  EXPECT_NE(hand.attention().front().what.find("overdue"), std::string::npos);
  const auto told = hand->log().find("the operation is overdue");
  ASSERT_NE(told, std::string::npos);
  EXPECT_EQ(hand->log().find("the operation is overdue", told + 1), std::string::npos);
  EXPECT_EQ(hand.state_of("dsr"), State::suppressing) << "a flag, no verdict";
  ASSERT_TRUE(hand.resolve(number, How::give_up));
  EXPECT_EQ(hand.state_of("dsr"), State::abandoned);
  EXPECT_TRUE(hand.attention().empty());
}

}  // namespace
}  // namespace lethe::simulation
