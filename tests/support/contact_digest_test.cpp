#include "support/contact_digest.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace lethe::support {
namespace {

constexpr DigestKey key{1, 2, 3};

TEST(ContactDigest, is_the_beginning_of_the_digest_of_its_fields) {
  Digest whole(key);
  whole.add("contact");
  whole.add("keys");
  whole.add("A-4711");
  const auto first = std::stoull(whole.finish().substr(0, 16), nullptr, 16);
  EXPECT_EQ(static_cast<std::uint64_t>(ContactDigest(key, "keys").of("A-4711")), first);
}

TEST(ContactDigest, is_the_same_each_time_and_another_for_anything_else) {
  ContactDigest keys(key, "keys");
  const auto digest = keys.of("12");
  EXPECT_EQ(keys.of("12"), digest);
  ContactDigest ids(key, "ids");
  ContactDigest other(DigestKey{9}, "keys");
  const std::set<std::int64_t> all{digest, keys.of("13"), keys.of(""), keys.of("12 "), ids.of("12"), other.of("12")};
  EXPECT_EQ(all.size(), 6U);
}

}  // namespace
}  // namespace lethe::support
