#include "support/digest.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>

namespace lethe::support {
namespace {

namespace fs = std::filesystem;

class KeyFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "lethe-digest-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    file_ = digest_key_path(directory_ / "lethe.db");
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(std::string_view content, ::mode_t mode = 0600) {
    std::ofstream{file_, std::ios::binary} << content;
    ASSERT_EQ(::chmod(file_.c_str(), mode), 0);
  }
  std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(directory_), fs::directory_iterator()); }

  fs::path directory_;
  fs::path file_;
};

TEST_F(KeyFile, lies_beside_the_store) {
  EXPECT_EQ(file_, directory_ / "lethe.db.key");
}

TEST_F(KeyFile, is_made_once_and_read_again) {
  const auto made = load_digest_key(file_, true);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(fs::file_size(file_), 32U);
  EXPECT_EQ(files(), 1) << "nothing else may be left beside it";
  EXPECT_EQ(load_digest_key(file_, true), *made);
  EXPECT_EQ(load_digest_key(file_, false), *made);
}

TEST_F(KeyFile, is_open_to_its_owner_alone) {
  const ::mode_t before = ::umask(0);
  const auto made = load_digest_key(file_, true);
  ::umask(before);
  ASSERT_TRUE(made.has_value());
  struct stat facts{};
  ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0600U);
}

TEST_F(KeyFile, is_random) {
  const auto one = load_digest_key(file_, true);
  const auto other = load_digest_key(directory_ / "other.key", true);
  ASSERT_TRUE(one && other);
  EXPECT_NE(*one, *other);
  EXPECT_GT(std::set<std::uint8_t>(one->begin(), one->end()).size(), 8U);
}

TEST_F(KeyFile, is_not_made_unasked) {
  const auto key = load_digest_key(file_, false);
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().file, file_);
  EXPECT_FALSE(key.error().remedy.empty());
  EXPECT_EQ(files(), 0);
}

TEST_F(KeyFile, open_to_others_is_refused) {
  for (const ::mode_t mode : {0604U, 0602U, 0601U, 0644U}) {
    write(std::string(32, 'k'), mode);
    const auto key = load_digest_key(file_, true);
    ASSERT_FALSE(key.has_value()) << std::oct << mode;
    EXPECT_NE(key.error().what.find("open to others"), std::string::npos) << key.error().what;
  }
}

TEST_F(KeyFile, open_to_the_group_is_taken) {
  write(std::string(32, 'k'), 0640);
  EXPECT_TRUE(load_digest_key(file_, true).has_value());
}

TEST_F(KeyFile, of_another_size_is_refused_and_kept) {
  for (const std::size_t size : {0U, 1U, 31U, 33U, 4096U}) {
    const std::string content(size, 'k');
    write(content);
    const auto key = load_digest_key(file_, true);
    ASSERT_FALSE(key.has_value()) << size;
    EXPECT_EQ(key.error().what.find('k' + std::string{"kk"}), std::string::npos)
        << "the key itself is no text for an error";
    EXPECT_EQ(fs::file_size(file_), size);
  }
}

TEST_F(KeyFile, that_is_no_file_is_refused) {
  fs::create_directory(file_);
  fs::permissions(file_, fs::perms::owner_all);
  EXPECT_FALSE(load_digest_key(file_, true).has_value());
  fs::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_FALSE(load_digest_key(file_, true).has_value());
}

TEST_F(KeyFile, folder_that_is_missing_is_named) {
  const auto key = load_digest_key(directory_ / "none" / "lethe.db.key", true);
  ASSERT_FALSE(key.has_value());
  EXPECT_NE(to_line(key.error()).find((directory_ / "none").string()), std::string::npos) << to_line(key.error());
}

DigestKey counting_key() {
  DigestKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

// Computed with another program, over "4:acme" and so on: digests of one version are compared with those of the next.
TEST(digest, known_values) {
  Digest none{counting_key()};
  EXPECT_EQ(none.finish(), "d38b42096d80f45f826b44a9d5607de72496a415d3f4a1a8c88e3bb9da8dc1cb");

  Digest fields{counting_key()};
  fields.add("acme");
  fields.add("");
  fields.add(std::string_view("a\0b", 3));
  EXPECT_EQ(fields.finish(), "c2101a98fb7cb1eb892dcf06bc708bbfd97b9a80be08a3110588ef89ccff4260");
}

std::string digest_of(std::initializer_list<std::string_view> fields, const DigestKey& key = counting_key()) {
  Digest digest{key};
  for (const std::string_view field : fields) digest.add(field);
  return digest.finish();
}

TEST(digest, fields_do_not_run_into_each_other) {
  EXPECT_NE(digest_of({"ab", "c"}), digest_of({"a", "bc"}));
  EXPECT_NE(digest_of({"abc"}), digest_of({"abc", ""}));
  EXPECT_NE(digest_of({"a", "1:b"}), digest_of({"a1:b"}));
}

TEST(digest, same_fields_same_digest) {
  EXPECT_EQ(digest_of({"a", "b"}), digest_of({"a", "b"}));
}

TEST(digest, key_matters) {
  DigestKey other = counting_key();
  other.back() ^= 1;
  EXPECT_NE(digest_of({"a"}), digest_of({"a"}, other));
}

TEST(digest, anything_after_the_end_is_a_bug) {
  Digest digest{counting_key()};
  digest.finish();
  EXPECT_THROW(digest.finish(), std::logic_error);
  EXPECT_THROW(digest.add("a"), std::logic_error);
}

}  // namespace
}  // namespace lethe::support
