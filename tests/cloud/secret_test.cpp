// The client secret's sources, and what is refused of them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cloud/token.hpp"

namespace lethe::cloud {
namespace {

using Kind = core::SecretSource::Kind;

/// The error; empty where there is none.
std::string why(const std::expected<std::string, std::string>& secret) {
  return secret ? "" : secret.error();
}

class Secret : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "lethe-secret-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override {
    std::filesystem::remove_all(directory_);
    ::unsetenv("CREDENTIALS_DIRECTORY");
    ::unsetenv("LETHE_TEST_VARIABLE");
  }
  std::string file(const std::string& text, ::mode_t mode = 0600) {
    const auto path = directory_ / "acme.secret";
    std::ofstream(path, std::ios::binary) << text;
    ::chmod(path.c_str(), mode);
    return path.string();
  }
  std::expected<std::string, std::string> read(const std::string& text, ::mode_t mode = 0600) {
    return read_secret({.kind = Kind::file, .name = file(text, mode)});
  }

  std::filesystem::path directory_;
};

TEST_F(Secret, final_newline_is_cut) {
  EXPECT_EQ(read("abc\n").value(), "abc");
  EXPECT_EQ(read("abc\r\n").value(), "abc");
  EXPECT_EQ(read("abc").value(), "abc");
}

TEST_F(Secret, everything_else_is_kept) {
  EXPECT_EQ(read(" a b \n").value(), " a b ");
  EXPECT_EQ(read("abc\n\n").value(), "abc\n");
}

TEST_F(Secret, group_may_read) {
  EXPECT_EQ(read("abc", 0640).value(), "abc");
}

TEST_F(Secret, any_bit_for_others_is_refused) {
  for (const ::mode_t mode : {0604U, 0602U, 0601U, 0644U}) {
    const auto secret = read("abc", mode);
    ASSERT_FALSE(secret.has_value()) << mode;
    EXPECT_TRUE(why(secret).contains("open to others")) << why(secret);
    EXPECT_FALSE(why(secret).contains("abc"));
  }
}

TEST_F(Secret, empty_is_refused) {
  EXPECT_TRUE(why(read("")).contains("is empty"));
  EXPECT_TRUE(why(read("\n")).contains("is empty"));
}

TEST_F(Secret, four_kibibytes_is_the_most) {
  EXPECT_EQ(read(std::string(4096, 'x') + "\n").value().size(), 4096U);
  EXPECT_EQ(read(std::string(4096, 'x') + "\r\n").value().size(), 4096U);
  EXPECT_TRUE(why(read(std::string(4097, 'x'))).contains("is over 4096 bytes"));
  EXPECT_TRUE(why(read(std::string(100'000, 'x'))).contains("is over 4096 bytes"));
}

TEST_F(Secret, missing_file_is_named) {
  const auto secret = read_secret({.kind = Kind::file, .name = (directory_ / "none").string()});
  EXPECT_TRUE(why(secret).contains("none can't be opened: No such file")) << why(secret);
}

TEST_F(Secret, directory_and_named_pipe_are_no_files) {
  EXPECT_TRUE(why(read_secret({.kind = Kind::file, .name = directory_.string()})).contains("no regular file"));
  const auto pipe = directory_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_TRUE(why(read_secret({.kind = Kind::file, .name = pipe.string()})).contains("no regular file"));
}

TEST_F(Secret, credential_lies_in_systemds_directory) {
  file("abc\n", 0400);
  ::setenv("CREDENTIALS_DIRECTORY", directory_.c_str(), 1);
  EXPECT_EQ(read_secret({.kind = Kind::credential, .name = "acme.secret"}).value(), "abc");
  for (const char* name : {"../acme.secret", "..", ".", "", "a/b"}) {
    EXPECT_TRUE(why(read_secret({.kind = Kind::credential, .name = name})).contains("no name")) << name;
  }
}

TEST_F(Secret, credential_without_systemd_is_refused) {
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_TRUE(
      why(read_secret({.kind = Kind::credential, .name = "acme"})).contains("$CREDENTIALS_DIRECTORY is not set"));
}

TEST_F(Secret, environment_variable) {
  ::setenv("LETHE_TEST_VARIABLE", "abc", 1);
  EXPECT_EQ(read_secret({.kind = Kind::environment, .name = "LETHE_TEST_VARIABLE"}).value(), "abc");
  ::setenv("LETHE_TEST_VARIABLE", "", 1);
  EXPECT_TRUE(why(read_secret({.kind = Kind::environment, .name = "LETHE_TEST_VARIABLE"})).contains("is empty"));
  ::unsetenv("LETHE_TEST_VARIABLE");
  EXPECT_TRUE(why(read_secret({.kind = Kind::environment, .name = "LETHE_TEST_VARIABLE"})).contains("is not set"));
}

}  // namespace
}  // namespace lethe::cloud
