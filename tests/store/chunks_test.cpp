#include "store/sqlite/chunks.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lethe::store::sqlite {
namespace {

std::vector<std::string> read_back(std::string_view bytes) {
  std::vector<std::string> contacts;
  ChunkReader reader(bytes);
  while (const auto contact = reader.next()) contacts.emplace_back(*contact);
  EXPECT_FALSE(reader.damaged());
  return contacts;
}

TEST(Chunks, whatever_bytes_come_back_as_they_went_in) {
  const std::vector<std::string> contacts{"",
                                          "A",
                                          std::string("a\0b", 3),
                                          "\xff\xfe",
                                          "Zoë",
                                          std::string(127, 'x'),
                                          std::string(128, 'y'),
                                          std::string(20'000, 'z')};
  ChunkWriter chunk;
  for (const std::string& contact : contacts) ASSERT_TRUE(chunk.add(contact));
  EXPECT_EQ(chunk.count(), static_cast<std::int64_t>(contacts.size()));
  EXPECT_EQ(read_back(chunk.bytes()), contacts);
}

TEST(Chunks, full_after_a_thousand_contacts) {
  ChunkWriter chunk;
  for (std::int64_t i = 0; i < most_chunk_contacts; ++i) ASSERT_TRUE(chunk.add("k"));
  EXPECT_FALSE(chunk.add("k"));
  EXPECT_EQ(chunk.count(), most_chunk_contacts);
  EXPECT_EQ(read_back(chunk.bytes()).size(), 1000u);
}

TEST(Chunks, full_at_64_kibibytes) {
  ChunkWriter chunk;
  const std::string contact(254, 'k');
  while (chunk.add(contact)) {
  }
  EXPECT_EQ(chunk.bytes().size(), most_chunk_bytes / 256 * 256);
  chunk.clear();
  EXPECT_EQ(chunk.count(), 0);
  EXPECT_TRUE(chunk.add(contact));
}

TEST(Chunks, a_first_contact_always_fits) {
  ChunkWriter chunk;
  EXPECT_TRUE(chunk.add(std::string(most_chunk_bytes * 2, 'k')));
  EXPECT_FALSE(chunk.add("k"));
}

TEST(Chunks, cut_short_is_damaged) {
  ChunkWriter chunk;
  chunk.add("abc");
  ChunkReader in_contact(std::string_view{chunk.bytes()}.substr(0, 2));
  EXPECT_EQ(in_contact.next(), std::nullopt);
  EXPECT_TRUE(in_contact.damaged());
  ChunkReader in_length("\x80");
  EXPECT_EQ(in_length.next(), std::nullopt);
  EXPECT_TRUE(in_length.damaged());
}

}  // namespace
}  // namespace lethe::store::sqlite
