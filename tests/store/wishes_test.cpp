#include <chrono>
#include <string>
#include <vector>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using core::Wish;
using std::chrono::hours;

class Wishes : public StoreTest {
 protected:
  core::Operation in(State state) {
    const core::Job job = store_->submit("job-" + std::to_string(++jobs_), 1);
    const core::Operation formed = must(store_->form({{job.number, 0, 1}}));
    return must(store_->move(accepted(formed, jobs_), state));
  }
  static Wish a_retry(const core::Operation& operation) {
    Wish wish;
    wish.operation = operation.number;
    wish.why = "the list is back";
    wish.made_at = noon;
    return wish;
  }
  static Wish an_adoption(const core::Operation& operation, std::int64_t id) {
    Wish wish = a_retry(operation);
    wish.kind = Wish::Kind::adopt;
    wish.operation_id = core::OperationId{id};
    return wish;
  }
  Wish made(Wish wish) { return must(store_->run((*store_)->make_wish(std::move(wish), "asked for by a person"))); }
  std::vector<Wish> open() { return must((*store_)->open_wishes("acme", 10)); }
  int jobs_ = 0;
};

TEST_F(Wishes, a_wish_is_open_over_restarts_and_recorded) {
  const auto failed = in(State::failed);
  const auto wish = made(an_adoption(failed, 77));
  reopen();
  const auto found = open();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].number, wish.number);
  EXPECT_EQ(found[0].operation, failed.number);
  EXPECT_EQ(found[0].kind, Wish::Kind::adopt);
  EXPECT_EQ(found[0].operation_id, core::OperationId{77});
  EXPECT_EQ(found[0].why, "the list is back");
  EXPECT_EQ(found[0].made_at, noon);
  EXPECT_FALSE(found[0].settled_at);
  const auto steps = store_->transitions();
  EXPECT_EQ(steps.back().from, State::failed);
  EXPECT_EQ(steps.back().to, State::failed);
  EXPECT_EQ(steps.back().cause, "asked for by a person");
  expect_whole_chain(steps);
  EXPECT_TRUE(must((*store_)->open_wishes("other", 10)).empty());
}

TEST_F(Wishes, the_same_wish_is_made_once) {
  const auto failed = in(State::failed);
  const auto first = made(a_retry(failed));
  const auto steps = store_->transitions().size();
  EXPECT_EQ(made(a_retry(failed)).number, first.number);
  EXPECT_EQ(open().size(), 1u);
  EXPECT_EQ(store_->transitions().size(), steps);
}

TEST_F(Wishes, another_wish_overrules_the_open_one) {
  const auto lost = in(State::needs_operator);
  made(an_adoption(lost, 1));
  const auto second = made(an_adoption(lost, 2));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].number, second.number);
  const auto all = must((*store_)->wishes_of(lost.number));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(all[0].settled_at);
  EXPECT_NE(all[0].refusal, "");
}

TEST_F(Wishes, granting_settles_and_records_in_one) {
  auto failed = in(State::failed);
  const auto wish = made(a_retry(failed));
  failed.state = State::suppressing;
  failed.retried_at = noon + hours{1};
  failed.retry_count = 3;
  failed.old_verdict = true;
  failed.own_retries = 2;
  const auto again = must(store_->run((*store_)->grant(wish.number, failed, noon + hours{1}, "begun anew")));
  EXPECT_TRUE(open().empty());
  const auto stored = must((*store_)->operation(failed.number));
  EXPECT_EQ(stored.state, State::suppressing);
  EXPECT_EQ(stored.retried_at, noon + hours{1});
  EXPECT_EQ(stored.retry_count, 3);
  EXPECT_TRUE(stored.old_verdict);
  EXPECT_EQ(stored.own_retries, 2);
  EXPECT_FALSE(stored.ended_at);
  EXPECT_EQ(store_->transitions().back().cause, "begun anew");
  EXPECT_EQ(kind_of(store_->run((*store_)->grant(wish.number, again, noon, "twice"))), Error::Kind::stale);
}

