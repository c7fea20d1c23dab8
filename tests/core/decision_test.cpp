#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "core/operation.hpp"

namespace lethe::core {
namespace {

constexpr OperationId known_id{2038};

Operation operation_of(Action action, State state = State::suppressing) {
  Operation operation;
  operation.number = OperationNumber{7};
  operation.action = action;
  operation.state = state;
  operation.operation_id = known_id;
  return operation;
}

Observation observed(std::string status, std::vector<std::string> background = {}, bool errors_in_batch = false) {
  return Observation{.operation_id = known_id,
                     .status = std::move(status),
                     .background = std::move(background),
                     .errors_in_batch = errors_in_batch,
                     .restorable_days = std::nullopt};
}

std::string shown(const Observation& observation) {
  std::string text = observation.status + (observation.errors_in_batch ? " with errors in batch" : "");
  for (const std::string& word : observation.background) text += " | " + word;
  return text;
}

// --- the table, cell by cell

struct Cell {
  std::string status;
  std::vector<std::string> background;
  State of_delete;
  State of_restrict;
  bool errors_in_batch = false;
};

const std::vector<Cell>& table() {
  static const std::vector<Cell> cells{
      // Pending, Processing, Cancelling, unknown: whatever the entries say.
      {"Pending", {}, State::suppressing, State::suppressing},
      {"Pending", {"Processing"}, State::suppressing, State::suppressing},
      {"Pending", {"Completed"}, State::suppressing, State::suppressing},
      {"Pending", {"Aborted"}, State::suppressing, State::suppressing},
      {"Pending", {"Invalid"}, State::suppressing, State::suppressing},
      {"Pending", {"Completed", "Aborted"}, State::suppressing, State::suppressing},
      {"Pending", {"Completed"}, State::suppressing, State::suppressing, true},
      {"Processing", {}, State::suppressing, State::suppressing},
      {"Processing", {"Processing"}, State::suppressing, State::suppressing},
      {"Processing", {"Completed"}, State::suppressing, State::suppressing},
      {"Processing", {"Aborted"}, State::suppressing, State::suppressing},
      {"Processing", {"Invalid"}, State::suppressing, State::suppressing},
      {"Processing", {"Invalid", "Aborted"}, State::suppressing, State::suppressing},
      {"Cancelling", {}, State::suppressing, State::suppressing},
      {"Cancelling", {"Processing"}, State::suppressing, State::suppressing},
      {"Cancelling", {"Completed"}, State::suppressing, State::suppressing},
      {"Cancelling", {"Aborted"}, State::suppressing, State::suppressing},
      {"Cancelling", {"Invalid"}, State::suppressing, State::suppressing},
      {"Cancelling", {"Completed", "Invalid"}, State::suppressing, State::suppressing},
      {"Hibernating", {}, State::suppressing, State::suppressing},
      {"Hibernating", {"Processing"}, State::suppressing, State::suppressing},
      {"Hibernating", {"Completed"}, State::suppressing, State::suppressing},
      {"Hibernating", {"Aborted"}, State::suppressing, State::suppressing},
      {"Hibernating", {"Invalid"}, State::suppressing, State::suppressing},
      {"Completed ", {"Completed"}, State::suppressing, State::suppressing},
      {"Complete", {"Completed"}, State::suppressing, State::suppressing},
      {"", {}, State::suppressing, State::suppressing},
      {"", {"Completed"}, State::suppressing, State::suppressing},
      // Failed, Cancelled, Invalid without entries.
      {"Failed", {}, State::failed, State::failed},
      {"Cancelled", {}, State::cancelled, State::cancelled},
      {"Invalid", {}, State::invalid, State::invalid},
      {"Failed", {}, State::failed, State::failed, true},
      // Failed, Cancelled, Invalid with entries.
      {"Failed", {"Processing"}, State::deleting, State::suppressing},
      {"Failed", {"Completed", "Whatever"}, State::deleting, State::suppressing},
      {"Failed", {""}, State::deleting, State::suppressing},
      {"Failed", {"Aborted"}, State::restored, State::restored},
      {"Failed", {"Aborted", "Aborted"}, State::restored, State::restored},
      {"Failed", {"Invalid"}, State::invalid, State::invalid},
      {"Failed", {"Completed"}, State::mixed, State::mixed},
      {"Failed", {"Completed", "Aborted"}, State::mixed, State::mixed},
      {"Cancelled", {"Processing"}, State::deleting, State::suppressing},
      {"Cancelled", {"Aborted", "Pending"}, State::deleting, State::suppressing},
      {"Cancelled", {"Aborted"}, State::restored, State::restored},
      {"Cancelled", {"Invalid", "Invalid"}, State::invalid, State::invalid},
      {"Cancelled", {"Completed", "Completed"}, State::mixed, State::mixed},
      {"Cancelled", {"Invalid", "Aborted"}, State::mixed, State::mixed},
      {"Invalid", {"Processing"}, State::deleting, State::suppressing},
      {"Invalid", {"Processing", "Invalid"}, State::deleting, State::suppressing},
      {"Invalid", {"Aborted"}, State::restored, State::restored},
      {"Invalid", {"Invalid"}, State::invalid, State::invalid},
      {"Invalid", {"Completed"}, State::mixed, State::mixed},
      {"Invalid", {"Completed", "Invalid"}, State::mixed, State::mixed},
      // Completed, CompletedWithErrors without entries.
      {"Completed", {}, State::deleting, State::restricted},
      {"CompletedWithErrors", {}, State::deleting, State::restricted},
      {"Completed", {}, State::deleting, State::restricted, true},
      // Completed, CompletedWithErrors, any entry not final.
      {"Completed", {"Processing"}, State::deleting, State::suppressing},
      {"Completed", {"Completed", "Processing"}, State::deleting, State::suppressing},
      {"Completed", {"Processing", "Completed"}, State::deleting, State::suppressing},
      {"Completed", {"Aborted", "Invalid", "Waiting"}, State::deleting, State::suppressing},
      {"Completed", {""}, State::deleting, State::suppressing},
      {"Completed", {"Completed", ""}, State::deleting, State::suppressing},
      {"Completed", {"Failed"}, State::deleting, State::suppressing},
      {"Completed", {"CompletedWithErrors"}, State::deleting, State::suppressing},
      {"CompletedWithErrors", {"Processing"}, State::deleting, State::suppressing},
      {"CompletedWithErrors", {"Completed", "Processing"}, State::deleting, State::suppressing},
      // All entries Completed.
      {"Completed", {"Completed"}, State::deleted, State::restricted},
      {"Completed", {"Completed", "Completed", "Completed"}, State::deleted, State::restricted},
      {"Completed", {"Completed"}, State::deleted_with_errors, State::restricted, true},
      {"CompletedWithErrors", {"Completed"}, State::deleted_with_errors, State::restricted},
      {"CompletedWithErrors", {"Completed", "Completed"}, State::deleted_with_errors, State::restricted, true},
      // All Aborted, all Invalid, final but different.
      {"Completed", {"Aborted"}, State::restored, State::restored},
      {"Completed", {"Aborted", "Aborted"}, State::restored, State::restored},
      {"Completed", {"Aborted"}, State::restored, State::restored, true},
      {"CompletedWithErrors", {"Aborted"}, State::restored, State::restored},
      {"Completed", {"Invalid"}, State::invalid, State::invalid},
      {"CompletedWithErrors", {"Invalid", "Invalid"}, State::invalid, State::invalid},
      {"Completed", {"Completed", "Aborted"}, State::mixed, State::mixed},
      {"Completed", {"Aborted", "Completed"}, State::mixed, State::mixed},
      {"Completed", {"Completed", "Completed", "Invalid"}, State::mixed, State::mixed},
      {"CompletedWithErrors", {"Aborted", "Invalid"}, State::mixed, State::mixed},
  };
  return cells;
}

std::string with(int (*change)(int), std::string text) {
  std::ranges::transform(text, text.begin(), [change](char c) { return static_cast<char>(change(c)); });
  return text;
}

Observation with(int (*change)(int), Observation observation) {
  observation.status = with(change, observation.status);
  for (std::string& word : observation.background) word = with(change, word);
  return observation;
}

class DecisionTable : public testing::TestWithParam<Cell> {
 protected:
  Observation observation() const {
    return observed(GetParam().status, GetParam().background, GetParam().errors_in_batch);
  }
};

TEST_P(DecisionTable, delete_from_suppressing) {
  const Decision decision = decide(operation_of(Action::delete_contacts), observation());
  EXPECT_TRUE(decision.evidence);
  EXPECT_EQ(word(decision.state), word(GetParam().of_delete)) << shown(observation());
}

TEST_P(DecisionTable, restrict_from_suppressing) {
  const Decision decision = decide(operation_of(Action::restrict_contacts), observation());
  EXPECT_TRUE(decision.evidence);
  EXPECT_EQ(word(decision.state), word(GetParam().of_restrict)) << shown(observation());
}

TEST_P(DecisionTable, delete_from_deleting) {
  const Decision decision = decide(operation_of(Action::delete_contacts, State::deleting), observation());
  const bool silent = GetParam().status.empty();
  EXPECT_EQ(decision.evidence, !silent);
  EXPECT_EQ(word(decision.state), word(silent ? State::deleting : GetParam().of_delete)) << shown(observation());
}

TEST_P(DecisionTable, letters_of_either_case) {
  for (const Action action : {Action::delete_contacts, Action::restrict_contacts}) {
    const State wanted = action == Action::delete_contacts ? GetParam().of_delete : GetParam().of_restrict;
    EXPECT_EQ(decide(operation_of(action), with(std::toupper, observation())).state, wanted);
    EXPECT_EQ(decide(operation_of(action), with(std::tolower, observation())).state, wanted);
  }
}

void PrintTo(const Cell& cell, std::ostream* out) {
  *out << shown(observed(cell.status, cell.background, cell.errors_in_batch));
}

/// "Completed_with_Completed_none_errors_in_batch", the number in front for spellings that give the same name.
std::string name_of(const testing::TestParamInfo<Cell>& cell) {
  std::string name = std::to_string(cell.index) + "_" + (cell.param.status.empty() ? "none" : cell.param.status);
  if (!cell.param.background.empty()) name += "_with";
  for (const std::string& word : cell.param.background) name += "_" + (word.empty() ? "none" : word);
  if (cell.param.errors_in_batch) name += "_errors_in_batch";
  std::erase(name, ' ');
  return name;
}

INSTANTIATE_TEST_SUITE_P(cells, DecisionTable, testing::ValuesIn(table()), name_of);

// --- evidence

TEST(decide, answer_about_another_operation_is_no_evidence) {
  Observation other = observed("Completed", {"Completed"});
  other.operation_id = OperationId{2039};
  const Decision decision = decide(operation_of(Action::delete_contacts), other);
  EXPECT_FALSE(decision.evidence);
  EXPECT_FALSE(decision.news);
  EXPECT_EQ(decision.state, State::suppressing);
}

TEST(decide, answer_without_operation_is_no_evidence) {
  Observation none = observed("Completed", {"Completed"});
  none.operation_id.reset();
  EXPECT_FALSE(decide(operation_of(Action::delete_contacts), none).evidence);
}

TEST(decide, operation_without_an_id_is_moved_by_nothing) {
  Operation operation = operation_of(Action::delete_contacts);
  operation.operation_id.reset();
  EXPECT_FALSE(decide(operation, observed("Completed", {"Completed"})).evidence);
  Observation none = observed("Completed", {"Completed"});
  none.operation_id.reset();
  EXPECT_FALSE(decide(operation, none).evidence);
}

TEST(decide, only_what_is_polled_moves) {
  for (int i = 0; i <= static_cast<int>(last_state); ++i) {
    const auto state = static_cast<State>(i);
    if (is_polled(state)) continue;
    Operation operation = operation_of(Action::delete_contacts, state);
    operation.status = "Failed";
    operation.background_status = "Aborted";
    const Decision decision = decide(operation, observed("Completed", {"Completed"}));
    EXPECT_FALSE(decision.evidence) << word(state);
    EXPECT_FALSE(decision.news) << word(state);
    EXPECT_EQ(decision.state, state);
    EXPECT_EQ(decision.status, "Failed");
    EXPECT_EQ(decision.background_status, "Aborted");
  }
}

// --- news and words

TEST(decide, same_words_again_are_no_news) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Processing";
  const Decision decision = decide(operation, observed("Completed", {"Processing"}));
  EXPECT_TRUE(decision.evidence);
  EXPECT_FALSE(decision.news);
}

TEST(decide, new_word_is_news_where_the_state_stays) {
  Operation operation = operation_of(Action::delete_contacts);
  operation.status = "Pending";
  const Decision decision = decide(operation, observed("Processing"));
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.state, State::suppressing);
  EXPECT_EQ(decision.status, "Processing");
}

