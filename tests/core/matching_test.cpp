// What follows from a look at the cloud's lists, cell by cell.
#include "core/matching.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "searched.hpp"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using Next = Verdict::Next;
using Outcome = Reading::Outcome;

// ---- who is a candidate

Verdict with_rows(std::vector<ListedOperation> rows, Duration age = 15min) {
  Search search = search_at(age);
  search.rows = std::move(rows);
  return judge(search);
}

TEST(Candidate, the_only_one_is_confirmed_at_any_age_once_the_lists_would_show_another) {
  for (const Duration age : {Duration{10min + 1ms}, Duration{15min}, Duration{2h}, Duration{24h * 30}}) {
    const Verdict verdict = with_rows({row(2001)}, age);
    EXPECT_EQ(verdict.next, Next::confirm);
    EXPECT_EQ(verdict.candidate, OperationId{2001});
  }
  EXPECT_EQ(with_rows({row(2001)}, 1min).next, Next::look_again);
  EXPECT_EQ(with_rows({row(2001)}, 10min).next, Next::look_again);
}

TEST(Candidate, in_lists_that_lag_is_not_known_to_be_the_only_one) {
  Search search = search_at(30min);
  search.rows = {row(2001)};
  search.requests.as_of = intent + 5min;
  EXPECT_EQ(judge(search).next, Next::confirm) << "the other list is of now";
  search.operations.as_of = intent + 5min;
  EXPECT_EQ(judge(search).next, Next::look_again);
  search.operations.as_of.reset();
  EXPECT_EQ(judge(search).next, Next::look_again) << "as of nobody knows when";
  search.now = intent + 1h;
  EXPECT_EQ(judge(search).next, Next::needs_operator);
}

TEST(Candidate, of_another_count_that_one_list_alone_tells_is_in_doubt) {
  Search search = search_at(15min);
  search.absent_at = intent + 5min;
  search.rows = {row(2001, 4)};
  EXPECT_EQ(judge(search).next, Next::look_again) << "neither it nor absent";
  EXPECT_FALSE(judge(search).absent);
  search.rows.push_back(row(2002));
  EXPECT_EQ(judge(search).next, Next::look_again) << "not known to be the only one";
  search.rows = merge({row(2001, 4), row(2001, 4), row(2002), row(2002)});
  EXPECT_EQ(judge(search).candidate, OperationId{2002}) << "both lists tell it";
  search.rows = merge({row(2001, 4), row(2001, 4)});
  EXPECT_EQ(judge(search).next, Next::queue_again);
  search.rows = {row(2001, 4)};
  search.now = intent + 1h;
  EXPECT_EQ(judge(search).next, Next::needs_operator);
}

TEST(Candidate, of_another_selector_is_in_doubt) {
  Search search = search_at(15min);
  search.absent_at = intent + 5min;
  for (const bool of_list : {false, true}) {
    if (of_list) search.selector = Selector::list;
    ListedOperation other = row(2001);
    other.of_list = !of_list;
    search.now = intent + 15min;
    search.rows = {other};
    EXPECT_EQ(judge(search).next, Next::look_again) << "neither it nor absent";
    search.rows.push_back(row(2002));
    EXPECT_EQ(judge(search).next, Next::look_again) << "not known to be the only one";
    search.now = intent + 1h;
    EXPECT_EQ(judge(search).next, Next::needs_operator);
    search.rows = {row(2002)};
    search.rows[0].of_list = of_list;
    EXPECT_EQ(judge(search).candidate, OperationId{2002});
  }
}

TEST(Candidate, several_need_an_operator_at_once) {
  const Verdict verdict = with_rows({row(2001), row(2002)}, 1min);
  EXPECT_EQ(verdict.next, Next::needs_operator);
  EXPECT_THAT(verdict.why, testing::HasSubstr("several operations could be it"));
  EXPECT_THAT(verdict.why, testing::HasSubstr("2 candidates (2001, 2002)"));
}

TEST(Candidate, nothing_at_or_below_the_highest_known_id_is_one) {
  EXPECT_FALSE(with_rows({row(1999), row(2000)}).candidate);
}

TEST(Candidate, what_is_claimed_is_none) {
  Search search = search_at(15min);
  search.rows = {row(2001), row(2002)};
  search.claimed = {{2001}};
  EXPECT_EQ(judge(search).candidate, OperationId{2002});
}

TEST(Candidate, another_count_is_none_and_an_unknown_one_is) {
  EXPECT_FALSE(with_rows({row(2001, 2), row(2002, 4)}).candidate);
  EXPECT_EQ(with_rows(merge({row(2001, 2), row(2001, 2), row(2002, std::nullopt)})).candidate, OperationId{2002});
}