TEST_F(Wishes, a_grant_that_fails_leaves_the_wish_open) {
  auto failed = in(State::failed);
  const auto wish = made(a_retry(failed));
  --failed.version;
  failed.state = State::suppressing;
  EXPECT_EQ(kind_of(store_->run((*store_)->grant(wish.number, failed, noon, "late"))), Error::Kind::stale);
  EXPECT_EQ(open().size(), 1u);
  EXPECT_EQ(must((*store_)->operation(failed.number)).state, State::failed);
}

TEST_F(Wishes, a_retry_opens_the_job_again) {
  auto failed = in(State::failed);
  const auto ended = must((*store_)->job("job-1"));
  EXPECT_TRUE(ended->ended_at);
  const auto wish = made(a_retry(failed));
  failed.state = State::suppressing;
  auto anew = must(store_->run((*store_)->grant(wish.number, failed, noon + hours{1}, "begun anew")));
  const auto open_again = must((*store_)->job("job-1"));
  EXPECT_EQ(open_again->state, State::suppressing);
  EXPECT_FALSE(open_again->ended_at);
  must(store_->move(anew, State::deleted, noon + hours{2}));
  EXPECT_EQ(must((*store_)->job("job-1"))->ended_at, noon + hours{2});
  EXPECT_EQ(must((*store_)->counts("acme")).ended, 1);
}

TEST_F(Wishes, a_refusal_is_kept_with_its_reason) {
  const auto failed = in(State::failed);
  const auto wish = made(a_retry(failed));
  must(store_->run((*store_)->refuse(wish.number, noon + hours{1}, "HTTP 400")));
  EXPECT_TRUE(open().empty());
  const auto refused = must((*store_)->refused_wishes("acme", noon));
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].refusal, "HTTP 400");
  EXPECT_EQ(refused[0].settled_at, noon + hours{1});
  EXPECT_NE(store_->transitions().back().cause.find("HTTP 400"), std::string::npos);
  EXPECT_TRUE(must((*store_)->refused_wishes("acme", noon + hours{2})).empty());
  EXPECT_EQ(kind_of(store_->run((*store_)->refuse(wish.number, noon, "twice"))), Error::Kind::stale);
  made(a_retry(failed));
  EXPECT_TRUE(must((*store_)->refused_wishes("acme", noon)).empty()) << "a newer wish is open";
}

TEST_F(Wishes, a_decision_by_hand_overrules_what_was_wished) {
  auto lost = in(State::needs_operator);
  made(an_adoption(lost, 5));
  lost.state = State::abandoned;
  must(store_->run((*store_)->overrule(lost, noon, "given up by a person")));
  EXPECT_TRUE(open().empty());
  EXPECT_EQ(must((*store_)->operation(lost.number)).state, State::abandoned);
}

TEST_F(Wishes, a_record_brings_its_wish_along) {
  auto operation = in(State::suppressing);
  operation.state = State::failed;
  Wish wish = a_retry(operation);
  wish.why = "by itself";
  must(store_->run((*store_)->record_and_wish(operation, noon, "the cloud's status says so", wish)));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].why, "by itself");
  --operation.version;
  EXPECT_FALSE(store_->run((*store_)->record_and_wish(operation, noon, "stale", wish)));
  EXPECT_EQ(open().size(), 1u);
}

TEST_F(Wishes, the_owner_of_an_operation_id_is_found_by_account_and_action) {
  const auto operation = in(State::suppressing);
  const auto owner = [&](std::string_view account, core::Action action, std::int64_t id) {
    return must((*store_)->owner_of(account, action, core::OperationId{id}));
  };
  EXPECT_EQ(owner("acme", core::Action::delete_contacts, 1), operation.number);
  EXPECT_FALSE(owner("acme", core::Action::restrict_contacts, 1));
  EXPECT_FALSE(owner("other", core::Action::delete_contacts, 1));
  EXPECT_FALSE(owner("acme", core::Action::delete_contacts, 2));
}

class Cancels : public StoreTest {
 protected:
  Cancellation cancel(const core::Job& job) {
    return must(store_->run((*store_)->cancel(job.number, noon + hours{1}, "cancelled by a person")));
  }
};

