#include "core/audit.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace lethe::core {
namespace {

Transition whole() {
  Transition transition;
  transition.seq = 42;
  transition.at = *parse_rfc3339("2026-11-22T08:31:44.442Z");
  transition.jobs = {"dsr-1", "dsr-2"};
  transition.jobs_total = 25;
  transition.account = "acme";
  transition.operation = OperationNumber{7};
  transition.operation_id = OperationId{2038};
  transition.from = State::deleting;
  transition.to = State::deleted;
  transition.status = "Completed";
  transition.background_status = "Completed,Completed";
  transition.cause = "the cloud's status says so";
  transition.polls = 31;
  return transition;
}

// Computed with another program: a chain written by one version must be whole to the next.
constexpr std::string_view link_of_whole = "e9c6ed767952a3926ff91caa5b5f52e1fd38a7b3fa4eb5656609c8c768be54db";
constexpr std::string_view link_of_empty_behind_it = "d4e24dedc0ea366f481e7c4f0c63773a14f10fa9a6d19e31ce809849b39ca087";

TEST(link, known_chain) {
  EXPECT_EQ(link(first_link, whole()), link_of_whole);
  Transition empty;
  empty.seq = 1;
  EXPECT_EQ(link(link_of_whole, empty), link_of_empty_behind_it);
}

TEST(link, hash_itself_does_not_enter) {
  Transition transition = whole();
  transition.hash = "anything";
  EXPECT_EQ(link(first_link, transition), link_of_whole);
}

TEST(link, every_field_enters) {
  const std::vector<std::function<void(Transition&)>> changes{
      [](Transition& t) { t.seq = 43; },
      [](Transition& t) { t.at += std::chrono::milliseconds{1}; },
      [](Transition& t) { t.jobs[0] = "dsr-3"; },
      [](Transition& t) { t.jobs.pop_back(); },
      [](Transition& t) { t.jobs_total = 26; },
      [](Transition& t) { t.account = "acme2"; },
      [](Transition& t) { t.operation->value = 8; },
      [](Transition& t) { t.operation.reset(); },
      [](Transition& t) { t.operation_id->value = 2039; },
      [](Transition& t) { t.operation_id.reset(); },
      [](Transition& t) { t.from = State::suppressing; },
      [](Transition& t) { t.from.reset(); },
      [](Transition& t) { t.to = State::deleted_with_errors; },
      [](Transition& t) { t.status = "CompletedWithErrors"; },
      [](Transition& t) { t.background_status = "Completed"; },
      [](Transition& t) { t.cause = ""; },
      [](Transition& t) { t.polls = 32; },
  };
  std::set<std::string> links{link(first_link, whole()), link(link_of_whole, whole())};
  for (const auto& change : changes) {
    Transition changed = whole();
    change(changed);
    links.insert(link(first_link, changed));
  }
  EXPECT_EQ(links.size(), changes.size() + 2);
}

/// Transitions that the same characters, put one behind the other, would make.
TEST(link, fields_do_not_run_into_each_other) {
  Transition one = whole();
  one.status = "Completed";
  one.background_status = "";
  Transition other = whole();
  other.status = "";
  other.background_status = "Completed";
  EXPECT_NE(link(first_link, one), link(first_link, other));

  one = whole();
  one.jobs = {"ab", "c"};
  other = whole();
  other.jobs = {"a", "bc"};
  EXPECT_NE(link(first_link, one), link(first_link, other));

  one = whole();
  one.operation.reset();
  other = whole();
  other.operation_id.reset();
  other.operation = OperationNumber{2038};
  EXPECT_NE(link(first_link, one), link(first_link, other));
}

std::vector<Transition> chain_of(int length) {
  std::vector<Transition> chain;
  std::string before{first_link};
  for (int seq = 1; seq <= length; ++seq) {
    Transition step = whole();
    step.seq = seq;
    step.hash = link(before, step);
    before = step.hash;
    chain.push_back(step);
  }
  return chain;
}

std::vector<std::string> breaks_in(const std::vector<Transition>& chain) {
  ChainCheck check;
  std::vector<std::string> found;
  for (const Transition& step : chain) {
    if (const auto broken = check.next(step)) found.push_back(*broken);
  }
  return found;
}

TEST(ChainCheck, finds_nothing_in_a_whole_chain) {
  const auto chain = chain_of(5);
  EXPECT_EQ(breaks_in(chain), std::vector<std::string>{});
  ChainCheck check;
  EXPECT_EQ(check.seq(), 0);
  EXPECT_EQ(check.head(), first_link);
  for (const Transition& step : chain) check.next(step);
  EXPECT_EQ(check.seq(), 5);
  EXPECT_EQ(check.head(), chain.back().hash);
}

TEST(ChainCheck, names_the_changed_one_and_goes_on) {
  auto chain = chain_of(5);
  chain[2].cause = "another";
  EXPECT_EQ(breaks_in(chain), std::vector<std::string>{"transition 3 was changed, or the one before it was"});
}

TEST(ChainCheck, a_change_with_its_own_new_link_shows_at_the_next_one) {
  auto chain = chain_of(5);
  chain[2].cause = "another";
  chain[2].hash = link(chain[1].hash, chain[2]);
  EXPECT_EQ(breaks_in(chain), std::vector<std::string>{"transition 4 was changed, or the one before it was"});
}

TEST(ChainCheck, names_what_is_missing) {
  auto chain = chain_of(8);
  chain.erase(chain.begin() + 4, chain.begin() + 6);
  chain.erase(chain.begin());
  EXPECT_EQ(breaks_in(chain), (std::vector<std::string>{"transition 1 is missing", "transitions 5 to 6 are missing"}));
}

}  // namespace
}  // namespace lethe::core
