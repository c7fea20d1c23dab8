#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "intake/fixture.hpp"

namespace lethe::intake {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(IntakeTest, one_contact_a_line) {
  const Read result =
      read(list_request("\xef\xbb\xbf"
                        "A\r\nB b\n\n\r\n\xc3\xa4\nlast"));
  EXPECT_EQ(result.fault, "");
  EXPECT_THAT(result.contacts, ElementsAre("A", "B b", "\xc3\xa4", "last"));
}

TEST_F(IntakeTest, last_line_with_carriage_return_alone) {
  EXPECT_THAT(read(list_request("A\r\nB\r")).contacts, ElementsAre("A", "B"));
}

TEST_F(IntakeTest, empty_list_holds_nothing) {
  EXPECT_THAT(read(list_request("")).contacts, IsEmpty());
  EXPECT_THAT(read(list_request("\xef\xbb\xbf")).contacts, IsEmpty());
}

TEST_F(IntakeTest, bad_id_in_line_70001) {
  std::string text;
  for (int i = 1; i <= 70'000; ++i) text += std::to_string(i) + "\n";
  const Read result = read(list_request(text + "12x4\n5\n", {}, core::Selector::ids));
  EXPECT_EQ(result.contacts.size(), 70'000U);
  EXPECT_THAT(result.fault, ::testing::StartsWith("list:70001: isn't a contact id"));
}

TEST_F(IntakeTest, ids_that_are_none) {
  for (const char* id : {"0", "-1", "+1", "01", " 1", "1 ", "1.0", "9223372036854775808", "x", "1e3", "\xd9\xa1"}) {
    EXPECT_THAT(read(list_request(std::string("7\n") + id + "\n", {}, core::Selector::ids)).fault,
                HasSubstr("list:2: isn't a contact id"))
        << id;
  }
  EXPECT_THAT(read(list_request("7\na@b.example\n", {}, core::Selector::ids)).fault,
              HasSubstr("list:2: isn't a contact id but looks like an e-mail address"));
}

TEST_F(IntakeTest, keys_to_254_characters_of_any_script) {
  std::string key;
  for (int i = 0; i < 254; ++i) key += "\xf0\x9f\x98\x80";
  EXPECT_THAT(read(list_request(key + "\n")).contacts, ElementsAre(key));
  EXPECT_THAT(read(list_request("A\n" + key + "x\n")).fault, HasSubstr("list:2: is longer than 254 characters"));
  EXPECT_THAT(read(list_request(std::string(1'000'000, 'x'))).fault,
              HasSubstr("list:1: is longer than 254 characters"));
}

TEST_F(IntakeTest, list_in_another_encoding) {
  for (const char* text :
       {"A\n\xe4\n", "A\n\xc0\xaf\n", "A\n\xed\xa0\x80\n", "A\n\xf4\x90\x80\x80\n", "A\nx\xc3\n", "A\n\x80\n"}) {
    EXPECT_THAT(read(list_request(text)).fault, HasSubstr("list:2: isn't UTF-8; save the list as UTF-8"));
  }
  EXPECT_THAT(read(list_request(std::string_view("A\nB\0\n", 5))).fault, HasSubstr("list:2: holds a NUL byte"));
  EXPECT_THAT(read(list_request(std::string_view("\xff\xfe"
                                                 "A\0",
                                                 4)))
                  .fault,
              HasSubstr("list:1: holds a NUL byte"));
}

TEST_F(IntakeTest, lines_divided_by_carriage_returns) {
  EXPECT_THAT(read(list_request("A\rB\rC")).fault, HasSubstr("list:1: holds a carriage return within a line"));
}

TEST_F(IntakeTest, doubts_about_lines_are_refused_unless_accepted) {
  for (const auto& [text, fault] : std::vector<std::pair<std::string, std::string>>{
           {"A\n B\n", "list:2: begins or ends with white space"},
           {"A\nB\xc2\xa0\n", "list:2: begins or ends with white space"},
           {"SubscriberKey\nA\n", "list:1: looks like the header of a table"},
           {"\"Contact Key\"\nA\n", "list:1: looks like the header"},
           {"E-Mail,x\nA\n", "list:1: looks like the header"},
           {"SubscriberKey;x\nA;B\n", "list:1: looks like the header"},
           {"x\tSubscriberKey\nA\tB\n", "list:1: looks like the header"},
           {"a,b\nc,d\n", "list: has a comma in every line"},
           {"a;b,c\nc;d\n", "list: has a semicolon in every line"},
           {"a\tb\nc\td\n", "list: has a tab in every line"}}) {
    JobRequest request = list_request(text);
    EXPECT_THAT(read(request).fault, HasSubstr(fault)) << text;
    EXPECT_THAT(read(request).fault, AllOf(HasSubstr("give --accept-warnings"), Not(HasSubstr("column = ")))) << text;
    request.file = "job.toml";
    EXPECT_THAT(read(request).fault, HasSubstr(fault)) << text;
    EXPECT_THAT(read(request).fault, HasSubstr("set accept_warnings = true")) << text;
    request.accept_warnings = true;
    EXPECT_EQ(read(request).fault, "") << text;
  }
}

TEST_F(IntakeTest, table_without_commas_has_no_column) {
  for (const char* text : {"SubscriberKey;Name\nA;x\n", "SubscriberKey\tName\nA\tx\n"}) {
    EXPECT_THAT(read(list_request(text, "SubscriberKey")).fault,
                AllOf(HasSubstr("list:1: has no such column among its 1"), HasSubstr("save the table with commas")));
  }
}

TEST_F(IntakeTest, line_that_is_one_field_in_quotes_stands_for_what_it_holds) {
  const Read keys = read(list_request("\"QA\"\nB\r\n\"C,\"\"D\"\"\"\r\n\"\"\"\"\n\"E\""));
  EXPECT_EQ(keys.fault, "");
  EXPECT_THAT(keys.contacts, ElementsAre("QA", "B", "C,\"D\"", "\"", "E"));
  EXPECT_THAT(read(list_request("\"7\"\n8\n", {}, core::Selector::ids)).contacts, ElementsAre("7", "8"));
}

TEST_F(IntakeTest, line_that_only_begins_like_a_field_in_quotes_is_taken_as_it_is) {
  const std::vector<std::string> odd{"\"",     "\"a",     "a\"",         "\"a\"b",   "\"a\"b\"",
                                     "\"\"\"", "\"a\"\"", "\"a\",\"b\"", "x \"a\" y"};
  std::string text;
  for (const auto& line : odd) text += line + "\n";
  const Read result = read(list_request(text));
  EXPECT_EQ(result.fault, "");
  EXPECT_EQ(result.contacts, odd);
}

TEST_F(IntakeTest, rules_are_asked_of_what_quotes_hold) {
  EXPECT_THAT(read(list_request("A\n\"\"\n")).fault, HasSubstr("list:2: is empty"));
  EXPECT_THAT(read(list_request("A\n\" B\"\n")).fault, HasSubstr("list:2: begins or ends with white space"));
  EXPECT_THAT(read(list_request("A\n\"" + std::string(255, 'x') + "\"\n")).fault, HasSubstr("list:2: is longer"));
  EXPECT_EQ(read(list_request("\"" + std::string(254, 'x') + "\"\n")).fault, "");
  EXPECT_EQ(read(list_request("\"a,b\"\n\"c,d\"\n")).fault, "") << "such a comma divides nothing";
  EXPECT_THAT(read(list_request("\"a\",\"b\"\n\"c\",\"d\"\n")).fault, HasSubstr("list: has a comma in every line"));
}

TEST_F(IntakeTest, what_is_no_doubt) {
  EXPECT_EQ(read(list_request("a,b\nc\n")).fault, "");
  EXPECT_EQ(read(list_request("A\nemail\n")).fault, "") << "only the first line can be a header";
}

TEST_F(IntakeTest, column_of_a_csv) {
  const Read result =
      read(list_request("\xef\xbb\xbfName,\"Subscriber,Key\",x\r\n"
                        "\"a, \"\"b\"\"\",K1,\r\n\r\nc,\"K,2\",\"\n\n\"\r\n,\"K\"\"3\",\"\"\nd,\"K\n4\",y",
                        "Subscriber,Key"));
  EXPECT_EQ(result.fault, "");
  EXPECT_THAT(result.contacts, ElementsAre("K1", "K,2", "K\"3", "K\n4"));
}

TEST_F(IntakeTest, csv_of_a_single_column_skips_empty_lines) {
  EXPECT_THAT(read(list_request("id\n1\n\n2\n\n", "id", core::Selector::ids)).contacts, ElementsAre("1", "2"));
  EXPECT_THAT(read(list_request("k\nA\n\"\"\n", "k")).fault, HasSubstr("list:3: is empty"));
}

struct BadCsv {
  const char* name;
  const char* text;
  const char* fault;
};

class BadCsvFile : public IntakeTest, public ::testing::WithParamInterface<BadCsv> {};

TEST_P(BadCsvFile, is_refused_with_its_line) {
  EXPECT_THAT(read(list_request(GetParam().text, "k")).fault, HasSubstr(GetParam().fault));
}

INSTANTIATE_TEST_SUITE_P(
    intake, BadCsvFile,
    ::testing::Values(BadCsv{"no_column", "a,b,c\n1,2,3\n", "list:1: has no such column among its 3"},
                      BadCsv{"column_of_other_case", "K,b\n1,2\n", "did you mean column = \"K\"?"},
                      BadCsv{"column_twice", "k,k\n1,2\n", "list:1: has the wanted column twice"},
                      BadCsv{"empty_file", "", "list:1: has no such column"},
                      BadCsv{"quote_never_ends", "k,b\nA,1\nB,\"x\ny\nz", "list:3: has a quote that never ends"},
                      BadCsv{"text_after_quote", "k,b\nA,\"x\n\"y\n", "list:3: has text after a closing quote"},
                      BadCsv{"space_after_quote", "k,b\n\"A\" ,x\n", "list:2: has text after a closing quote"},
                      BadCsv{"quote_within", "k,b\nA\"B,x\n", "list:2: has a quote within a field"},
                      BadCsv{"carriage_return_within", "k,b\nA\rB,x\n", "list:2: has a carriage return within a field"},
                      BadCsv{"carriage_return_after_quote", "k,b\n\"A\"\rB,x\n", "has text after a closing quote"},
                      BadCsv{"too_few", "k,b\nA,1\nB\n", "list:3: has 1 fields where the header has 2"},
                      BadCsv{"too_many", "k,b\nA,1\nB,1,2\n", "list:3: has 3 fields where the header has 2"},
                      BadCsv{"empty_key", "k,b\nA,1\n,2\n", "list:3: is empty"},
                      BadCsv{"white_space", "k,b\nA ,1\n", "list:2: begins or ends with white space"},
                      BadCsv{"line_after_newlines", "b,k\n\"\n\n\",\"\nA\"\n",
                             "list:4: begins or ends with white space"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(IntakeTest, header_less_csv_shows_no_field) {
  const Read result = read(list_request("MARKER-1,Miller\nMARKER-2,Smith\n", "SubscriberKey"));
  EXPECT_THAT(result.fault, HasSubstr("has no such column among its 2"));
  EXPECT_THAT(result.fault, Not(HasSubstr("MARKER")));
  EXPECT_THAT(result.fault, Not(HasSubstr("Miller")));
}

TEST_F(IntakeTest, endless_quote_keeps_no_text) {
  EXPECT_THAT(read(list_request("k,b\nA,\"" + std::string(3'000'000, 'x'), "k")).fault,
              HasSubstr("list:2: has a quote that never ends"));
  EXPECT_THAT(read(list_request("k,b\n\"" + std::string(3'000'000, 'x'), "k")).fault,
              HasSubstr("list:2: is longer than 254"));
}

TEST_F(IntakeTest, nul_within_a_quote_is_told_as_such) {
  EXPECT_THAT(read(list_request(std::string_view("k\n\"A\0\"\n", 7), "k")).fault,
              HasSubstr("list:2: holds a NUL byte"));
}

TEST_F(IntakeTest, list_that_grows_while_it_is_read) {
  const JobRequest request = list_request("A\nB\n");
  const auto reader = open_contacts(request, {});
  ASSERT_TRUE(reader);
  ASSERT_TRUE((*reader)->next());
  std::ofstream(request.contacts.file, std::ios::app) << "C\n";
  while (true) {
    const auto next = (*reader)->next();
    if (!next) {
      EXPECT_EQ(next.error().what, "changed while it was read");
      return;
    }
    ASSERT_TRUE(next->has_value()) << "the change was not seen";
  }
}

TEST_F(IntakeTest, inline_contacts_are_checked_where_they_stand) {
  JobRequest request;
  request.file = folder_ / "job.toml";
  request.contacts.inline_contacts = {"A", ""};
  request.contacts.inline_lines = {4, 5};
  const Read result = read(request);
  EXPECT_THAT(result.contacts, ElementsAre("A"));
  EXPECT_EQ(result.fault, "job.toml:5: keys: is empty; take it out");
}

/// Any field that is written in quotes comes back as it was.
TEST_F(IntakeTest, random_fields_survive_a_csv) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces{"a", "B", "\"", ",", "\n", "\r", "\r\n", " ", "\xc3\xa4", "\xf0\x9f\x98\x80",
                                        "1", "'", ";"};
  for (int round = 0; round < 200; ++round) {
    const std::size_t columns = 1 + random() % 4;
    const std::size_t wanted = random() % columns;
    const std::string line_end = random() % 2 == 0 ? "\n" : "\r\n";
    std::string text;
    for (std::size_t column = 0; column < columns; ++column) {
      text += (column == 0 ? "" : ",") + (column == wanted ? std::string("wanted") : "other");
    }
    text += line_end;
    std::vector<std::string> expected;
    for (std::size_t row = 0; row < random() % 20; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        std::string field = "x";
        for (std::size_t length = random() % 10; length > 0; --length) field += pieces[random() % pieces.size()];
        if (column == wanted) expected.push_back(field);
        std::string quoted;
        for (const char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
        text += (column == 0 ? "\"" : ",\"") + quoted + "\"";
      }
      text += line_end;
    }
    if (random() % 2 == 0) text.erase(text.size() - line_end.size());
    JobRequest request = list_request(text, "wanted");
    request.accept_warnings = true;
    const Read result = read(request);
    ASSERT_EQ(result.fault, "") << text;
    ASSERT_THAT(result.contacts, ElementsAreArray(expected)) << text;
  }
}

/// Any bytes at all are read to an end or a fault, and no fault shows them.
TEST_F(IntakeTest, random_bytes_end) {
  std::mt19937 random(11);
  const std::string alphabet = "MARKER\"\",,\n\r\n \xc3\xa4\xff";
  for (int round = 0; round < 500; ++round) {
    std::string text = round % 2 == 0 ? "k,b\n" : "";
    for (std::size_t length = random() % 60; length > 0; --length) text += alphabet[random() % alphabet.size()];
    const Read result = read(list_request(text, round % 2 == 0 ? std::optional<std::string>("k") : std::nullopt));
    EXPECT_THAT(result.fault, Not(HasSubstr("MARKER")));
  }
}

long resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  }
  return -1;
}

TEST_F(IntakeTest, memory_does_not_grow_with_the_list) {
  JobRequest request;
  request.contacts.file = folder_ / "large";
  {
    std::ofstream file(request.contacts.file);
    for (int i = 0; i < 1'000'000; ++i) file << "contact-key-of-usual-length-" << i << '\n';
  }
  const auto reader = open_contacts(request, {});
  ASSERT_TRUE(reader);
  const long before = resident_kilobytes();
  std::size_t count = 0;
  for (auto next = (*reader)->next(); next && *next; next = (*reader)->next()) ++count;
  EXPECT_EQ(count, 1'000'000U);
  EXPECT_LT(resident_kilobytes() - before, 16 * 1024);
}

}  // namespace
}  // namespace lethe::intake