TEST(decide, new_background_word_is_news_where_the_state_stays) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  const Decision decision = decide(operation, observed("Completed", {"Processing", "Completed"}));
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.state, State::deleting);
  EXPECT_EQ(decision.background_status, "Processing,Completed");
}

TEST(decide, entries_that_disappear_are_news) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Processing";
  const Decision decision = decide(operation, observed("Completed"));
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.background_status, "");
}

TEST(decide, other_case_of_a_known_word_is_no_news) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Processing";
  const Decision decision = decide(operation, observed("completed", {"PROCESSING"}));
  EXPECT_TRUE(decision.evidence);
  EXPECT_FALSE(decision.news);
  EXPECT_EQ(decision.status, "Completed");
  EXPECT_EQ(decision.background_status, "Processing");
}

TEST(decide, errors_in_batch_alone_change_the_verdict) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Completed";
  const Decision decision = decide(operation, observed("Completed", {"Completed"}, true));
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.state, State::deleted_with_errors);
}

TEST(decide, cloud_that_takes_suppression_back_is_followed) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  const Decision decision = decide(operation, observed("Processing"));
  EXPECT_TRUE(decision.evidence);
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.state, State::suppressing);
}

TEST(decide, missing_word_while_deleting_is_no_evidence) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Processing";
  const Decision decision = decide(operation, observed("", {"Completed"}));
  EXPECT_FALSE(decision.evidence);
  EXPECT_FALSE(decision.news);
  EXPECT_EQ(decision.state, State::deleting);
  EXPECT_EQ(decision.background_status, "Processing");
}

