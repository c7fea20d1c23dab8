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

}  // namespace
}  // namespace lethe::core
