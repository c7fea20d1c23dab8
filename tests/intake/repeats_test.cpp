#include "intake/repeats.hpp"

#include <random>
#include <set>

#include "intake/fixture.hpp"
#include "intake/hash_sieve.hpp"

namespace lethe::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const HashKey key{1, 2};

class RepeatsTest : public IntakeTest {
 protected:
  struct Found {
    std::vector<std::int64_t> places;
    std::int64_t contacts = 0;
    std::int64_t read = 0;
  };

  static Found places_of(const JobRequest& request, RepeatLimits limits = {}) {
    RepeatSearch search(request, std::nullopt, key, limits);
    while (!search.step().value()) {
    }
    Found found{.places = {}, .contacts = 0, .read = search.contacts_read()};
    Repeats repeats = search.take();
    found.contacts = repeats.contacts;
    const auto reader = open_contacts(request, std::nullopt).value();
    for (std::int64_t place = 0; place < repeats.contacts; ++place) {
      if (repeats.came_before(place, *reader->next().value())) found.places.push_back(place);
    }
    EXPECT_GE(repeats.distinct_at_most(), repeats.contacts - std::ssize(found.places));
    return found;
  }
};

TEST_F(RepeatsTest, of_inline_contacts) {
  const auto found = places_of(request_of("account = \"acme\"\nkeys = [\"B\", \"A\", \"B\", \"b\", \"A\", \"B\"]\n"));
  EXPECT_THAT(found.places, ElementsAre(2, 4, 5));
  EXPECT_EQ(found.contacts, 6);
  EXPECT_EQ(found.read, 6) << "a short list is read once";
}

TEST_F(RepeatsTest, none) {
  EXPECT_THAT(places_of(list_request("A\na\nA1\n")).places, IsEmpty());
}

/// However the memory is divided, the same places are found.
TEST_F(RepeatsTest, the_same_in_every_way) {
  std::mt19937 random(7);
  std::string text = "Key\n";
  std::set<int> seen;
  std::vector<std::int64_t> expected;
  constexpr int contacts = 20'000;
  for (int place = 0; place < contacts; ++place) {
    const int contact = std::uniform_int_distribution(0, 30'000)(random);
    if (!seen.insert(contact).second) expected.push_back(place);
    text += "key-" + std::to_string(contact) + "\n";
  }
  const JobRequest request = list_request(text, "Key");
  const auto whole = places_of(request);
  EXPECT_EQ(whole.places, expected);
  EXPECT_EQ(whole.read, contacts);
  const auto sieved = places_of(request, {.hashes = 1'000, .candidates = 15'000});
  EXPECT_EQ(sieved.places, expected);
  EXPECT_EQ(sieved.read, contacts) << "the candidates are compared by the one who reads next";
  const auto parted = places_of(request, {.hashes = 3'000, .candidates = 100});
  EXPECT_EQ(parted.places, expected);
  EXPECT_EQ(parted.read, (1 + 8) * contacts);
}

TEST_F(RepeatsTest, uneven_parts_are_divided_again) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "key-" + std::to_string(i) + "\n";
  const auto found = places_of(list_request(text + text), {.hashes = 3, .candidates = 1});
  EXPECT_EQ(found.places.size(), 200U);
  EXPECT_EQ(found.places.front(), 200);
  EXPECT_GT(found.read, (1 + 149) * 400) << "149 parts weren't enough";
}

TEST_F(RepeatsTest, list_that_changes_between_the_readings) {
  const JobRequest request = list_request("A\nB\nA\n");
  RepeatSearch search(request, std::nullopt, key, {.hashes = 1, .candidates = 0});
  ASSERT_FALSE(search.step().value());
  write("list", "A\nB\nC\nD\n");
  const auto next = search.step();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().what, "changed while it was read");
}

TEST_F(RepeatsTest, fault_in_the_list) {
  const JobRequest request = list_request("A\nB \n");
  RepeatSearch search(request, std::nullopt, key);
  EXPECT_EQ(search.step().error().line, 2);
}

TEST(HashSieve, never_lets_a_repetition_through_and_seldom_holds_back_a_new_one) {
  HashSieve sieve(100'000);
  int held_back = 0;
  for (int i = 0; i < 100'000; ++i) held_back += sieve.add(siphash128(key, std::to_string(i))) ? 1 : 0;
  EXPECT_LT(held_back, 100);
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(sieve.add(siphash128(key, std::to_string(i))));
}

}  // namespace
}  // namespace lethe::intake
