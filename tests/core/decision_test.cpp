#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/observed.hpp"

namespace lethe::core {
namespace {

// --- evidence

TEST(decide, answer_about_another_operation_is_no_evidence) {
  Observation other = observed("Completed", {"Completed"});
  other.operation_id = OperationId{2039};
  const Decision decision = decide(operation_of(Action::delete_contacts), other, Time{});
  EXPECT_FALSE(decision.evidence);
  EXPECT_FALSE(decision.news);
  EXPECT_EQ(decision.state, State::suppressing);
}

TEST(decide, answer_without_operation_is_no_evidence) {
  Observation none = observed("Completed", {"Completed"});
  none.operation_id.reset();
  EXPECT_FALSE(decide(operation_of(Action::delete_contacts), none, Time{}).evidence);
}

TEST(decide, operation_without_an_id_is_moved_by_nothing) {
  Operation operation = operation_of(Action::delete_contacts);
  operation.operation_id.reset();
  EXPECT_FALSE(decide(operation, observed("Completed", {"Completed"}), Time{}).evidence);
  Observation none = observed("Completed", {"Completed"});
  none.operation_id.reset();
  EXPECT_FALSE(decide(operation, none, Time{}).evidence);
}

TEST(decide, only_what_is_polled_moves) {
  for (int i = 0; i <= static_cast<int>(last_state); ++i) {
    const auto state = static_cast<State>(i);
    if (is_polled(state)) continue;
    Operation operation = operation_of(Action::delete_contacts, state);
    operation.status = "Failed";
    operation.background_status = "Aborted";
    const Decision decision = decide(operation, observed("Completed", {"Completed"}), Time{});
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
  const Decision decision = decide(operation, observed("Completed", {"Processing"}), Time{});
  EXPECT_TRUE(decision.evidence);
  EXPECT_FALSE(decision.news);
}

TEST(decide, new_word_is_news_where_the_state_stays) {
  Operation operation = operation_of(Action::delete_contacts);
  operation.status = "Pending";
  const Decision decision = decide(operation, observed("Processing"), Time{});
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.state, State::suppressing);
  EXPECT_EQ(decision.status, "Processing");
}

TEST(decide, new_background_word_is_news_where_the_state_stays) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  const Decision decision = decide(operation, observed("Completed", {"Processing", "Completed"}), Time{});
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.state, State::deleting);
  EXPECT_EQ(decision.background_status, "Processing,Completed");
}

TEST(decide, entries_that_disappear_are_news) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Processing";
  const Decision decision = decide(operation, observed("Completed"), Time{});
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.background_status, "");
}

TEST(decide, other_case_of_a_known_word_is_no_news) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Processing";
  const Decision decision = decide(operation, observed("completed", {"PROCESSING"}), Time{});
  EXPECT_TRUE(decision.evidence);
  EXPECT_FALSE(decision.news);
  EXPECT_EQ(decision.status, "Completed");
  EXPECT_EQ(decision.background_status, "Processing");
}

TEST(decide, errors_in_batch_alone_change_the_verdict) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Completed";
  const Decision decision = decide(operation, observed("Completed", {"Completed"}, true), Time{});
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.state, State::deleted_with_errors);
}

TEST(decide, cloud_that_takes_suppression_back_is_followed) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  const Decision decision = decide(operation, observed("Processing"), Time{});
  EXPECT_TRUE(decision.evidence);
  EXPECT_TRUE(decision.news);
  EXPECT_EQ(decision.state, State::suppressing);
}

TEST(decide, missing_word_while_deleting_is_no_evidence) {
  Operation operation = operation_of(Action::delete_contacts, State::deleting);
  operation.status = "Completed";
  operation.background_status = "Processing";
  const Decision decision = decide(operation, observed("", {"Completed"}), Time{});
  EXPECT_FALSE(decision.evidence);
  EXPECT_FALSE(decision.news);
  EXPECT_EQ(decision.state, State::deleting);
  EXPECT_EQ(decision.background_status, "Processing");
}

TEST(decide, missing_word_while_suppressing_keeps_the_known_one) {
  Operation operation = operation_of(Action::delete_contacts);
  operation.status = "Processing";
  const Decision decision = decide(operation, observed(""), Time{});
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
    const Decision decision = decide(operation, evidence.observation(), Time{});
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
    EXPECT_FALSE(is_final(decide(operation, observation, Time{}).state)) << shown(observation);
  }
}

TEST(decide_properties, deleted_only_with_every_entry_completed) {
  Evidence evidence;
  int seen = 0;
  for (int i = 0; i < rounds; ++i) {
    const Operation operation = evidence.operation();
    const Observation observation = evidence.observation();
    const State state = decide(operation, observation, Time{}).state;
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
    const State state = decide(operation, evidence.observation(), Time{}).state;
    EXPECT_TRUE(state != State::deleting && state != State::deleted && state != State::deleted_with_errors);
  }
}

TEST(decide_properties, news_exactly_when_something_recorded_changes) {
  Evidence evidence;
  for (int i = 0; i < rounds; ++i) {
    const Operation operation = evidence.operation();
    const Decision decision = decide(operation, evidence.observation(), Time{});
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
    const Decision first = decide(operation, observation, Time{});
    operation.state = first.state;
    operation.status = first.status;
    operation.background_status = first.background_status;
    EXPECT_FALSE(decide(operation, observation, Time{}).news) << shown(observation);
  }
}

}  // namespace
}  // namespace lethe::core
