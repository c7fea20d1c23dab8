// Texts of each kind that a reader of JSON meets: y_ is JSON, n_ is none, i_ is left to the reader. None of them is an
// answer of the cloud, and none becomes one by standing in the place of a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lethe::cloud::testing {

struct JsonKind {
  std::string name;
  std::string text;

  bool is_json() const { return name.starts_with("y_"); }
  bool is_no_json() const { return name.starts_with("n_"); }
};

inline std::string nested(int levels, std::string_view open, std::string_view close) {
  std::string text;
  for (int level = 0; level < levels; ++level) text += open;
  text += "1";
  for (int level = 0; level < levels; ++level) text += close;
  return text;
}

inline std::vector<JsonKind> json_kinds() {
  using namespace std::string_literals;
  return {
      {"y_null", "null"},
      {"y_true", "true"},
      {"y_zero", "0"},
      {"y_minus_zero", "-0"},
      {"y_negative", "-17"},
      {"y_fraction", "0.5"},
      {"y_exponents", "[1e2, 1E+2, 1e-2, 0e0]"},
      {"y_empty_text", "\"\""},
      {"y_escapes", R"("\"\\\/\b\f\n\r\t\u0041")"},
      {"y_surrogate_pair", R"("\ud83d\ude00")"},
      {"y_escaped_nul", R"("a\u0000b")"},
      {"y_not_a_character", R"("\uffff")"},
      {"y_utf8", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
      {"y_delete_character", "\"\x7f\""},
      {"y_line_separators", "\"\xe2\x80\xa8\xe2\x80\xa9\""},
      {"y_empty_array", "[]"},
      {"y_array_of_kinds", R"([null, true, 1, "a", [], {}])"},
      {"y_empty_object", "{}"},
      {"y_name_twice", R"({"a":1,"a":1})"},
      {"y_empty_name", R"({"":0})"},
      {"y_name_with_escapes", R"({"\u0061\"b":0})"},
      {"y_spaces_around", " \t\r\n[ 1 ]\n"},
      {"y_nested_a_little", nested(30, "[", "]")},
      {"y_long_text", "\"" + std::string(100'000, 'x') + "\""},

      {"n_nothing", ""},
      {"n_spaces", " \t\r\n "},
      {"n_word", "nil"},
      {"n_word_in_capitals", "TRUE"},
      {"n_word_cut_short", "tru"},
      {"n_word_too_long", "nullx"},
      {"n_plus", "+1"},
      {"n_minus_alone", "-"},
      {"n_leading_zero", "01"},
      {"n_negative_leading_zero", "-012"},
      {"n_dot_first", ".5"},
      {"n_dot_last", "5."},
      {"n_exponent_without_digits", "1e"},
      {"n_exponent_with_a_fraction", "1e2.5"},
      {"n_hexadecimal", "0x10"},
      {"n_not_a_number", "NaN"},
      {"n_infinity", "-Infinity"},
      {"n_digits_of_full_width", "\xef\xbc\x91"},
      {"n_text_open", "\"abc"},
      {"n_text_in_single_quotes", "'abc'"},
      {"n_text_with_line_end", "\"a\nb\""},
      {"n_text_with_tab", "\"a\tb\""},
      {"n_text_with_nul", "\"a\0b\""s},
      {"n_escape_unknown", R"("\x41")"},
      {"n_escape_cut_short", R"("\u00")"},
      {"n_escape_at_the_end", "\"\\"},
      {"n_array_open", "[1"},
      {"n_array_without_comma", "[1 2]"},
      {"n_array_with_comma_last", "[1,]"},
      {"n_array_with_comma_first", "[,1]"},
      {"n_array_with_two_commas", "[1,,2]"},
      {"n_array_closed_twice", "[1]]"},
      {"n_array_closed_as_object", "[1}"},
      {"n_object_open", R"({"a":1)"},
      {"n_object_without_colon", R"({"a" 1})"},
      {"n_object_without_value", R"({"a":})"},
      {"n_object_without_name", "{1:1}"},
      {"n_object_with_bare_name", "{a:1}"},
      {"n_object_with_comma_last", R"({"a":1,})"},
      {"n_object_with_two_colons", R"({"a"::1})"},
      {"n_comment", "/* a */ 1"},
      {"n_comment_to_the_line_end", "1 // a"},
      {"n_text_after_the_value", "{} x"},
      {"n_nul_after_the_value", "{}\0"s},
      {"n_two_values", "{} {}"},
      {"n_form_feed_around", "\f1"},
      {"n_space_without_break",
       "\xc2\xa0"
       "1"},
      {"n_page", "<html><body>{}</body></html>"},
      {"n_opened_ten_thousand_times", std::string(10'000, '[')},
      {"n_compressed", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00"s},

      {"i_beyond_64_bits", "18446744073709551616"},
      {"i_below_64_bits", "-9223372036854775809"},
      {"i_number_of_many_digits", std::string(400, '9')},
      {"i_exponent_too_large", "1e400"},
      {"i_exponent_too_small", "1e-400"},
      {"i_exponent_of_many_digits", "1e99999999999999999999"},
      {"i_lone_high_surrogate", R"("\ud83d")"},
      {"i_lone_low_surrogate", R"("\ude00")"},
      {"i_surrogates_in_wrong_order", R"("\ude00\ud83d")"},
      {"i_high_surrogate_and_letter", R"("\ud83da")"},
      {"i_byte_that_utf8_has_not", "\"\xff\""},
      {"i_utf8_cut_short", "\"\xe2\x82\""},
      {"i_utf8_continuation_alone", "\"\x80\""},
      {"i_utf8_overlong", "\"\xc0\xaf\""},
      {"i_utf8_surrogate", "\"\xed\xa0\x80\""},
      {"i_utf8_beyond_unicode", "\"\xf4\x90\x80\x80\""},
      {"i_latin_1", "\"\xe9\""},
      {"i_byte_order_mark", "\xef\xbb\xbf[]"},
      {"i_byte_order_mark_alone", "\xef\xbb\xbf"},
      {"i_utf16", "[\0]\0"s},
      {"i_utf16_with_mark", "\xff\xfe[\0]\0"s},
      {"i_nested_ten_thousand_times", nested(10'000, "[", "]")},
      {"i_objects_nested_ten_thousand_times", nested(10'000, "{\"a\":", "}")},
  };
}

}  // namespace lethe::cloud::testing
