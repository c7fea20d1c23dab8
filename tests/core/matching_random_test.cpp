// Lists drawn at random: whatever they show, nothing is adopted or queued again on too little evidence.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "core/matching.hpp"
#include "searched.hpp"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using Next = Verdict::Next;
using Outcome = Reading::Outcome;

/// A cloud's lists around the intent: some rows ours, some claimed, some contradicting.
Search drawn(std::mt19937_64& random) {
  const auto one_in = [&](std::uint64_t n) { return random() % n == 0; };
  Search search = search_at(core::Duration{static_cast<std::int64_t>(random() % 7'200'000) - 600'000});
  const auto outcome = [&] { return one_in(3) ? static_cast<Outcome>(random() % 5) : Outcome::whole; };
  search.requests.outcome = outcome();
  search.operations.outcome = outcome();
  if (one_in(4)) search.requests.as_of = intent + 1min;
  if (one_in(4)) search.operations.as_of.reset();
  search.action = one_in(5) ? Action::restrict_contacts : Action::delete_contacts;
  search.selector = static_cast<Selector>(random() % 3);
  search.list_key = "ours";
  if (one_in(2)) search.absent_at = intent + 2min;
  if (one_in(8)) search.newest_transition = search.now + 1s;
  std::vector<ListedOperation> rows;
  for (std::uint64_t i = random() % 6; i > 0; --i) {
    ListedOperation made = row(1998 + static_cast<std::int64_t>(random() % 6));
    if (one_in(3)) made.contacts = one_in(2) ? std::optional<std::int64_t>(4) : std::nullopt;
    if (one_in(2)) made.list_key = one_in(2) ? "ours" : "other";
    if (one_in(3)) made.created_by = one_in(2) ? "7" : "8";
    if (one_in(4)) made.action.reset();
    if (one_in(4)) made.of_list = one_in(2);
    rows.push_back(made);
    if (one_in(4)) search.claimed.insert(made.id);
    if (one_in(8)) search.disowned.insert(made.id);
  }
  search.rows = merge(rows);
  return search;
}

bool exists(const Reading& reading) {
  return reading.outcome != Outcome::missing;
}

/// Nothing in the row speaks against its being the operation (its creator aside).
bool could_be(const Search& search, const ListedOperation& row) {
  const bool fits =
      search.selector == Selector::list ? row.list_key.value_or("ours") == "ours" : row.contacts.value_or(3) == 3;
  return row.id.value > search.known_above && !search.claimed.contains(row.id) && fits &&
         row.action.value_or(search.action) == search.action;
}

void expect_sound(const Search& search, const Verdict& verdict) {
  const auto could = [&](const ListedOperation& row) { return could_be(search, row); };
  const bool whole = (search.requests.outcome == Outcome::whole || !exists(search.requests)) &&
                     (search.operations.outcome == Outcome::whole || !exists(search.operations));
  if (verdict.next == Next::confirm) {
    ASSERT_TRUE(verdict.candidate.has_value());
    EXPECT_GT(verdict.candidate->value, search.known_above);
    EXPECT_FALSE(search.claimed.contains(*verdict.candidate));
    EXPECT_FALSE(search.disowned.contains(*verdict.candidate));
    EXPECT_TRUE(whole);
  }
  if (verdict.next == Next::queue_again) {
    EXPECT_EQ(search.action, Action::delete_contacts);
    EXPECT_TRUE(whole) << "a list was not read to its end";
    EXPECT_TRUE(search.absent_at.has_value());
    EXPECT_GE(search.now, intent + list_grace);
    EXPECT_LT(search.now, intent + longest_absence);
    EXPECT_LE(search.newest_transition.value_or(intent), search.now);
    const bool nameless =
        std::ranges::none_of(search.rows, [&](const ListedOperation& row) { return could(row) && !row.created_by; });
    EXPECT_TRUE(nameless) << "a candidate exists";
  }
  const bool unread = search.requests.outcome == Outcome::unread || search.operations.outcome == Outcome::unread;
  if (unread) EXPECT_EQ(verdict.next, Next::look_again) << "only a reading moves anything";
  if (verdict.next == Next::look_again) {
    ASSERT_TRUE(verdict.at.has_value());
    EXPECT_GT(*verdict.at, search.now);
    EXPECT_LE(*verdict.at, search.now + longest_look);
  }
  EXPECT_EQ(verdict.why.find("ours"), std::string::npos);
}

TEST(RandomLists, no_verdict_is_unsound) {
  std::mt19937_64 random(1);
  std::array<int, 4> seen{};
  for (int i = 0; i < 40'000 && !testing::Test::HasFailure(); ++i) {
    const Search search = drawn(random);
    const Verdict verdict = judge(search);
    SCOPED_TRACE(testing::Message() << "search " << i << ": " << verdict.why);
    expect_sound(search, verdict);
    ++seen.at(static_cast<std::size_t>(verdict.next));
  }
  for (const int times : seen) EXPECT_GT(times, 100) << "the draws leave out a verdict";
}

TEST(RandomLists, more_rows_never_turn_doubt_into_a_second_submission) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 10'000; ++i) {
    Search search = drawn(random);
    if (judge(search).next == Next::queue_again) continue;
    ListedOperation more = row(2100 + static_cast<std::int64_t>(random() % 3));
    if (random() % 2 == 0) more.contacts.reset();
    search.rows.push_back(more);
    ASSERT_NE(judge(search).next, Next::queue_again) << i;
  }
}

}  // namespace
}  // namespace lethe::core
