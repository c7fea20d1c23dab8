// Copies of a store, and stores that lie further back than they had come.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

namespace fs = std::filesystem;
using core::State;

class Copy : public ::testing::Test {
 protected:
  fs::path store_path() const { return folder_ / "lethe.db"; }
  std::unique_ptr<Process> open(const fs::path& path) { return std::make_unique<Process>(daemon_on(path), clock_); }
  /// One job that waits, one that waits in part, and operations in every state that can have been left behind.
  void fill(Process& store) {
    store.submit("waiting", 3);
    const core::Job job = store.submit("begun", 9);
    const auto state_after = [&](std::int64_t first, State state) {
      const core::Operation formed = must(store.form({{job.number, first, 1}}));
      if (state != State::submitting) must(store.move(formed, state));
    };
    state_after(0, State::submitting);
    state_after(1, State::queued);
    state_after(2, State::unconfirmed);
    state_after(3, State::rejected);
    const core::Operation taken = must(store.form({{job.number, 4, 1}}));
    must(store.move(accepted(taken, 12), State::suppressing));
  }
  static std::vector<State> operation_states(Process& store) {
    std::vector<State> states;
    const auto job = must(store->job("begun"));
    for (const core::Operation& operation : must(store->operations_of(job->number))) states.push_back(operation.state);
    return states;
  }
  static void expect_held(Process& store) {
    ASSERT_TRUE(store->restoration());
    EXPECT_EQ(store->restoration()->jobs, 2);
    EXPECT_EQ(store->restoration()->operations, 3);
    EXPECT_EQ(must(store->job("waiting"))->state, State::held);
    EXPECT_EQ(must(store->job("begun"))->state, State::held);
    EXPECT_EQ(operation_states(store),
              (std::vector<State>{State::needs_operator, State::needs_operator, State::needs_operator, State::rejected,
                                  State::suppressing}));
    EXPECT_FALSE(must(store->next_submission("acme")).job);
    EXPECT_FALSE(must(store->next_submission("acme")).operation);
    expect_whole_chain(store.transitions());
  }

  ManualClock clock_;
  Folder folder_;
};

TEST_F(Copy, holds_what_the_store_holds_and_nobody_else_can_read_it) {
  const auto store = open(store_path());
  fill(*store);
  must((*store)->copy_to(folder_ / "copy.db", noon));
  struct stat copied{};
  ASSERT_EQ(stat((folder_ / "copy.db").c_str(), &copied), 0);
  EXPECT_EQ(copied.st_mode & 0777u, 0600u);
  EXPECT_FALSE(fs::exists(folder_ / "copy.db.part"));
  Process copy(command_on(folder_ / "copy.db"), clock_);
  EXPECT_EQ(copy.transitions().size(), store->transitions().size());
  EXPECT_FALSE(copy->restoration()) << "a command only looks at it";
  EXPECT_EQ(must(copy->job("waiting"))->state, State::queued);
  EXPECT_EQ(must((*store)->verify([](const std::string& line) { ADD_FAILURE() << line; })).seq,
            must(copy->verify([](const std::string& line) { ADD_FAILURE() << line; })).seq);
}

TEST_F(Copy, takes_the_place_of_no_file) {
  const auto store = open(store_path());
  std::ofstream(folder_ / "mine") << "precious";
  EXPECT_EQ(kind_of((*store)->copy_to(folder_ / "mine", noon)), Error::Kind::io);
  EXPECT_EQ(fs::file_size(folder_ / "mine"), 8u);
  EXPECT_FALSE((*store)->copy_to(folder_ / "nowhere" / "copy.db", noon));
  fill(*store);  // and the store goes on
}

TEST_F(Copy, first_run_on_it_holds_what_may_have_been_submitted_since) {
  {
    const auto store = open(store_path());
    fill(*store);
    must((*store)->copy_to(folder_ / "copy.db", noon));
  }
  {
    const auto copy = open(folder_ / "copy.db");
    expect_held(*copy);
    EXPECT_EQ(copy->operator->()->restoration()->copied_at, noon);
  }
  const auto later = open(folder_ / "copy.db");
  EXPECT_FALSE((*later)->restoration()) << "once";
}

TEST_F(Copy, a_window_that_was_wished_for_before_is_not_set_again) {
  {
    const auto store = open(store_path());
    must(store->run((*store)->wish_window("acme", 2, "", noon)));
    must((*store)->copy_to(folder_ / "copy.db", noon));
  }
  const auto copy = open(folder_ / "copy.db");
  EXPECT_TRUE(must((*copy)->open_wishes("acme", 9)).empty());
  EXPECT_TRUE(must((*copy)->newest_window_wish("acme"))->refusal.starts_with("restored from a copy"));
}

TEST_F(Copy, store_that_lies_further_back_than_it_had_come_is_one) {
  {
    const auto store = open(store_path());
    fill(*store);
  }
  fs::copy_file(store_path(), folder_ / "aside");
  {
    const auto store = open(store_path());
    EXPECT_FALSE((*store)->restoration());
    store->submit("later", 1);
  }
  for (const char* end : {"-wal", "-shm"}) fs::remove(store_path().string() + end);
  fs::rename(folder_ / "aside", store_path());
  {
    Process look(command_on(store_path()), clock_);
    std::vector<std::string> found;
    must(look->verify([&](const std::string& line) { found.push_back(line); }));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].find("its end is missing"), std::string::npos) << found[0];
  }
  expect_held(*open(store_path()));
  EXPECT_FALSE((*open(store_path()))->restoration());
}

TEST_F(Copy, number_beside_another_store_says_nothing) {
  {
    const auto store = open(store_path());
    fill(*store);
  }
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(store_path().string() + end);
  EXPECT_FALSE((*open(store_path()))->restoration());
}

TEST_F(Copy, number_that_cant_be_read_stops_nobody) {
  {
    const auto store = open(store_path());
    fill(*store);
  }
  std::ofstream(folder_ / "lethe.db.newest", std::ios::trunc) << "ffffffffffffffff 99999999999999999999 and more\n";
  EXPECT_FALSE((*open(store_path()))->restoration());
}

TEST_F(Copy, more_than_one_transaction_should_hold_are_all_held) {
  {
    const auto store = open(store_path());
    for (int number = 0; number < 450; ++number) store->submit("job-" + std::to_string(number), 1);
    must((*store)->copy_to(folder_ / "copy.db", noon));
  }
  const auto copy = open(folder_ / "copy.db");
  ASSERT_TRUE((*copy)->restoration());
  EXPECT_EQ((*copy)->restoration()->jobs, 450);
}

}  // namespace
}  // namespace lethe::store::testing
