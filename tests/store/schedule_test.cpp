// What the schedule of polls rests on: the histories, new plans, neighbours, and what the cloud doesn't know.
#include "core/schedule.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;
using std::chrono::minutes;

class Schedule : public StoreTest {
 protected:
  core::Operation suppressing(std::int64_t number, core::Time submitted_at = noon) {
    const core::Job job = store_->submit("job-" + std::to_string(number), 1);
    core::Operation operation = accepted(must(store_->form({{job.number, 0, 1}})), number);
    operation.submitted_at = submitted_at;
    operation.restorable_until = submitted_at;
    operation.due_at = noon + hours{3};
    return must(store_->move(operation, State::suppressing));
  }
  core::Operation deleting(std::int64_t number, core::Time submitted_at) {
    return must(store_->move(suppressing(number, submitted_at), State::deleting));
  }
  core::Operation read(const core::Operation& operation) { return must((*store_)->operation(operation.number)); }
  void write(Written<void> ride_along) {
    const auto asked = store_->start(std::move(ride_along));
    must(store_->run((*store_)->flush()));
    ASSERT_TRUE(asked.done());
    ASSERT_TRUE(asked.result());
  }
};

TEST_F(Schedule, history_is_the_newest_fifty_of_each_phase) {
  for (int i = 1; i <= 60; ++i) {
    core::Operation operation = suppressing(i);
    operation.suppression_took = minutes{i};
    operation = must(store_->move(operation, State::deleting));
    if (i > 5) continue;
    operation.deletion_took = hours{i};
    must(store_->move(operation, State::deleted));
  }
  const auto history = must((*store_)->history("acme"));
  EXPECT_EQ(history.suppression.count(), 50u);
  EXPECT_EQ(history.suppression.sorted().front(), minutes{11});
  EXPECT_EQ(history.suppression.sorted().back(), minutes{60});
  EXPECT_EQ(history.suppression.shortest_of_late(), minutes{56}) << "in the order of the operations";
  EXPECT_EQ(history.deletion.count(), 5u);
  EXPECT_EQ(must((*store_)->history("nobody")).suppression.count(), 0u);
}

TEST_F(Schedule, expected_end_in_the_facts_follows_the_history) {
  for (int i = 1; i <= 5; ++i) {
    core::Operation operation = deleting(i, noon);
    operation.deletion_took = hours{100};
    must(store_->move(operation, State::deleted));
  }
  suppressing(6);
  const auto late = [&](core::Duration after) {
    return must((*store_)->facts("acme", noon + after, hours{72})).overdue;
  };
  EXPECT_EQ(late(hours{172}), 0);
  EXPECT_EQ(late(hours{173}), 1);
}

TEST_F(Schedule, new_plans_are_written_over_what_was_read_only) {
  core::Operation first = deleting(1, noon);
  core::Operation polled = deleting(2, noon);
  core::Operation moved = deleting(3, noon);
  core::Operation newer = polled;
  newer.polls = 1;
  write((*store_)->note_poll(newer));
  must(store_->move(moved, State::deleted));
  for (core::Operation* operation : {&first, &polled, &moved}) {
    operation->due_at = noon + hours{1};
    operation->restorable_until = noon + hours{48};
    operation->typical = false;
  }
  write((*store_)->replan({first, polled, moved}));
  EXPECT_EQ(read(first).due_at, noon + hours{1});
  EXPECT_EQ(read(first).restorable_until, noon + hours{48});
  EXPECT_FALSE(read(first).typical);
  EXPECT_EQ(read(first).version, first.version);
  EXPECT_EQ(read(polled).due_at, noon + hours{3});
  EXPECT_EQ(read(moved).due_at, std::nullopt);
}

TEST_F(Schedule, neighbours_are_pulled_forward_once) {
  const core::Operation near = deleting(1, noon - minutes{5});
  const core::Operation far = deleting(2, noon - minutes{6});
  const core::Operation queued = suppressing(3, noon);
  core::Operation in_window = deleting(4, noon);
  in_window.restorable_until = noon + hours{5};
  in_window = must(store_->move(in_window, State::deleting));
  const core::Time now = noon + hours{2};
  const auto pull = [&] { write((*store_)->pull_forward("acme", noon - minutes{5}, noon + minutes{5}, now)); };
  pull();
  EXPECT_EQ(read(near).due_at, now);
  EXPECT_EQ(read(far).due_at, noon + hours{3});
  EXPECT_EQ(read(queued).due_at, noon + hours{3});
  EXPECT_EQ(read(in_window).due_at, noon + hours{3});
  core::Operation polled = read(near);
  polled.due_at = noon + hours{3};
  write((*store_)->note_poll(polled));
  pull();
  EXPECT_EQ(read(near).due_at, noon + hours{3}) << "once in its life";
}

TEST_F(Schedule, unknown_ones_are_those_flagged_and_under_way) {
  core::Operation once = suppressing(1);
  once = core::not_known(once, noon);
  write((*store_)->note_poll(once));
  core::Operation often = suppressing(2);
  for (int i = 0; i < 3; ++i) often = core::not_known(often, noon + hours{i});
  write((*store_)->note_poll(often));
  ASSERT_EQ(must((*store_)->unknown("acme", 10)).size(), 1u);
  EXPECT_EQ(must((*store_)->unknown("acme", 10)).front().number, often.number);
  EXPECT_EQ(read(often).unknown_since, noon);
  must(store_->move(often, State::abandoned));
  EXPECT_TRUE(must((*store_)->unknown("acme", 10)).empty());
}

TEST_F(Schedule, pages_of_a_state_go_on_behind_a_number) {
  for (int i = 1; i <= 5; ++i) suppressing(i);
  const auto first = must((*store_)->in_state_after("acme", State::suppressing, {}, 3));
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(must((*store_)->in_state_after("acme", State::suppressing, first.back().number, 3)).size(), 2u);
}

}  // namespace
}  // namespace lethe::store::testing
