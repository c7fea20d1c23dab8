// Which keys count as deep, whatever stands around them.
#include "config/toml_depth.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lethe::config {
namespace {

const std::string deep = "a.a.a.a.a.a.a.a.a.a";  // one part more than may be

TEST(DeepKey, is_found_wherever_a_key_may_stand) {
  EXPECT_EQ(line_of_deep_key(deep + " = 1"), 1);
  EXPECT_EQ(line_of_deep_key("\n[" + deep + "]\n"), 2);
  EXPECT_EQ(line_of_deep_key("[[" + deep + "]]"), 1);
  EXPECT_EQ(line_of_deep_key("x = {y = 1, " + deep + " = 1}"), 1);
  EXPECT_EQ(line_of_deep_key("a . a.\"b\".a.'c'.a.a.a.\"d.e\".a = 1"), 1);
}

TEST(DeepKey, is_found_behind_every_kind_of_string) {
  for (const char* text : {R"("\"")", R"("\\")", "'\\'", "''", "\"\"", R"("""a "b" ""c""")", R"("""a""""")",
                           R"("""\"""")", R"("""""""")", "'''a'b''c'''''", "'''\\'''", "\"#\"", "'\"'", "\"'\""}) {
    EXPECT_EQ(line_of_deep_key("x = {y = " + std::string(text) + ", " + deep + " = 1}"), 1) << text;
  }
  EXPECT_EQ(line_of_deep_key("x = \"\"\"\n\"\n'\n\"\"\"\n" + deep + " = 1"), 5);
  EXPECT_EQ(line_of_deep_key("# \"\n" + deep + " = 1"), 2);
}

TEST(DeepKey, is_neither_in_a_string_nor_in_a_comment_nor_spread_over_keys) {
  for (const auto& text :
       {"x = \"" + deep + "\"", "x = '" + deep + "'", "x = \"\"\"\n" + deep + "\n\"\"\"", "x = '''\n" + deep + "\n'''",
        "# " + deep, "x = \"\\\"" + deep + "\"", std::string("a.b.c = 1\na.b.d = 1.5\na.b.e = 2\na.b.f = 3\n"),
        std::string("x = [1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]"), std::string("a.a.a.a.a.a.a.a.a = 1"),
        std::string()}) {
    EXPECT_EQ(line_of_deep_key(text), std::nullopt) << text;
  }
}

TEST(DeepKey, ends_with_the_text) {
  for (const char* text : {"\"", "'", "\"\"\"", "'''", "\"\\", "\"\"\"\\", "#", "\"\"\"a\"\"", "'''a''''", "."}) {
    EXPECT_EQ(line_of_deep_key(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace lethe::config
