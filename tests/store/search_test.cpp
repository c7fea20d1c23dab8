// What the search for a lost submission rests on must survive: the intent's time, and the highest operationID known
// then.
#include <chrono>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;
using std::chrono::minutes;

class Search : public StoreTest {
 protected:
  core::Operation formed(const std::string& id, core::Time at = noon) {
    const core::Job job = store_->submit(id, 1);
    return must(store_->form({{job.number, 0, 1}}, at));
  }
  void note(std::int64_t id) { must(store_->run((*store_)->note_highest("acme", id))); }
  std::optional<std::int64_t> highest() { return must((*store_)->account("acme")).highest_operation_id; }
  core::Operation stored(core::OperationNumber number) { return must((*store_)->operation(number)); }
};

TEST_F(Search, an_intent_notes_its_time_and_the_highest_operation_id_known) {
  EXPECT_EQ(highest(), std::nullopt);
  note(2038);
  const core::Operation operation = formed("job", noon + minutes{3});
  EXPECT_EQ(operation.intent_at, noon + minutes{3});
  EXPECT_EQ(operation.known_above, 2038);
  note(3000);
  reopen();
  EXPECT_EQ(stored(operation.number).intent_at, noon + minutes{3});
  EXPECT_EQ(stored(operation.number).known_above, 2038);
}

TEST_F(Search, an_intent_without_any_known_operation_id_is_above_zero) {
  EXPECT_EQ(formed("job").known_above, 0);
}

TEST_F(Search, a_second_intent_of_an_operation_replaces_the_first) {
  const core::Operation operation = formed("job");
  note(2038);
  core::Operation queued = must(store_->move(operation, State::queued, noon + minutes{1}));
  EXPECT_EQ(queued.intent_at, noon);
  queued.absent_at = noon + minutes{2};
  const core::Operation again = must(store_->move(queued, State::submitting, noon + hours{1}));
  EXPECT_EQ(again.intent_at, noon + hours{1});
  EXPECT_EQ(again.known_above, 2038);
  EXPECT_EQ(again.absent_at, std::nullopt);
  EXPECT_EQ(stored(again.number).intent_at, noon + hours{1});
}

TEST_F(Search, the_highest_operation_id_never_falls) {
  note(0);
  EXPECT_EQ(highest(), 0);
  note(2038);
  note(7);
  EXPECT_EQ(highest(), 2038);
}

TEST_F(Search, an_acceptance_of_a_delete_raises_it_and_one_of_a_restrict_does_not) {
  must(store_->move(accepted(formed("job"), 2038), State::suppressing));
  EXPECT_EQ(highest(), 2038);
  core::Job job = a_job("restrict", 1);
  job.action = core::Action::restrict_contacts;
  job = store_->submit(job, some_contacts(1));
  core::Operation wanted = an_operation(1);
  wanted.action = core::Action::restrict_contacts;
  core::Operation restricting = must(store_->run((*store_)->form(wanted, {{job.number, 0, 1}})));
  must(store_->move(accepted(restricting, 5000), State::suppressing));
  EXPECT_EQ(highest(), 2038);
}

TEST_F(Search, looks_are_kept_with_the_absence_they_saw) {
  core::Operation lost = must(store_->move(formed("job"), State::unconfirmed));
  lost.attempt = 3;
  lost.due_at = noon + minutes{11};
  lost.absent_at = noon + minutes{10};
  const Asked<void> asked = store_->start((*store_)->note_poll(lost));
  must(store_->run((*store_)->flush()));
  EXPECT_TRUE(asked.done());
  EXPECT_EQ(stored(lost.number).attempt, 3);
  EXPECT_EQ(stored(lost.number).due_at, noon + minutes{11});
  EXPECT_EQ(stored(lost.number).absent_at, noon + minutes{10});
}

TEST_F(Search, a_look_that_lies_further_ahead_than_any_interval_is_due_now) {
  core::Operation lost = formed("job");
  lost.due_at = noon + minutes{30};
  must(store_->move(lost, State::unconfirmed));
  const auto due = [&](core::Time now) { return must((*store_)->due("acme", now, 10)).size(); };
  EXPECT_EQ(due(noon), 0U);
  EXPECT_EQ(due(noon + minutes{30}), 1U);
  EXPECT_EQ(due(noon - minutes{5}), 1U) << "the clock stepped back";
  EXPECT_EQ(due(noon - hours{24 * 30}), 1U);
}

TEST_F(Search, only_ids_of_the_accounts_operations_of_that_action_are_claimed) {
  must(store_->move(accepted(formed("job"), 2038), State::suppressing));
  using Ids = std::vector<core::OperationId>;
  const Ids asked{{2037}, {2038}, {2039}};
  EXPECT_EQ(must((*store_)->claimed("acme", core::Action::delete_contacts, asked)), (Ids{{2038}}));
  EXPECT_EQ(must((*store_)->claimed("acme", core::Action::restrict_contacts, asked)), Ids{});
  EXPECT_EQ(must((*store_)->claimed("other", core::Action::delete_contacts, asked)), Ids{});
}

TEST_F(Search, the_time_of_the_newest_transition) {
  EXPECT_EQ(must((*store_)->newest_transition_at()), std::nullopt);
  formed("job", noon + minutes{4});
  EXPECT_EQ(must((*store_)->newest_transition_at()), noon + minutes{4});
}

}  // namespace
}  // namespace lethe::store::testing
