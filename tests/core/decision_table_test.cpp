// The decision table, cell by cell.
#include <gtest/gtest.h>

#include <cctype>
#include <ostream>
#include <string>
#include <vector>

#include "core/observed.hpp"

namespace lethe::core {
namespace {

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

class DecisionTable : public testing::TestWithParam<Cell> {
 protected:
  Observation observation() const {
    return observed(GetParam().status, GetParam().background, GetParam().errors_in_batch);
  }
};

TEST_P(DecisionTable, delete_from_suppressing) {
  const Decision decision = decide(operation_of(Action::delete_contacts), observation(), Time{});
  EXPECT_TRUE(decision.evidence);
  EXPECT_EQ(word(decision.state), word(GetParam().of_delete)) << shown(observation());
}

TEST_P(DecisionTable, restrict_from_suppressing) {
  const Decision decision = decide(operation_of(Action::restrict_contacts), observation(), Time{});
  EXPECT_TRUE(decision.evidence);
  EXPECT_EQ(word(decision.state), word(GetParam().of_restrict)) << shown(observation());
}

TEST_P(DecisionTable, delete_from_deleting) {
  const Decision decision = decide(operation_of(Action::delete_contacts, State::deleting), observation(), Time{});
  const bool silent = GetParam().status.empty();
  EXPECT_EQ(decision.evidence, !silent);
  EXPECT_EQ(word(decision.state), word(silent ? State::deleting : GetParam().of_delete)) << shown(observation());
}

TEST_P(DecisionTable, letters_of_either_case) {
  for (const Action action : {Action::delete_contacts, Action::restrict_contacts}) {
    const State wanted = action == Action::delete_contacts ? GetParam().of_delete : GetParam().of_restrict;
    EXPECT_EQ(decide(operation_of(action), with(std::toupper, observation()), Time{}).state, wanted);
    EXPECT_EQ(decide(operation_of(action), with(std::tolower, observation()), Time{}).state, wanted);
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

}  // namespace
}  // namespace lethe::core
