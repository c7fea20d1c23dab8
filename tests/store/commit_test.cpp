#include <chrono>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::milliseconds;

/// On the loop's thread, and with a thread of the writer's own.
class Commits : public StoreTest, public ::testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    store_.reset();
    open();
  }
  void open() {
    OpenSettings settings = in_memory(files_);
    settings.write_on_this_thread = GetParam();
    store_ = std::make_unique<Process>(settings, clock_);
  }
};

INSTANTIATE_TEST_SUITE_P(both, Commits, ::testing::Values(true, false),
                         [](const auto& info) { return info.param ? "on_the_loop" : "on_its_own_thread"; });

TEST_P(Commits, hundred_writes_at_once_are_few_commits) {
  must(store_->run((*store_)->flush()));
  const std::int64_t before = files_.syncs();
  std::vector<Asked<void>> writes;
  for (int i = 0; i < 100; ++i) {
    writes.push_back(store_->start(
        (*store_)->set_account_state("acme-" + std::to_string(i), core::AccountState::blocked, "gathered", {})));
  }
  must(store_->run((*store_)->flush()));
  EXPECT_LE(files_.syncs() - before, 4);
  for (const auto& write : writes) {
    ASSERT_TRUE(write.done());
    EXPECT_TRUE(write.result());
  }
  EXPECT_EQ(must((*store_)->account("acme-99")).why, "gathered");
}

TEST_P(Commits, writes_asked_for_during_a_commit_are_in_the_next) {
  std::vector<Asked<void>> writes;
  (*store_)->on_transition([&](const core::Transition&) {
    for (int i = 0; i < 10; ++i) {
      writes.push_back(
          store_->start((*store_)->set_account_state("acme", core::AccountState::blocked, std::to_string(i), {})));
    }
  });
  store_->submit("dsr-1", 1);
  must(store_->run((*store_)->flush()));
  ASSERT_EQ(writes.size(), 10u);
  for (const auto& write : writes) EXPECT_TRUE(write.done());
  EXPECT_EQ(must((*store_)->account("acme")).why, "9") << "in the order they were asked for";
}

TEST_P(Commits, each_write_succeeds_or_fails_for_itself) {
  const core::Job job = store_->submit("dsr-1", 10);
  const auto first = store_->start((*store_)->form(an_operation(5), {{job.number, 0, 5}}));
  const auto again = store_->start((*store_)->form(an_operation(5), {{job.number, 0, 5}}));
  const auto unknown = store_->start((*store_)->expire(core::JobNumber{99}, noon));
  const auto second = store_->start((*store_)->form(an_operation(5), {{job.number, 5, 5}}));
  must(store_->run((*store_)->flush()));
  EXPECT_TRUE(first.result());
  EXPECT_EQ(kind_of(again.result()), Error::Kind::stale);
  EXPECT_EQ(kind_of(unknown.result()), Error::Kind::not_found);
  EXPECT_TRUE(second.result());
  EXPECT_EQ(must((*store_)->operations_of(job.number)).size(), 2u);
}

TEST_P(Commits, ride_along_write_waits_a_second_of_the_clock) {
  const auto note = store_->start((*store_)->note_error("acme", "late", noon));
  store_->settle();
  clock_.advance(milliseconds{999});
  store_->settle();
  EXPECT_FALSE(note.done());
  EXPECT_EQ(must((*store_)->account("acme")).last_error, "");
  const auto second = store_->start((*store_)->note_error("other", "too", noon));
  store_->settle();
  clock_.advance(milliseconds{1});
  while (!note.done() || !second.done()) store_->loop().run_one();
  EXPECT_TRUE(note.result());
  EXPECT_TRUE(second.result());
  EXPECT_EQ(must((*store_)->account("acme")).last_error, "late");
}

TEST_P(Commits, ride_along_write_goes_with_a_durable_one) {
  const auto note = store_->start((*store_)->note_error("acme", "early", noon));
  store_->settle();
  must(store_->run((*store_)->set_account_state("acme", core::AccountState::blocked, "", {})));
  EXPECT_TRUE(note.done());
  store_->settle();
  EXPECT_EQ(clock_.waiting(), 0u) << "nothing is gathering any more";
  const auto next = store_->start((*store_)->note_error("acme", "later", noon));
  store_->settle();
  EXPECT_FALSE(next.done());
  EXPECT_EQ(clock_.waiting(), 1u);
}

TEST_P(Commits, second_that_ends_during_a_commit_is_not_forgotten) {
  store_->submit("dsr-0", 1);
  std::optional<Asked<void>> note;
  (*store_)->on_transition([&](const core::Transition&) {
    note = store_->start((*store_)->note_error("acme", "during", noon));
    clock_.advance(milliseconds{5000});
  });
  store_->submit("dsr-1", 1);
  store_->settle();
  clock_.advance(milliseconds{5000});
  while (!note->done()) ASSERT_NE(store_->loop().run_one(), 0u);
  EXPECT_EQ(must((*store_)->account("acme")).last_error, "during");
}

TEST_P(Commits, what_is_pending_at_the_end_is_committed) {
  const auto note = store_->start((*store_)->note_error("acme", "kept", noon));
  store_->settle();
  store_->close();
  ASSERT_TRUE(note.done());
  EXPECT_TRUE(note.result());
  open();
  EXPECT_EQ(must((*store_)->account("acme")).last_error, "kept");
}

TEST_P(Commits, writes_under_way_at_the_end_are_told) {
  std::vector<Asked<void>> writes;
  for (int i = 0; i < 3; ++i) {
    writes.push_back(store_->start((*store_)->set_account_state("acme", core::AccountState::blocked, "kept", {})));
    store_->loop().poll_one();
    store_->loop().poll_one();
  }
  store_->close();
  for (const auto& write : writes) EXPECT_TRUE(write.done());
}

TEST_P(Commits, loop_that_ends_first_drops_who_awaits) {
  const auto note = store_->start((*store_)->note_error("acme", "dropped", noon));
  const auto write = store_->start((*store_)->set_account_state("acme", core::AccountState::blocked, "", {}));
  store_->loop().poll_one();
  store_->loop().poll_one();
  store_->loop().stop();
  store_.reset();
}

TEST_P(Commits, write_that_is_awaited_after_the_end_fails) {
  Written<void> late = (*store_)->flush();
  store_->close();
  EXPECT_EQ(kind_of(store_->run(std::move(late))), Error::Kind::io);
}

TEST_P(Commits, version_of_the_data_changes_with_a_commit) {
  const auto before = must((*store_)->data_version());
  EXPECT_EQ(must((*store_)->data_version()), before);
  store_->submit("dsr-1", 1);
  EXPECT_NE(must((*store_)->data_version()), before);
}

}  // namespace
}  // namespace lethe::store::testing