TEST_F(Cancels, a_job_in_no_operation_ends_whole) {
  const auto job = store_->submit("dsr-1", 5);
  const auto cancelled = cancel(job);
  EXPECT_EQ(cancelled.taken, 5);
  EXPECT_EQ(cancelled.sent, 0);
  EXPECT_EQ(cancelled.operations, 0);
  EXPECT_EQ(cancelled.job.state, State::cancelled);
  EXPECT_EQ(cancelled.job.ended_at, noon + hours{1});
  EXPECT_EQ(cancelled.job.why, "cancelled by a person");
  EXPECT_EQ(kind_of(store_->form({{job.number, 0, 5}})), Error::Kind::stale);
  EXPECT_EQ(store_->transitions().back().to, State::cancelled);
  expect_whole_chain(store_->transitions());
}

TEST_F(Cancels, what_was_sent_goes_on) {
  const auto job = store_->submit("dsr-1", 5);
  auto operation = must(store_->form({{job.number, 0, 2}}));
  operation = must(store_->move(accepted(operation, 9), State::suppressing));
  const auto cancelled = cancel(job);
  EXPECT_EQ(cancelled.taken, 3);
  EXPECT_EQ(cancelled.sent, 2);
  EXPECT_EQ(cancelled.operations, 1);
  EXPECT_EQ(cancelled.job.state, State::suppressing);
  must(store_->move(operation, State::deleted));
  EXPECT_EQ(must((*store_)->job(job.number)).state, State::cancelled) << "its worst end";
}

TEST_F(Cancels, all_sent_changes_nothing) {
  const auto job = store_->submit("dsr-1", 2);
  must(store_->form({{job.number, 0, 2}}));
  const auto steps = store_->transitions().size();
  const auto refused = cancel(job);
  EXPECT_EQ(refused.taken, 0);
  EXPECT_EQ(refused.sent, 2);
  EXPECT_EQ(refused.job.state, State::submitting);
  EXPECT_EQ(store_->transitions().size(), steps);
}

TEST_F(Cancels, slices_leave_queued_operations_and_the_others_stay) {
  const auto first = store_->submit("first", 2);
  const auto second = store_->submit("second", 3);
  auto operation = must(store_->form({{first.number, 0, 2}, {second.number, 0, 3}}));
  operation = must(store_->move(operation, State::queued));
  const auto cancelled = cancel(first);
  EXPECT_EQ(cancelled.taken, 2);
  EXPECT_EQ(cancelled.job.state, State::cancelled);
  const auto smaller = must((*store_)->operation(operation.number));
  EXPECT_EQ(smaller.state, State::queued);
  EXPECT_EQ(smaller.contacts, 3);
  EXPECT_EQ(must((*store_)->slices(operation.number)).size(), 1u);
  EXPECT_EQ(cancel(second).taken, 3);
  EXPECT_EQ(must((*store_)->operation(operation.number)).state, State::cancelled) << "it is empty";
  EXPECT_EQ(cancel(second).taken, 0) << "once";
}

TEST_F(Cancels, the_forming_commit_and_a_cancel_exclude_each_other) {
  const auto job = store_->submit("dsr-1", 4);
  auto form = store_->start((*store_)->form(an_operation(4), {{job.number, 0, 4}}));
  auto late = store_->start((*store_)->cancel(job.number, noon, "late"));
  store_->settle();
  EXPECT_TRUE(form.result());
  EXPECT_EQ(must(late.result()).taken, 0);

  const auto other = store_->submit("dsr-2", 4);
  auto early = store_->start((*store_)->cancel(other.number, noon, "early"));
  auto stale = store_->start((*store_)->form(an_operation(4), {{other.number, 0, 4}}));
  store_->settle();
  EXPECT_EQ(must(early.result()).taken, 4);
  EXPECT_EQ(kind_of(stale.result()), Error::Kind::stale);
}

TEST_F(Cancels, an_unknown_job_is_not_found) {
  EXPECT_EQ(kind_of(store_->run((*store_)->cancel(core::JobNumber{99}, noon, "no"))), Error::Kind::not_found);
}

using Pauses = StoreTest;

