#include <sqlite3.h>

#include <chrono>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;

class Transitions : public StoreTest {
 protected:
  std::vector<std::int64_t> seqs(const TransitionFilter& filter) {
    std::vector<std::int64_t> found;
    for (const core::Transition& transition : store_->transitions(filter)) found.push_back(transition.seq);
    return found;
  }
};

TEST_F(Transitions, chain_is_whole_over_everything_recorded) {
  const core::Job first = store_->submit("first", 2);
  const core::Job second = store_->submit("second", 1);
  core::Operation operation = must(store_->form({{first.number, 0, 1}, {second.number, 0, 1}}));
  operation = must(store_->move(accepted(operation, 12), State::suppressing, noon, "accepted: ünïcode"));
  reopen();
  operation = must(store_->move(operation, State::deleting, noon + hours{1}));
  must(store_->move(operation, State::deleted, noon + hours{2}));
  must(store_->run((*store_)->expire(first.number, noon + hours{3})));
  const auto steps = store_->transitions();
  EXPECT_EQ(steps.size(), 7u);
  expect_whole_chain(steps);
}

TEST_F(Transitions, failed_write_leaves_no_gap_in_the_chain) {
  const core::Job job = store_->submit("first", 2);
  const auto lost = store_->start((*store_)->form(an_operation(2), {{job.number, 1, 1}}));
  const auto formed = store_->start((*store_)->form(an_operation(1), {{job.number, 0, 1}}));
  const auto late = store_->start((*store_)->form(an_operation(1), {{job.number, 0, 1}}));
  must(store_->run((*store_)->flush()));
  EXPECT_FALSE(lost.result());
  EXPECT_TRUE(formed.result());
  EXPECT_FALSE(late.result());
  EXPECT_EQ(store_->transitions().size(), 2u);
  expect_whole_chain(store_->transitions());
}

TEST_F(Transitions, filtered_by_seq_job_operation_and_time) {
  const core::Job first = store_->submit("first", 2);                                                // 1
  const core::Job second = store_->submit("second", 1);                                              // 2
  const core::Operation shared = must(store_->form({{first.number, 0, 1}, {second.number, 0, 1}}));  // 3
  const core::Operation own = must(store_->form({{first.number, 1, 1}}, noon + hours{1}));           // 4
  must(store_->move(own, State::rejected, noon + hours{2}));                                         // 5
  EXPECT_EQ(seqs({}), (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(seqs(after(3)), (std::vector<std::int64_t>{4, 5}));
  EXPECT_EQ(seqs(of_job(first.number)), (std::vector<std::int64_t>{1, 3, 4, 5}));
  EXPECT_EQ(seqs(of_job(second.number)), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(seqs(of_operation(shared.number)), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(seqs(since(noon + hours{1})), (std::vector<std::int64_t>{4, 5}));
  TransitionFilter all = of_job(first.number);
  all.operation = own.number;
  all.since = noon;
  all.after_seq = 4;
  EXPECT_EQ(seqs(all), (std::vector<std::int64_t>{5}));
}

TEST_F(Transitions, reading_stops_when_the_taker_has_enough) {
  store_->submit("first", 1);
  store_->submit("second", 1);
  int taken = 0;
  must((*store_)->transitions({}, [&](const core::Transition&) { return ++taken < 1; }));
  EXPECT_EQ(taken, 1);
}

TEST_F(Transitions, recorded_ones_can_be_neither_changed_nor_removed) {
  store_->submit("first", 1);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2("lethe.db", &db, SQLITE_OPEN_READWRITE, files_.name().c_str()), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "UPDATE transition SET cause = 'other'", nullptr, nullptr, nullptr), SQLITE_CONSTRAINT);
  EXPECT_EQ(sqlite3_exec(db, "DELETE FROM transition", nullptr, nullptr, nullptr), SQLITE_CONSTRAINT);
  sqlite3_close(db);
  EXPECT_EQ(store_->transitions().size(), 1u);
}

TEST_F(Transitions, listener_hears_each_after_its_commit_and_before_who_awaits) {
  std::vector<std::string> heard;
  (*store_)->on_transition([&](const core::Transition& transition) {
    heard.push_back(std::to_string(transition.seq) + " " + transition.jobs[0]);
    EXPECT_EQ(store_->transitions(after(transition.seq - 1)).front().hash, transition.hash);
  });
  const LoadNumber one = must(store_->run((*store_)->begin_load()));
  const LoadNumber two = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(one, some_contacts(1))));
  must(store_->run((*store_)->append(two, some_contacts(1))));
  EXPECT_TRUE(heard.empty());
  const auto first = store_->start((*store_)->accept(one, a_job("first", 1)));
  const auto refused = store_->start((*store_)->accept(LoadNumber{99}, a_job("none", 1)));
  const auto second = store_->start((*store_)->accept(two, a_job("second", 1)));
  must(store_->run((*store_)->flush()));
  EXPECT_EQ(heard, (std::vector<std::string>{"1 first", "2 second"}));
}

}  // namespace
}  // namespace lethe::store::testing