TEST(Candidate, another_kind_is_none_and_an_unknown_one_is) {
  ListedOperation restriction = row(2001);
  restriction.action = Action::restrict_contacts;
  EXPECT_FALSE(with_rows({restriction}).candidate);
  restriction.action.reset();
  EXPECT_EQ(with_rows({restriction}).candidate, OperationId{2001});
}

TEST(Candidate, of_a_list_job_has_its_key_whatever_its_count) {
  Search search = search_at(15min);
  search.selector = Selector::list;
  search.list_key = "Optout";
  search.contacts = 3;
  search.rows = {of_list(2001, "other"), of_list(2002, "OPTOUT"), row(1990)};
  EXPECT_EQ(judge(search).candidate, OperationId{2002});
  search.rows = {of_list(2001, "other"), row(2003, 77)};
  EXPECT_EQ(judge(search).candidate, OperationId{2003}) << "a row that tells no key";
}

TEST(Candidate, the_key_of_a_list_says_nothing_about_a_job_of_keys) {
  ListedOperation staged = row(2001);
  staged.list_key = "a list that the cloud made";
  EXPECT_EQ(with_rows({staged}).candidate, OperationId{2001});
}

TEST(Candidate, another_creator_is_none_where_our_own_is_known) {
  Search search = search_at(15min);
  search.rows = {made_by(row(1990), "7"), made_by(row(2001), "8")};
  EXPECT_EQ(judge(search).candidate, OperationId{2001}) << "who we are is not known";
  search.claimed = {{1990}};
  EXPECT_FALSE(judge(search).candidate);
  search.rows.push_back(row(2002));
  EXPECT_EQ(judge(search).candidate, OperationId{2002}) << "a row that tells no creator";
  search.rows.push_back(made_by(row(1991), "8"));
  search.claimed.insert({1991});
  EXPECT_EQ(judge(search).next, Next::needs_operator) << "our operations disagree, so it isn't known";
}

TEST(Candidate, is_not_known_to_be_the_only_one_before_every_list_was_read_whole) {
  for (const Outcome outcome : {Outcome::incomplete, Outcome::unread, Outcome::broken}) {
    Search search = search_at(15min);
    search.rows = {row(2001)};
    search.operations = not_whole(outcome);
    EXPECT_EQ(judge(search).next, Next::look_again);
    search = search_at(2h);
    search.rows = {row(2001)};
    search.requests = not_whole(outcome);
    EXPECT_EQ(judge(search).next, outcome == Outcome::unread ? Next::look_again : Next::needs_operator);
  }
}

TEST(Candidate, is_confirmed_by_one_list_where_the_other_does_not_exist) {
  Search search = search_at(15min);
  search.rows = {row(2001)};
  search.operations = not_whole(Outcome::missing);
  EXPECT_EQ(judge(search).next, Next::confirm);
}

TEST(Candidate, whose_status_call_cannot_be_read_is_looked_at_again_and_then_a_persons) {
  Search search = search_at(15min);
  search.rows = {row(2001)};
  search.unreadable = {{2001}};
  EXPECT_EQ(judge(search).next, Next::look_again);
  EXPECT_FALSE(judge(search).absent);
  search = search_at(1h);
  search.rows = {row(2001)};
  search.unreadable = {{2001}};
  EXPECT_EQ(judge(search).next, Next::needs_operator);
  EXPECT_EQ(judge(search).why.find("isn't it"), std::string::npos) << "it may well be";
}

TEST(Candidate, that_its_own_status_call_disowned_is_neither_adopted_nor_absent) {
  Search search = search_at(15min);
  search.rows = {row(2001)};
  search.disowned = {{2001}};
  EXPECT_EQ(judge(search).next, Next::look_again);
  EXPECT_FALSE(judge(search).absent);
  search = search_at(1h);
  search.rows = {row(2001)};
  search.disowned = {{2001}};
  EXPECT_EQ(judge(search).next, Next::needs_operator);
}

// ---- absence

TEST(Absence, is_seen_twice_before_it_is_queued_again) {
  Search search = search_at(15min);
  const Verdict first = judge(search);
  EXPECT_EQ(first.next, Next::look_again);
  EXPECT_TRUE(first.absent);
  search.absent_at = search.now - second_look + 1ms;
  EXPECT_EQ(judge(search).next, Next::look_again) << "too soon after the first";
  search.absent_at = search.now - second_look;
  const Verdict second = judge(search);
  EXPECT_EQ(second.next, Next::queue_again);
  EXPECT_THAT(second.why, testing::HasSubstr("0 rows, 0 candidates"));
}

/// Seen before, so that a look that shows it again queues again.
Search absent_at(Duration age) {
  Search search = search_at(age);
  search.absent_at = intent + 1min;
  return search;
}

