#include "core/operation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace lethe::core {
namespace {

const std::map<State, std::string> words_of_interface{
    {State::held, "held"},
    {State::queued, "queued"},
    {State::submitting, "submitting"},
    {State::unconfirmed, "unconfirmed"},
    {State::needs_operator, "needs_operator"},
    {State::suppressing, "suppressing"},
    {State::deleting, "deleting"},
    {State::deleted, "deleted"},
    {State::deleted_with_errors, "deleted_with_errors"},
    {State::restricted, "restricted"},
    {State::restored, "restored"},
    {State::mixed, "mixed"},
    {State::invalid, "invalid"},
    {State::failed, "failed"},
    {State::rejected, "rejected"},
    {State::cancelled, "cancelled"},
    {State::expired, "expired"},
    {State::abandoned, "abandoned"},
};

TEST(words, states) {
  ASSERT_EQ(words_of_interface.size(), static_cast<std::size_t>(last_state) + 1);
  for (const auto& [state, text] : words_of_interface) {
    EXPECT_EQ(word(state), text);
    EXPECT_EQ(parse_state(text), state);
  }
}

TEST(words, actions_and_selectors) {
  EXPECT_EQ(word(Action::delete_contacts), "delete");
  EXPECT_EQ(word(Action::restrict_contacts), "restrict");
  EXPECT_EQ(parse_action("delete"), Action::delete_contacts);
  EXPECT_EQ(parse_action("restrict"), Action::restrict_contacts);
  EXPECT_EQ(word(Selector::keys), "keys");
  EXPECT_EQ(word(Selector::ids), "ids");
  EXPECT_EQ(word(Selector::list), "list");
  EXPECT_EQ(parse_selector("keys"), Selector::keys);
  EXPECT_EQ(parse_selector("ids"), Selector::ids);
  EXPECT_EQ(parse_selector("list"), Selector::list);
}

TEST(words, unknown_ones) {
  EXPECT_EQ(parse_state("Deleted"), std::nullopt);
  EXPECT_EQ(parse_state(""), std::nullopt);
  EXPECT_EQ(parse_action("erase"), std::nullopt);
  EXPECT_EQ(parse_selector("emails"), std::nullopt);
}

TEST(states, only_the_ends_are_final) {
  for (const auto& [state, text] : words_of_interface) {
    const bool runs = state == State::held || state == State::queued || state == State::submitting ||
                      state == State::unconfirmed || state == State::needs_operator || state == State::suppressing ||
                      state == State::deleting;
    EXPECT_EQ(is_final(state), !runs) << text;
    EXPECT_EQ(is_polled(state), state == State::suppressing || state == State::deleting) << text;
    EXPECT_EQ(is_alarm(state), state == State::restored || state == State::mixed) << text;
  }
}

/// As INTERFACE.md orders them; the first of those present is the job's state.
const std::vector<State> order_of_job_states{
    State::held,           State::queued,      State::submitting, State::unconfirmed,
    State::needs_operator, State::suppressing, State::deleting,   State::restored,
    State::mixed,          State::invalid,     State::failed,     State::rejected,
    State::abandoned,      State::expired,     State::cancelled,  State::deleted_with_errors,
    State::deleted};

TEST(job_state, every_pair_of_parts) {
  for (std::size_t first = 0; first < order_of_job_states.size(); ++first) {
    for (std::size_t second = first; second < order_of_job_states.size(); ++second) {
      const State decides = order_of_job_states[first];
      const State other = order_of_job_states[second];
      EXPECT_EQ(job_state({decides, other}), decides) << word(decides) << " with " << word(other);
      EXPECT_EQ(job_state({other, decides}), decides) << word(other) << " with " << word(decides);
    }
  }
}

TEST(job_state, restricted_gives_way_to_every_worse_end) {
  EXPECT_EQ(job_state({State::restricted}), State::restricted);
  for (const State state : order_of_job_states) {
    if (state == State::deleted) continue;
    EXPECT_EQ(job_state({State::restricted, state}), state) << word(state);
  }
}

TEST(job_state, many_parts) {
  EXPECT_EQ(job_state({State::deleted, State::deleting, State::restored, State::suppressing}), State::suppressing);
  EXPECT_EQ(job_state({State::deleted, State::failed, State::restored, State::deleted}), State::restored);
}

TEST(job_state, no_parts_is_a_bug) {
  EXPECT_THROW(job_state({}), std::invalid_argument);
}

}  // namespace
}  // namespace lethe::core
