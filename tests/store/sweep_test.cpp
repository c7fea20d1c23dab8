#include <chrono>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;
using std::chrono::minutes;

class Sweep : public StoreTest {
 protected:
  /// A delete in the background, behind its window since `window_ends`.
  core::Operation deleting(const std::string& id, core::Time window_ends, State state = State::deleting) {
    const core::Job job = store_->submit(id, 1);
    core::Operation operation = accepted(must(store_->form({{job.number, 0, 1}})), ++ids_);
    operation.restorable_until = window_ends;
    operation.due_at = noon + hours{20};
    return must(store_->move(operation, state));
  }
  void noted(Written<void> write) {
    const auto note = store_->start(std::move(write));
    must(store_->run((*store_)->flush()));
    ASSERT_TRUE(note.done());
    must(note.result());
  }
  /// The cloud has said once that it doesn't know it.
  void make_unknown(core::Operation operation) {
    operation.unknown_answers = 1;
    noted((*store_)->note_poll(operation));
  }
  std::vector<std::int64_t> swept(core::Time now, std::size_t most = 10) {
    std::vector<std::int64_t> numbers;
    for (const Swept& one : must((*store_)->swept("acme", now, most))) numbers.push_back(one.number.value);
    return numbers;
  }
  std::int64_t ids_ = 100;
};

TEST_F(Sweep, watches_what_is_deleted_behind_its_window_the_longest_first) {
  const core::Operation late = deleting("late", noon - hours{1});
  const core::Operation early = deleting("early", noon - hours{5});
  deleting("in-the-window", noon + hours{1});
  deleting("in-suppression", noon - hours{5}, State::suppressing);
  deleting("over", noon - hours{5}, State::deleted);
  make_unknown(deleting("unknown", noon - hours{5}));
  EXPECT_EQ(swept(noon), (std::vector<std::int64_t>{early.number.value, late.number.value}));
  EXPECT_EQ(swept(noon, 1), std::vector<std::int64_t>{early.number.value});
  const Swept first = must((*store_)->swept("acme", noon, 1)).front();
  EXPECT_EQ(first.operation_id, early.operation_id);
  EXPECT_EQ(first.window_ends, noon - hours{5});
  EXPECT_EQ(first.submitted_at, early.submitted_at);
  EXPECT_EQ(first.listed, "");
  EXPECT_TRUE(must((*store_)->swept("other", noon, 10)).empty());
}

TEST_F(Sweep, notes_what_the_list_said_and_brings_the_next_poll_forward) {
  const core::Operation one = deleting("one", noon - hours{1});
  const core::Operation two = deleting("two", noon - hours{1});
  const core::Operation over = deleting("over", noon - hours{1}, State::deleted);
  noted((*store_)->note_listed({{.number = one.number, .listed = "Processing"},
                                {.number = two.number, .listed = "Completed", .due_at = noon},
                                {.number = over.number, .listed = "Completed", .due_at = noon}}));
  EXPECT_EQ(must((*store_)->operation(one.number)).listed, "Processing");
  EXPECT_EQ(must((*store_)->operation(one.number)).due_at, noon + hours{20});
  EXPECT_EQ(must((*store_)->operation(two.number)).listed, "Completed");
  EXPECT_EQ(must((*store_)->operation(two.number)).due_at, noon);
  EXPECT_FALSE(must((*store_)->operation(over.number)).due_at) << "what has ended isn't asked about";
  noted((*store_)->note_listed({{.number = two.number, .listed = "Completed", .due_at = noon + hours{1}}}));
  EXPECT_EQ(must((*store_)->operation(two.number)).due_at, noon) << "never put off";
  EXPECT_EQ(must((*store_)->operation(two.number)).version, two.version) << "no change of the operation";
}

TEST_F(Sweep, finds_an_operation_by_its_row) {
  const core::Operation over = deleting("over", noon - hours{1}, State::deleted);
  const auto row = must((*store_)->swept_row("acme", *over.operation_id));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->number, over.number);
  EXPECT_EQ(row->state, State::deleted);
  EXPECT_TRUE(row->ended_at);
  EXPECT_FALSE(must((*store_)->swept_row("acme", {9999})));
  EXPECT_FALSE(must((*store_)->swept_row("other", *over.operation_id)));
}

TEST_F(Sweep, hastens_all_that_it_watched) {
  const core::Operation one = deleting("one", noon - hours{1});
  const core::Operation later = deleting("later", noon + hours{1});
  const core::Operation beats = deleting("beats", noon + hours{50});
  const core::Operation unknown = deleting("unknown", noon - hours{1});
  make_unknown(unknown);
  const auto more = store_->start((*store_)->hasten_swept("acme", noon));
  must(store_->run((*store_)->flush()));
  EXPECT_FALSE(must(more.result()));
  EXPECT_EQ(must((*store_)->operation(one.number)).due_at, noon);
  EXPECT_EQ(must((*store_)->operation(later.number)).due_at, noon + hours{1}) << "at the end of its window";
  EXPECT_EQ(must((*store_)->operation(beats.number)).due_at, noon + hours{20}) << "a heartbeat";
  EXPECT_EQ(must((*store_)->operation(unknown.number)).due_at, noon + hours{20}) << "no list watches it";
}

TEST_F(Sweep, its_record_survives) {
  EXPECT_FALSE(must((*store_)->account("acme")).sweep.looked_at);
  noted((*store_)->note_sweep("acme", {.looked_at = noon, .off_until = noon + hours{24}, .why = "it is as of then"}));
  reopen();
  const SweepRecord record = must((*store_)->account("acme")).sweep;
  EXPECT_EQ(record.looked_at, noon);
  EXPECT_EQ(record.off_until, noon + hours{24});
  EXPECT_EQ(record.why, "it is as of then");
  noted((*store_)->note_sweep("acme", {}));
  EXPECT_FALSE(must((*store_)->account("acme")).sweep.looked_at);
}

}  // namespace
}  // namespace lethe::store::testing
