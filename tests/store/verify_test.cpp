#include <sqlite3.h>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;

class Verify : public StoreTest {
 protected:
  void SetUp() override {
    const core::Job first = store_->submit("first", 2);
    store_->submit("second", 1);
    const core::Operation operation = must(store_->form({{first.number, 0, 2}}));
    must(store_->move(accepted(operation, 12), State::suppressing, noon, "accepted"));
  }
  /// What somebody does with sqlite3 behind Lethe's back.
  void meddle(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open_v2("lethe.db", &db, SQLITE_OPEN_READWRITE, files_.name().c_str()), SQLITE_OK);
    char* what = nullptr;
    const std::string all = "DROP TRIGGER transition_stays; DROP TRIGGER transition_remains; " + sql;
    EXPECT_EQ(sqlite3_exec(db, all.c_str(), nullptr, nullptr, &what), SQLITE_OK) << what;
    sqlite3_free(what);
    sqlite3_close(db);
  }
  std::vector<std::string> found() {
    std::vector<std::string> lines;
    head_ = must((*store_)->verify([&](const std::string& line) { lines.push_back(line); }));
    return lines;
  }
  Head head_;
};

TEST_F(Verify, whole_record_has_nothing_to_tell) {
  EXPECT_EQ(found(), std::vector<std::string>{});
  EXPECT_EQ(head_.seq, 4);
  EXPECT_EQ(head_.hash, store_->transitions().back().hash);
}

TEST_F(Verify, changed_transition_is_named) {
  meddle("UPDATE transition SET cause = 'nothing happened' WHERE seq = 3");
  EXPECT_EQ(found(), std::vector<std::string>{"transition 3 was changed, or the one before it was"});
}

TEST_F(Verify, missing_transition_is_named) {
  meddle("DELETE FROM transition WHERE seq = 2");
  EXPECT_EQ(found(), std::vector<std::string>{"transition 2 is missing"});
}

TEST_F(Verify, transition_with_an_unknown_word_is_named) {
  meddle("UPDATE transition SET to_state = 'vanished' WHERE seq = 3");
  const auto lines = found();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0], "the transition after 2 was changed: it holds an unknown word");
}

TEST_F(Verify, cut_end_shows_at_what_still_stands_further) {
  meddle("DELETE FROM transition WHERE seq = 4");
  const auto lines = found();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].rfind("operation 1 was changed: it is suppressing, and transition 3", 0), 0u) << lines[0];
}

TEST_F(Verify, changed_operation_is_named) {
  meddle("UPDATE operation SET state = 'deleted'");
  const auto lines = found();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].rfind("operation 1 was changed: it is deleted, and transition 4", 0), 0u) << lines[0];
  EXPECT_EQ(lines[1], "job first was changed: it is suppressing, and its operations say deleted");
}

TEST_F(Verify, changed_operation_id_is_named) {
  meddle("UPDATE operation SET operation_id = 13");
  EXPECT_EQ(found().size(), 1u);
}

TEST_F(Verify, operation_of_which_nothing_is_recorded_is_named) {
  meddle("DELETE FROM transition WHERE operation = 1");
  const auto lines = found();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "operation 1 is suppressing, and no transition says so");
}

TEST_F(Verify, changed_job_is_named) {
  meddle("UPDATE job SET state = 'deleted' WHERE id = 'second'");
  EXPECT_EQ(found(), std::vector<std::string>{"job second was changed: it is deleted, and its operations say queued"});
}

}  // namespace
}  // namespace lethe::store::testing