TEST(decide, missing_word_while_suppressing_keeps_the_known_one) {
  Operation operation = operation_of(Action::delete_contacts);
  operation.status = "Processing";
  const Decision decision = decide(operation, observed(""));
  EXPECT_TRUE(decision.evidence);
  EXPECT_FALSE(decision.news);
  EXPECT_EQ(decision.state, State::suppressing);
  EXPECT_EQ(decision.status, "Processing");
}

// --- properties over random evidence

class Evidence {
 public:
  Operation operation() {
    static const std::vector<State> states{State::suppressing, State::deleting};
    Operation made = operation_of(coin() ? Action::delete_contacts : Action::restrict_contacts, pick(states));
    made.status = pick(statuses_);
    made.background_status = pick(entries_);
    return made;
  }
  Observation observation() {
    std::vector<std::string> background(random_() % 4);
    for (std::string& word : background) word = pick(entries_);
    return observed(pick(statuses_), std::move(background), coin());
  }
  bool coin() { return random_() % 2 == 0; }
  State any_state() { return static_cast<State>(random_() % (static_cast<unsigned>(last_state) + 1)); }

  static bool knows_as_end(const std::string& status) {
    const std::string small = with(std::tolower, status);
    return small == "completed" || small == "completedwitherrors" || small == "failed" || small == "cancelled" ||
           small == "invalid";
  }