TEST(Absence, counts_only_in_a_list_as_of_later_than_the_grace) {
  EXPECT_EQ(judge(absent_at(10min)).next, Next::look_again);
  EXPECT_FALSE(judge(absent_at(10min)).absent);
  EXPECT_EQ(judge(absent_at(10min + 1ms)).next, Next::queue_again);
  Search lagging = absent_at(30min);
  lagging.requests.as_of = intent + 5min;
  lagging.operations.as_of = intent + 5min;
  EXPECT_EQ(judge(lagging).next, Next::look_again);
  lagging.operations.as_of.reset();
  EXPECT_EQ(judge(lagging).next, Next::look_again) << "as of nobody knows when";
  lagging.operations.as_of = intent + 11min;
  EXPECT_EQ(judge(lagging).next, Next::queue_again) << "one list is enough";
}

TEST(Absence, under_a_mark_that_no_list_shows_is_none_while_a_row_could_be_it) {
  Search search = absent_at(15min);
  search.known_above = 900'000'000;
  search.rows = {row(2001)};
  EXPECT_EQ(judge(search).next, Next::look_again);
  EXPECT_FALSE(judge(search).absent);
  search.now = intent + 1h;
  EXPECT_EQ(judge(search).next, Next::needs_operator);
  EXPECT_THAT(judge(search).why, testing::HasSubstr("no list shows the highest operationID known"));
  search.now = intent + 15min;
  search.rows = {row(2001, 501)};  // in doubt: one list alone tells its count
  EXPECT_EQ(judge(search).next, Next::look_again);
  search.rows.front().count_confirmed = true;
  EXPECT_EQ(judge(search).next, Next::queue_again) << "it isn't ours";
  search.rows = {row(2001), row(900'000'000)};
  EXPECT_EQ(judge(search).next, Next::queue_again) << "a list shows the mark";
  search.rows = {row(2001)};
  search.claimed = {{2001}};
  EXPECT_EQ(judge(search).next, Next::queue_again) << "it is another of ours";
}

struct Lists {
  Outcome requests;
  Outcome operations;
  Next of_keys;
  Next of_list;
};

TEST(Absence, cell_by_cell) {
  constexpr Next again = Next::look_again;
  constexpr Next queue = Next::queue_again;
  const std::vector<Lists> cells{
      {Outcome::whole, Outcome::whole, queue, queue},           {Outcome::whole, Outcome::missing, queue, again},
      {Outcome::whole, Outcome::incomplete, again, again},      {Outcome::whole, Outcome::broken, again, again},
      {Outcome::whole, Outcome::unread, again, again},          {Outcome::missing, Outcome::whole, queue, queue},
      {Outcome::incomplete, Outcome::whole, again, again},      {Outcome::broken, Outcome::whole, again, again},
      {Outcome::unread, Outcome::whole, again, again},          {Outcome::missing, Outcome::missing, again, again},
      {Outcome::missing, Outcome::incomplete, again, again},    {Outcome::missing, Outcome::broken, again, again},
      {Outcome::incomplete, Outcome::incomplete, again, again}, {Outcome::broken, Outcome::broken, again, again}};
  for (const Lists& cell : cells) {
    SCOPED_TRACE(testing::Message() << static_cast<int>(cell.requests) << " " << static_cast<int>(cell.operations));
    Search search = absent_at(30min);
    if (cell.requests != Outcome::whole) search.requests = not_whole(cell.requests);
    if (cell.operations != Outcome::whole) search.operations = not_whole(cell.operations);
    EXPECT_EQ(judge(search).next, cell.of_keys);
    search.selector = Selector::ids;
    EXPECT_EQ(judge(search).next, cell.of_keys);
    search.selector = Selector::list;
    EXPECT_EQ(judge(search).next, cell.of_list);
    search.action = Action::restrict_contacts;
    EXPECT_EQ(judge(search).next, again) << "nothing shows that a restrict is absent";
    // Past the hour a person is asked; while the network fails, only time can tell.
    const bool unread = cell.requests == Outcome::unread || cell.operations == Outcome::unread;
    search.now = intent + 1h;
    EXPECT_EQ(judge(search).next, unread ? again : Next::needs_operator);
    search.action = Action::delete_contacts;
    search.selector = Selector::keys;
    EXPECT_EQ(judge(search).next, unread ? again : Next::needs_operator);
  }
}

TEST(Absence, of_an_intent_of_an_hour_needs_an_operator) {
  EXPECT_EQ(judge(absent_at(1h - 1ms)).next, Next::queue_again);
  EXPECT_EQ(judge(absent_at(1h)).next, Next::needs_operator);
}

