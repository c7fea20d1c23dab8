#include <chrono>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;

class Accounts : public StoreTest {
 protected:
  core::Operation in(State state) {
    const core::Job job = store_->submit("job-" + std::to_string(++jobs_), 1);
    const core::Operation operation = must(store_->form({{job.number, 0, 1}}, noon + hours{jobs_}));
    return state == State::submitting ? operation : must(store_->move(accepted(operation, jobs_), state));
  }
  void noted(Written<void> write) {
    const auto note = store_->start(std::move(write));
    must(store_->run((*store_)->flush()));
    ASSERT_TRUE(note.done());
    must(note.result());
  }
  int jobs_ = 0;
};

TEST_F(Accounts, unknown_name_is_a_fresh_record) {
  const AccountRecord record = must((*store_)->account("acme"));
  EXPECT_EQ(record.name, "acme");
  EXPECT_EQ(record.state, core::AccountState::ready);
  EXPECT_EQ(record.requests, 0);
  EXPECT_FALSE(record.restorable_days);
  EXPECT_EQ(record.last_error, "");
}

TEST_F(Accounts, state_is_kept_with_its_reason) {
  must(store_->run((*store_)->set_account_state("acme", core::AccountState::waiting, "429", noon + hours{1})));
  reopen();
  AccountRecord record = must((*store_)->account("acme"));
  EXPECT_EQ(record.state, core::AccountState::waiting);
  EXPECT_EQ(record.why, "429");
  EXPECT_EQ(record.until, noon + hours{1});
  must(store_->run((*store_)->set_account_state("acme", core::AccountState::blocked, "audit", {})));
  record = must((*store_)->account("acme"));
  EXPECT_EQ(record.state, core::AccountState::blocked);
  EXPECT_FALSE(record.until);
}

TEST_F(Accounts, notes_touch_nothing_but_what_they_are_about) {
  must(store_->run((*store_)->set_account_state("acme", core::AccountState::blocked, "audit", {})));
  noted((*store_)->note_restorable_days("acme", 12));
  noted((*store_)->note_error("acme", "no route to the cloud", noon));
  const AccountRecord record = must((*store_)->account("acme"));
  EXPECT_EQ(record.state, core::AccountState::blocked);
  EXPECT_EQ(record.restorable_days, 12);
  EXPECT_EQ(record.last_error, "no route to the cloud");
  EXPECT_EQ(record.last_error_at, noon);
}

TEST_F(Accounts, a_hindrance_is_kept_until_another_is_told) {
  EXPECT_EQ(must((*store_)->account("acme")).hindrance, Hindrance{});
  const Hindrance told{.why = "the network fails", .until = noon + hours{1}, .alarm = true};
  noted((*store_)->note_hindrance("acme", told));
  EXPECT_EQ(must((*store_)->account("acme")).hindrance, told);
  EXPECT_EQ(must((*store_)->account("acme")).state, core::AccountState::ready);
  noted((*store_)->note_hindrance("acme", {}));
  EXPECT_EQ(must((*store_)->account("acme")).hindrance, Hindrance{});
}

TEST_F(Accounts, open_ones_are_those_with_something_that_has_not_ended) {
  EXPECT_TRUE(must((*store_)->open_accounts()).empty());
  noted((*store_)->note_error("idle", "no route to the cloud", noon));
  in(State::deleting);
  in(State::failed);
  const auto open = must((*store_)->open_accounts());
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].name, "acme");
  EXPECT_GE(open[0].open, 1);
}

TEST_F(Accounts, requests_add_up_by_day) {
  noted((*store_)->note_requests("acme", 20'000, 3));
  noted((*store_)->note_requests("acme", 20'000, 4));
  EXPECT_EQ(must((*store_)->account("acme")).requests, 7);
  noted((*store_)->note_requests("acme", 20'001, 2));
  EXPECT_EQ(must((*store_)->account("acme")).requests, 2);
  EXPECT_EQ(must((*store_)->account("acme")).requests_day, 20'001);
}

TEST_F(Accounts, facts_count_where_operations_stand) {
  for (const State state :
       {State::submitting, State::unconfirmed, State::unconfirmed, State::needs_operator, State::suppressing,
        State::suppressing, State::suppressing, State::deleting, State::failed}) {
    in(state);
  }
  must(store_->run((*store_)->set_account_state("acme", core::AccountState::blocked, "403", {})));
  const core::AccountFacts facts = must((*store_)->facts("acme", noon, hours{72}));
  EXPECT_EQ(facts.submitting, 1);
  EXPECT_EQ(facts.unconfirmed, 2);
  EXPECT_EQ(facts.needs_operator, 1);
  EXPECT_EQ(facts.suppressing, 3);
  EXPECT_EQ(facts.state, core::AccountState::blocked);
  EXPECT_EQ(facts.why, "403");
  EXPECT_EQ(facts.last_submission_at, noon + hours{9});
}

TEST_F(Accounts, facts_of_an_unknown_account_are_empty) {
  const core::AccountFacts facts = must((*store_)->facts("nobody", noon, hours{72}));
  EXPECT_EQ(facts.state, core::AccountState::ready);
  EXPECT_FALSE(facts.last_submission_at);
  EXPECT_EQ(facts.suppressing, 0);
}

TEST_F(Accounts, last_submission_is_when_one_last_went_into_submitting) {
  core::Operation operation = in(State::submitting);
  operation = must(store_->move(operation, State::queued, noon + hours{5}));
  EXPECT_EQ(must((*store_)->facts("acme", noon, hours{72})).last_submission_at, noon + hours{1});
  operation = must(store_->move(operation, State::submitting, noon + hours{7}));
  EXPECT_EQ(must((*store_)->facts("acme", noon, hours{72})).last_submission_at, noon + hours{7});
  must(store_->move(operation, State::suppressing, noon + hours{8}));
  EXPECT_EQ(must((*store_)->facts("acme", noon, hours{72})).last_submission_at, noon + hours{7});
}

TEST_F(Accounts, counts_for_status_follow_every_move) {
  store_->submit("waiting", 5);
  store_->submit("waiting-too", 5);
  for (const State state : {State::submitting, State::unconfirmed, State::needs_operator, State::suppressing,
                            State::queued, State::deleting, State::deleted, State::rejected, State::restored}) {
    in(state);
  }
  const AccountCounts counts = must((*store_)->counts("acme"));
  EXPECT_EQ(counts.queued, 3);
  EXPECT_EQ(counts.suppressing, 4);
  EXPECT_EQ(counts.deleting, 1);
  EXPECT_EQ(counts.ended, 3);
  EXPECT_EQ(must((*store_)->counts("other")).ended, 0);
}

}  // namespace
}  // namespace lethe::store::testing