 private:
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[random_() % from.size()];
  }

  std::mt19937_64 random_{20261122};
  std::vector<std::string> statuses_{"Pending", "Processing", "Cancelling",          "Completed", "completed", "",
                                     "Failed",  "Cancelled",  "CompletedWithErrors", "Invalid",   "Queued",    "Done"};
  std::vector<std::string> entries_{"Completed",  "COMPLETED", "Aborted", "Invalid",
                                    "Processing", "",          "Pending", "Gone"};
};

constexpr int rounds = 20'000;

TEST(decide_properties, no_observation_leaves_a_final_state) {
  Evidence evidence;
  for (int i = 0; i < rounds; ++i) {
    Operation operation = evidence.operation();
    operation.state = evidence.any_state();
    const Decision decision = decide(operation, evidence.observation());
    if (is_final(operation.state)) {
      EXPECT_EQ(decision.state, operation.state);
      EXPECT_FALSE(decision.news);
    }
  }
}

TEST(decide_properties, unknown_word_never_ends_anything) {
  Evidence evidence;
  for (int i = 0; i < rounds; ++i) {
    const Operation operation = evidence.operation();
    const Observation observation = evidence.observation();
    if (Evidence::knows_as_end(observation.status)) continue;
    EXPECT_FALSE(is_final(decide(operation, observation).state)) << shown(observation);
  }
}

