#include "core/batching.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace lethe::core {
namespace {

std::size_t written_by_boost_json(const std::string& contact) {
  return boost::json::serialize(boost::json::value(boost::json::string(contact))).size();
}

TEST(encoded_size, every_byte_as_boost_json_writes_it) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string contact{'a', static_cast<char>(byte), 'b'};
    EXPECT_EQ(encoded_size(Selector::keys, contact), written_by_boost_json(contact)) << byte;
  }
}

TEST(encoded_size, random_bytes_as_boost_json_writes_them) {
  std::mt19937_64 random{4};
  for (int i = 0; i < 2000; ++i) {
    std::string contact(random() % 300, ' ');
    for (char& c : contact) c = static_cast<char>(random());
    EXPECT_EQ(encoded_size(Selector::keys, contact), written_by_boost_json(contact));
  }
}

TEST(encoded_size, escapes) {
  EXPECT_EQ(encoded_size(Selector::keys, ""), 2U);
  EXPECT_EQ(encoded_size(Selector::keys, "A"), 3U);
  EXPECT_EQ(encoded_size(Selector::keys, "\"\\"), 6U);
  EXPECT_EQ(encoded_size(Selector::keys, "\b\f\n\r\t"), 12U);
  EXPECT_EQ(encoded_size(Selector::keys, "\x01\x1f"), 14U);
  EXPECT_EQ(encoded_size(Selector::keys, "a/b\x7f"), 6U);
  EXPECT_EQ(encoded_size(Selector::keys, "\xc3\xa4"), 4U);
}

TEST(encoded_size, ids_are_written_as_they_are) {
  EXPECT_EQ(encoded_size(Selector::ids, "12345678"), 8U);
}

TEST(Batch, bytes_are_those_of_the_whole_body) {
  const std::vector<std::string> contacts{"A", "B\"", "\xc3\xa4\n", ""};
  boost::json::array values;
  Batch batch(Selector::keys, 100, std::string_view(R"({"values":[]})").size());
  for (const std::string& contact : contacts) {
    EXPECT_TRUE(batch.add(contact));
    values.emplace_back(boost::json::string(contact));
  }
  EXPECT_EQ(batch.bytes(), boost::json::serialize(boost::json::object{{"values", values}}).size());
  EXPECT_EQ(batch.contacts(), 4);
}

TEST(Batch, count_is_kept) {
  Batch batch(Selector::ids, 2, 10);
  EXPECT_TRUE(batch.add("1"));
  EXPECT_TRUE(batch.add("2"));
  EXPECT_FALSE(batch.add("3"));
  EXPECT_EQ(batch.contacts(), 2);
  EXPECT_EQ(batch.bytes(), 13U);
}

TEST(Batch, four_million_bytes_fit_and_one_more_does_not) {
  constexpr std::size_t envelope = 60;
  const std::string first(2'000'000 - 2, 'a');
  const std::string fills(most_bytes_per_request - envelope - 2'000'000 - 1 - 2, 'b');
  Batch full(Selector::keys, 10, envelope);
  EXPECT_TRUE(full.add(first));
  EXPECT_TRUE(full.add(fills));
  EXPECT_EQ(full.bytes(), most_bytes_per_request);
  EXPECT_FALSE(full.add(""));

  Batch over(Selector::keys, 10, envelope);
  EXPECT_TRUE(over.add(first));
  EXPECT_FALSE(over.add(fills + "b"));
  EXPECT_EQ(over.contacts(), 1);
  EXPECT_EQ(over.bytes(), envelope + 2'000'000);
}

TEST(Batch, refused_contact_leaves_room_for_a_smaller_one) {
  Batch batch(Selector::keys, 10, most_bytes_per_request - 20);
  EXPECT_TRUE(batch.add("abc"));
  EXPECT_FALSE(batch.add(std::string(100, 'x')));
  EXPECT_TRUE(batch.add("def"));
}

TEST(Batch, first_contact_always_fits) {
  Batch batch(Selector::keys, 0, most_bytes_per_request);
  EXPECT_TRUE(batch.add("abc"));
  EXPECT_FALSE(batch.add("d"));
  EXPECT_EQ(batch.contacts(), 1);
}

TEST(Batch, documented_maximum_holds_whatever_is_asked_for) {
  Batch batch(Selector::ids, 2'000'000, 0);
  std::int64_t taken = 0;
  while (taken < 1'000'001 && batch.add("1")) ++taken;
  EXPECT_EQ(taken, 1'000'000);
}

Gathering gathering_of(std::int64_t most) {
  return {Selector::keys, most, 14};
}