TEST(Absence, under_a_clock_that_stepped_back_needs_an_operator) {
  Search search = absent_at(30min);
  search.newest_transition = search.now + 1ms;
  EXPECT_EQ(judge(search).next, Next::needs_operator);
  EXPECT_THAT(judge(search).why, testing::HasSubstr("the clock stepped back"));
  search.newest_transition = search.now;
  EXPECT_EQ(judge(search).next, Next::queue_again);
  EXPECT_EQ(judge(absent_at(-1ms)).next, Next::needs_operator);
}

// ---- the evidence in words

TEST(Evidence, names_what_each_list_showed_and_no_list_key) {
  Search search = search_at(15min);
  search.selector = Selector::list;
  search.list_key = "MARKER";
  search.rows = {of_list(2001, "MARKER"), of_list(1999, "x")};
  search.operations = not_whole(Outcome::missing);
  const std::string why = judge(search).why;
  EXPECT_EQ(why,
            "one operation could be it: looked up: 2 rows, 1 candidate (2001); list of requests read whole as of "
            "2026-11-22T00:15:00Z, list of operations missing");
}

TEST(Evidence, names_a_few_of_many) {
  std::vector<ListedOperation> rows;
  for (std::int64_t id = 2001; id <= 2009; ++id) rows.push_back(row(id));
  EXPECT_THAT(with_rows(rows).why, testing::HasSubstr("9 candidates (2001, 2002, 2003, 2004, 2005, …)"));
}

// ---- its own status call

TEST(StatusCall, agrees_only_about_the_same_operation) {
  const Search search = search_at(15min);
  Observation observation;
  observation.status = "Pending";
  EXPECT_FALSE(agrees(search, {2001}, observation));
  observation.operation_id = OperationId{2002};
  EXPECT_FALSE(agrees(search, {2001}, observation));
  observation.operation_id = OperationId{2001};
  observation.list_key = "a list that the cloud made";
  EXPECT_TRUE(agrees(search, {2001}, observation));
}

TEST(StatusCall, of_a_list_job_does_not_agree_with_another_list) {
  Search search = search_at(15min);
  search.selector = Selector::list;
  search.list_key = "Optout";
  Observation observation;
  observation.operation_id = OperationId{2001};
  EXPECT_TRUE(agrees(search, {2001}, observation));
  observation.list_key = "optout";
  EXPECT_TRUE(agrees(search, {2001}, observation));
  observation.list_key = "other";
  EXPECT_FALSE(agrees(search, {2001}, observation));
}

// ---- merging

TEST(Merging, joins_the_rows_of_one_operation) {
  ListedOperation in_operations = made_by(row(2001, std::nullopt), "7");
  in_operations.action.reset();
  const auto merged = merge({row(2001), row(2002), in_operations});
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_EQ(merged[0].contacts, 3);
  EXPECT_EQ(merged[0].action, Action::delete_contacts);
  EXPECT_EQ(merged[0].created_by, "7");
}

TEST(Merging, what_the_lists_contradict_each_other_in_is_unknown) {
  const auto merged = merge({row(2001, 3), row(2001, 4), row(2001, 3)});
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged[0].contacts, std::nullopt);
  EXPECT_EQ(with_rows(merged).candidate, OperationId{2001});
}

// ---- as of when

TEST(AsOf, is_what_the_list_says_but_not_later_than_the_reading) {
  EXPECT_EQ(as_of(std::nullopt, intent), intent);
  EXPECT_EQ(as_of(intent - 5min, intent), intent - 5min);
  EXPECT_EQ(as_of(intent + 5min, intent), intent);
  EXPECT_EQ(as_of(intent + 25h, intent), std::nullopt) << "the clocks are too far apart";
}

// ---- when to look

TEST(Looks, come_a_minute_after_the_intent_and_then_ever_less_often) {
  std::vector<Duration> at;
  Time now = intent;
  for (int looks = 0; looks < 11; ++looks) {
    now = next_look(intent, looks, now);
    at.push_back(now - intent);
  }
  EXPECT_THAT(at, testing::ElementsAre(1min, 4min, 11min, 15min, 22min, 32min, 45min, 60min, 90min, 120min, 150min));
}

TEST(Looks, that_are_late_come_at_once_and_never_sooner_than_the_last_one_allows) {
  EXPECT_EQ(next_look(intent, 0, intent + 2h), intent + 2h);
  EXPECT_EQ(next_look(intent, 1, intent + 2h), intent + 2h + second_look);
  EXPECT_EQ(next_look(intent, 0, intent - 24h), intent - 24h) << "the clock stepped back";
  EXPECT_EQ(next_look(intent, 3, intent - 24h), intent - 24h + second_look);
  for (int looks = 0; looks < 20; ++looks) {
    for (const Duration age : {Duration{0}, Duration{30min}, Duration{5h}}) {
      EXPECT_LE(next_look(intent, looks, intent + age) - (intent + age), longest_look);
    }
  }
}

}  // namespace
}  // namespace lethe::core