TEST(decide_properties, deleted_only_with_every_entry_completed) {
  Evidence evidence;
  int seen = 0;
  for (int i = 0; i < rounds; ++i) {
    const Operation operation = evidence.operation();
    const Observation observation = evidence.observation();
    const State state = decide(operation, observation).state;
    if (state != State::deleted && state != State::deleted_with_errors) continue;
    ++seen;
    EXPECT_FALSE(observation.background.empty());
    for (const std::string& word : observation.background) {
      EXPECT_EQ(with(std::tolower, word), "completed") << shown(observation);
    }
    EXPECT_EQ(operation.action, Action::delete_contacts);
    if (observation.errors_in_batch) {
      EXPECT_EQ(state, State::deleted_with_errors);
    }
  }
  EXPECT_GT(seen, 100);
}

TEST(decide_properties, restrict_is_never_deleting_nor_deleted) {
  Evidence evidence;
  for (int i = 0; i < rounds; ++i) {
    Operation operation = evidence.operation();
    if (operation.action != Action::restrict_contacts) continue;
    operation.state = State::suppressing;
    const State state = decide(operation, evidence.observation()).state;
    EXPECT_TRUE(state != State::deleting && state != State::deleted && state != State::deleted_with_errors);
  }
}

TEST(decide_properties, news_exactly_when_something_recorded_changes) {
  Evidence evidence;
  for (int i = 0; i < rounds; ++i) {
    const Operation operation = evidence.operation();
    const Decision decision = decide(operation, evidence.observation());
    const bool changed = decision.state != operation.state || decision.status != operation.status ||
                         decision.background_status != operation.background_status;
    EXPECT_EQ(decision.news, changed);
    if (decision.news) {
      EXPECT_TRUE(decision.evidence);
    }
  }
}

TEST(decide_properties, settled_after_one_look) {
  Evidence evidence;
  for (int i = 0; i < rounds; ++i) {
    Operation operation = evidence.operation();
    const Observation observation = evidence.observation();
    const Decision first = decide(operation, observation);
    operation.state = first.state;
    operation.status = first.status;
    operation.background_status = first.background_status;
    EXPECT_FALSE(decide(operation, observation).news) << shown(observation);
  }
}

}  // namespace
}  // namespace lethe::core
