// The tolerant reading of JSON: bounds, numbers, names and what is there twice.
#include "cloud/json_tree.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace lethe::cloud::json {
namespace {

Node parsed(std::string_view text) {
  auto node = parse(text);
  EXPECT_TRUE(node.has_value()) << text;
  return node ? std::move(*node) : Node{};
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonTree, what_is_no_json_is_an_error) {
  for (const char* text :
       {"", " ", "{", "}", "{\"a\":}", "{\"a\":1,}", "[1,]", "nul", "NaN", "Infinity", "{'a':1}", "{\"a\":1}x",
        "{\"a\":1}{\"a\":1}", "// c\n{}", "01", "{\"a\":\"\\ud800\"}", "\"\x80\"", "{\"a\":\"\xC3\x28\"}"}) {
    EXPECT_FALSE(parse(text).has_value()) << text;
  }
}

TEST(JsonTree, white_space_and_a_byte_order_mark_are_no_fault) {
  EXPECT_TRUE(parse(" {\"a\":1} \r\n").has_value());
  EXPECT_TRUE(parse("\xEF\xBB\xBF{\"a\":1}").has_value());
}

TEST(JsonTree, depth_is_bounded) {
  EXPECT_TRUE(parse(nested(most_depth)).has_value());
  EXPECT_FALSE(parse(nested(most_depth + 1)).has_value());
  EXPECT_FALSE(parse(std::string(1'000'000, '[')).has_value());
}

TEST(JsonTree, number_of_values_is_bounded) {
  std::string text = "[0";
  for (std::size_t i = 0; i < most_values; ++i) text += ",0";
  EXPECT_FALSE(parse(text + "]").has_value());
}

TEST(JsonTree, integers_in_every_writing) {
  const Node node =
      parsed(R"({"n":2038,"s":"2038","d":2038.0,"e":2.038e3,"neg":-1,"negs":"-1","max":9223372036854775807,
                              "maxs":"9223372036854775807"})");
  for (const char* name : {"n", "s", "d", "e"}) EXPECT_EQ(integer(node, name).value(), 2038) << name;
  for (const char* name : {"neg", "negs"}) EXPECT_EQ(integer(node, name).value(), -1) << name;
  for (const char* name : {"max", "maxs"}) EXPECT_EQ(integer(node, name).value(), INT64_MAX) << name;
}

TEST(JsonTree, what_is_no_integer_is_an_error_that_names_the_field) {
  for (const char* value :
       {"2038.5", "\"2038.5\"", "\"2038 \"", "\" 2038\"", "\"0x10\"", "\"twenty\"", "true", "[]", "{}", "[1]", "1e400",
        "-1e400", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809",
        "\"9223372036854775808\"", "9007199254740994.0", "1e30"}) {
    const auto read = integer(parsed(std::string{"{\"n\":"} + value + "}"), "n");
    ASSERT_FALSE(read.has_value()) << value;
    EXPECT_EQ(read.error(), "n: is no integer") << value;
  }
}

TEST(JsonTree, booleans_in_every_writing) {
  const Node node = parsed(R"({"a":true,"b":"true","c":"True","d":false,"e":"FALSE"})");
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(boolean(node, name).value(), true) << name;
  for (const char* name : {"d", "e"}) EXPECT_EQ(boolean(node, name).value(), false) << name;
  for (const char* value : {"1", "0", "\"yes\"", "[]", "{}"}) {
    EXPECT_FALSE(boolean(parsed(std::string{"{\"n\":"} + value + "}"), "n").has_value()) << value;
  }
}

TEST(JsonTree, absent_null_and_empty_are_no_value) {
  const Node node = parsed(R"({"null":null,"empty":""})");
  for (const char* name : {"absent", "null", "empty"}) {
    EXPECT_EQ(integer(node, name).value(), std::nullopt);
    EXPECT_EQ(boolean(node, name).value(), std::nullopt);
    EXPECT_EQ(text(node, name).value(), std::nullopt);
  }
  EXPECT_EQ(child(node, "absent").value(), std::nullopt);
  EXPECT_EQ(child(node, "null").value(), std::nullopt);
}

TEST(JsonTree, fields_of_what_is_no_object_are_absent) {
  for (const char* value : {"null", "1", "\"a\"", "[{\"n\":1}]"}) {
    const Node node = parsed(value);
    EXPECT_EQ(find(node, "n"), nullptr);
    EXPECT_EQ(integer(node, "n").value(), std::nullopt);
    EXPECT_EQ(child(node, "n").value(), std::nullopt);
  }
}

TEST(JsonTree, names_in_any_case_and_the_exact_one_first) {
  EXPECT_EQ(integer(parsed(R"({"OPERATIONid":7})"), "operationID").value(), 7);
  const Node both = parsed(R"({"name":1,"Name":2,"Name":3})");
  EXPECT_EQ(as_integer(*find(both, "Name")), 2);
  EXPECT_EQ(as_integer(*find(both, "NAME")), 1);
}

TEST(JsonTree, what_is_there_twice_must_agree) {
  for (const char* text :
       {R"({"n":1,"n":2})", R"({"n":1,"N":2})", R"({"n":1,"N":null})", R"({"N":null,"n":1})", R"({"n":"1","N":"2"})"}) {
    const auto read = integer(parsed(text), "n");
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error(), "n: is there twice and says two things");
  }
  EXPECT_EQ(integer(parsed(R"({"n":1,"N":"1","n":1.0})"), "n").value(), 1);
}

TEST(JsonTree, objects_that_are_there_twice_must_agree) {
  EXPECT_TRUE(child(parsed(R"({"o":{"a":[1,"x"]},"O":{"a":[1,"x"]}})"), "o").has_value());
  EXPECT_FALSE(child(parsed(R"({"o":{"a":[1,"x"]},"O":{"a":[1,"y"]}})"), "o").has_value());
  EXPECT_FALSE(child(parsed(R"({"o":{"a":1},"o":null})"), "o").has_value());
  EXPECT_FALSE(child(parsed(R"({"o":{"a":1},"o":{"b":1}})"), "o").has_value());
}

TEST(JsonTree, strings_arrive_whole) {
  EXPECT_EQ(text(parsed(R"({"n":"a\"b\\c\u00e9\n"})"), "n").value(), "a\"b\\cé\n");
}

}  // namespace
}  // namespace lethe::cloud::json
