// Files that no honest person writes: each is refused in lines that are single lines and name no contact, and none
// takes more memory than an honest one.
#include <chrono>

#include "intake/fixture.hpp"

namespace lethe::intake {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::string_literals;

constexpr std::string_view marker = "MARKER";

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int each = 0; each < times; ++each) all += text;
  return all;
}

class HostileIntakeTest : public IntakeTest {
 protected:
  /// The fault lines of a job that must be refused.
  std::vector<std::string> refusal_of(const std::string& text, const std::string& name = "job.toml") {
    const auto lines = faults_of(text, name);
    EXPECT_FALSE(lines.empty());
    for (const auto& line : lines) {
      EXPECT_EQ(line.find_first_of("\n\r\0"s), std::string::npos) << line;
      EXPECT_THAT(line, Not(HasSubstr(marker)));
      EXPECT_LT(line.size(), 1000U);
    }
    return lines;
  }

  std::string fault_in(const JobRequest& request) {
    const auto fault = read(request).fault;
    EXPECT_EQ(fault.find_first_of("\n\r\0"s), std::string::npos) << fault;
    EXPECT_THAT(fault, Not(HasSubstr(marker)));
    return fault;
  }
};

TEST_F(HostileIntakeTest, deep_nesting_is_one_fault) {
  for (const auto& text : {"keys = " + std::string(100'000, '[') + "\n", "a" + repeated(".a", 100'000) + " = 1\n",
                           "a = " + repeated("{a=", 100'000) + "\n", "[a" + repeated(".a", 100'000) + "]\n",
                           "keys = " + std::string(300, '[') + "\"MARKER\"" + std::string(300, ']') + "\n"}) {
    EXPECT_THAT(refusal_of("account = \"acme\"\n" + text), Not(SizeIs(0)));
  }
}

TEST_F(HostileIntakeTest, integers_beyond_64_bits_are_no_ids) {
  for (const char* id : {"9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "0", "-1", "1e3",
                         "2038.0", "inf", "nan", "0x8000000000000000"}) {
    refusal_of("account = \"acme\"\nids = [" + std::string(id) + "]\n");
  }
  refusal_of("account = \"acme\"\nids = [" + std::string(100'000, '9') + "]\n");
}

TEST_F(HostileIntakeTest, declared_size_of_a_list_is_bounded) {
  const auto job = [](const std::string& contacts) {
    return "account = \"acme\"\n[list]\nkey = \"L\"\ncontacts = " + contacts + "\n";
  };
  EXPECT_THAT(faults_of(job("1000000000")), SizeIs(0));
  for (const char* contacts : {"1000000001", "9223372036854775807", "0", "-1"}) {
    EXPECT_THAT(refusal_of(job(contacts)), ElementsAre(HasSubstr("list.contacts: is ")));
  }
}

TEST_F(HostileIntakeTest, nul_bytes_are_refused_wherever_they_stand) {
  const std::string account = "account = \"acme\"\n";
  refusal_of(account + "keys = [\"MARKER\0\"]\n"s);
  refusal_of(account + "keys = [\"MARKER\\u0000\"]\n");
  refusal_of(account + "id = \"a\\u0000b\"\nkeys = [\"A\"]\n");
  refusal_of(account + "keys_file = \"a\\u0000b\"\n");
  refusal_of(account + "[list]\nkey = \"a\\u0000b\"\n");
  refusal_of("account = \"acme\\u0000\"\nkeys = [\"A\"]\n");
  refusal_of("\0"s);
}

TEST_F(HostileIntakeTest, what_is_not_utf8_is_refused_wherever_it_stands) {
  for (const auto& bad : {"\xff"s, "\xc0\xaf"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s, "\xe2\x82"s}) {
    refusal_of("account = \"acme\"\nkeys = [\"MARKER" + bad + "\"]\n");
    refusal_of("account = \"acme\"\nid = \"" + bad + "\"\nkeys = [\"A\"]\n");
    refusal_of("account = \"acme\"\n\"" + bad + "\" = 1\nkeys = [\"A\"]\n");
    EXPECT_THAT(fault_in(list_request("A\nMARKER" + bad + "\n")), HasSubstr("list:2: isn't UTF-8"));
    EXPECT_THAT(fault_in(list_request("k\nMARKER" + bad + "\n", "k")), HasSubstr("list:2: isn't UTF-8"));
  }
}

TEST_F(HostileIntakeTest, line_ends_in_names_stay_within_one_line) {
  refusal_of("account = \"ac\\nme\"\nkeys = [\"A\"]\n");
  refusal_of("account = \"acme\"\nid = \"a\\r\\nb\"\nkeys = [\"A\"]\n");
  refusal_of("account = \"acme\"\n\"a\\nMARKER\" = 1\nkeys = [\"A\"]\n");
  refusal_of("account = \"acme\"\nkeys = [\"A\"]\n", "a\nb.toml");
  settings_.accounts.clear();
  const auto request = request_of("account = \"acme\"\nid = \"j\"\nkeys_file = \"a\\nb\"\n");
  EXPECT_THAT(read(request).fault, "a?b: doesn't exist; a list must be complete before its job file is there");
}

TEST_F(HostileIntakeTest, nul_and_lone_quotes_of_a_csv_are_faults_of_their_line) {
  EXPECT_THAT(fault_in(list_request("k\nA\nMARKER\0\n"s, "k")), HasSubstr("list:3: holds a NUL byte"));
  EXPECT_THAT(fault_in(list_request("\0k\nA\n"s, "k")), HasSubstr("list:1: holds a NUL byte"));
  EXPECT_THAT(fault_in(list_request("k\nA\nMAR\"KER\n", "k")), HasSubstr("list:3: has a quote within a field"));
  EXPECT_THAT(fault_in(list_request("k\n\"MARKER\nA\nB\n", "k")), HasSubstr("list:2: has a quote that never ends"));
  EXPECT_THAT(fault_in(list_request("k\n\"MARKER\"MARKER\n", "k")), HasSubstr("has text after a closing quote"));
}

/// However long a line is, it is refused when it is longer than a contact can be, not when it has been read.
TEST_F(HostileIntakeTest, very_long_lines_are_refused_early) {
  const std::string line = repeated("MARKER", 8'000'000);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(fault_in(list_request("A\n" + line)), HasSubstr("list:2: is longer than 254 characters"));
  EXPECT_THAT(fault_in(list_request("k\n" + line, "k")), HasSubstr("list:2: is longer than 254 characters"));
  EXPECT_THAT(fault_in(list_request("k\n\"" + line, "k")), HasSubstr("list:2: is longer than 254 characters"));
  EXPECT_THAT(fault_in(list_request(line, "k")), HasSubstr("list:1: is longer than 254 characters"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{20});
}

TEST_F(HostileIntakeTest, columns_without_end_are_refused) {
  EXPECT_THAT(fault_in(list_request(std::string(10'000'000, ','), "k")), HasSubstr("list:1: has too many columns"));
  EXPECT_THAT(fault_in(list_request("k\nMARKER" + std::string(10'000'000, ','), "k")),
              HasSubstr("list:2: has too many columns"));
}

}  // namespace
}  // namespace lethe::intake