TEST_F(Pauses, a_pause_and_a_hold_lose_nothing_of_each_other) {
  must(store_->run((*store_)->pause("acme", noon, "migration")));
  must(store_->run((*store_)->set_account_state("acme", core::AccountState::blocked, "403", noon + hours{1})));
  reopen();
  auto facts = must((*store_)->facts("acme", noon, std::chrono::hours{72}));
  EXPECT_EQ(facts.paused_at, noon);
  EXPECT_EQ(facts.paused_why, "migration");
  EXPECT_EQ(facts.state, core::AccountState::blocked);
  must(store_->run((*store_)->resume("acme")));
  facts = must((*store_)->facts("acme", noon, std::chrono::hours{72}));
  EXPECT_FALSE(facts.paused_at);
  EXPECT_EQ(facts.state, core::AccountState::blocked);
  EXPECT_EQ(facts.why, "403");
  must(store_->run((*store_)->pause("acme", noon, "again")));
  must(store_->run((*store_)->set_account_state("acme", core::AccountState::ready, "", {})));
  EXPECT_EQ(must((*store_)->account("acme")).paused_why, "again");
}

TEST_F(Wishes, a_window_is_wished_for_by_account_and_is_no_transition) {
  in(State::failed);
  const auto before = store_->transitions().size();
  const auto wish = must(store_->run((*store_)->wish_window("acme", 3, "agreed", noon)));
  reopen();
  const auto found = open();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].number, wish.number);
  EXPECT_EQ(found[0].kind, Wish::Kind::window);
  EXPECT_EQ(found[0].operation, std::nullopt);
  EXPECT_EQ(found[0].account, "acme");
  EXPECT_EQ(found[0].days, 3);
  EXPECT_EQ(found[0].why, "agreed");
  EXPECT_EQ(store_->transitions().size(), before);
  EXPECT_EQ(must((*store_)->accounts_with_wishes()), std::vector<std::string>{"acme"});
}

TEST_F(Wishes, the_same_window_is_wished_for_once_and_another_overrules) {
  const auto first = must(store_->run((*store_)->wish_window("acme", 3, "agreed", noon)));
  EXPECT_EQ(must(store_->run((*store_)->wish_window("acme", 3, "again", noon))).number, first.number);
  must(store_->run((*store_)->wish_window("other", 3, "", noon)));
  must(store_->run((*store_)->wish_window("acme", -1, "at once", noon + hours{1})));
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open()[0].days, -1);
  EXPECT_EQ(must((*store_)->newest_window_wish("acme"))->days, -1);
  EXPECT_EQ(kind_of(store_->run((*store_)->grant_window(first.number, noon))), Error::Kind::stale);
  EXPECT_EQ(must((*store_)->account("acme")).restorable_days, std::nullopt);
  EXPECT_EQ(must((*store_)->newest_window_wish("other"))->settled_at, std::nullopt);
}

TEST_F(Wishes, a_granted_window_is_the_last_known_one) {
  const auto wish = must(store_->run((*store_)->wish_window("acme", 3, "", noon)));
  must(store_->run((*store_)->grant_window(wish.number, noon + hours{1})));
  EXPECT_TRUE(open().empty());
  EXPECT_EQ(must((*store_)->account("acme")).restorable_days, 3);
  EXPECT_EQ(must((*store_)->newest_window_wish("acme"))->settled_at, noon + hours{1});
  EXPECT_EQ(kind_of(store_->run((*store_)->grant_window(wish.number, noon))), Error::Kind::stale);
  EXPECT_TRUE(must((*store_)->accounts_with_wishes()).empty());
}

TEST_F(Wishes, a_refused_window_changes_nothing) {
  const auto wish = must(store_->run((*store_)->wish_window("acme", 3, "", noon)));
  const auto before = store_->transitions().size();
  must(store_->run((*store_)->refuse(wish.number, noon + hours{1}, "HTTP 403")));
  EXPECT_EQ(must((*store_)->newest_window_wish("acme"))->refusal, "HTTP 403");
  EXPECT_EQ(must((*store_)->account("acme")).restorable_days, std::nullopt);
  EXPECT_EQ(store_->transitions().size(), before);
  EXPECT_TRUE(must((*store_)->refused_wishes("acme", noon)).empty()) << "those are of operations";
}

}  // namespace
}  // namespace lethe::store::testing