/// How many of the contacts were taken.
int add_all(Gathering& gathering, std::int64_t job, std::int64_t first, const std::vector<std::string>& contacts) {
  gathering.begin(JobNumber{job}, first);
  int taken = 0;
  for (const std::string& contact : contacts) {
    if (!gathering.add(contact)) break;
    ++taken;
  }
  return taken;
}

TEST(Gathering, jobs_follow_one_another_and_each_has_its_portion) {
  Gathering gathering = gathering_of(10);
  EXPECT_EQ(add_all(gathering, 7, 20, {"a", "b"}), 2);
  EXPECT_EQ(add_all(gathering, 9, 0, {"c"}), 1);
  const auto portions = gathering.portions();
  ASSERT_EQ(portions.size(), 2U);
  EXPECT_EQ(portions[0].job, JobNumber{7});
  EXPECT_EQ(portions[0].first, 20);
  EXPECT_EQ(portions[0].count, 2);
  EXPECT_EQ(portions[1].job, JobNumber{9});
  EXPECT_EQ(portions[1].first, 0);
  EXPECT_EQ(portions[1].count, 1);
  EXPECT_EQ(gathering.take_contacts(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Gathering, contact_of_two_jobs_is_sent_once_and_counts_for_both) {
  Gathering gathering = gathering_of(10);
  add_all(gathering, 1, 0, {"a", "b"});
  add_all(gathering, 2, 0, {"b", "c", "a"});
  add_all(gathering, 3, 0, {"c"});
  const auto portions = gathering.portions();
  ASSERT_EQ(portions.size(), 3U);
  EXPECT_EQ(portions[1].count, 3);
  EXPECT_EQ(portions[2].count, 1);
  EXPECT_EQ(gathering.take_contacts(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Gathering, known_contact_fits_into_a_full_request) {
  Gathering gathering = gathering_of(2);
  add_all(gathering, 1, 0, {"a", "b"});
  EXPECT_EQ(add_all(gathering, 2, 0, {"b", "a", "c", "d"}), 2);
  EXPECT_EQ(gathering.portions()[1].count, 2);
  EXPECT_EQ(gathering.take_contacts().size(), 2U);
}

TEST(Gathering, job_that_brings_nothing_has_no_portion) {
  Gathering gathering = gathering_of(2);
  add_all(gathering, 1, 0, {"a", "b"});
  EXPECT_EQ(add_all(gathering, 2, 0, {"c"}), 0);
  ASSERT_EQ(gathering.portions().size(), 1U);
  EXPECT_EQ(gathering.portions()[0].job, JobNumber{1});
}

TEST(Gathering, four_million_bytes_of_several_jobs_fit_and_one_more_does_not) {
  Gathering gathering(Selector::keys, 1'000, 14);
  const std::string half(2'000'000 - 2 - 7, 'x');
  EXPECT_EQ(add_all(gathering, 1, 0, {half}), 1);
  EXPECT_EQ(add_all(gathering, 2, 0, {half + "z"}), 0) << "one byte too many, for the comma";
  EXPECT_EQ(add_all(gathering, 3, 0, {half.substr(1) + "y"}), 0);
  EXPECT_EQ(add_all(gathering, 4, 0, {half.substr(2) + "w"}), 1);
}

TEST(may_share, same_account_action_and_selector_but_never_a_list) {
  Job one;
  one.account = "acme";
  Job other = one;
  EXPECT_TRUE(may_share(one, other));
  other.account = "else";
  EXPECT_FALSE(may_share(one, other));
  other = one;
  other.action = Action::restrict_contacts;
  EXPECT_FALSE(may_share(one, other));
  other = one;
  other.selector = Selector::ids;
  EXPECT_FALSE(may_share(one, other));
  one.selector = Selector::list;
  EXPECT_FALSE(may_share(one, one));
}

TEST(after_refusal, every_cell) {
  EXPECT_EQ(after_refusal(1, false), AfterRefusal::reject);
  EXPECT_EQ(after_refusal(2, false), AfterRefusal::halve);
  EXPECT_EQ(after_refusal(1'000, false), AfterRefusal::halve);
  EXPECT_EQ(after_refusal(1, true), AfterRefusal::pause);
  EXPECT_EQ(after_refusal(2, true), AfterRefusal::pause);
}

TEST(first_half, leaves_something_in_both) {
  EXPECT_EQ(first_half(2), 1);
  EXPECT_EQ(first_half(3), 2);
  EXPECT_EQ(first_half(1'000), 500);
}

}  // namespace
}  // namespace lethe::core
