#include "intake/fixture.hpp"

namespace lethe::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(IntakeTest, least_job_takes_its_defaults) {
  const JobRequest request = request_of("account = \"acme\"\nkeys = [\"A\", \"B\"]\n", "dsr-1.toml");
  EXPECT_EQ(request.account, "acme");
  EXPECT_EQ(request.id, "dsr-1");
  EXPECT_EQ(request.action, core::Action::delete_contacts);
  EXPECT_EQ(request.selector, core::Selector::keys);
  EXPECT_THAT(request.contacts.inline_contacts, ElementsAre("A", "B"));
  EXPECT_THAT(request.contacts.inline_lines, ElementsAre(2, 2));
  EXPECT_EQ(request.not_after, std::nullopt);
  EXPECT_FALSE(request.accept_warnings);
  EXPECT_FALSE(request.list);
  EXPECT_EQ(request.file, folder_ / "dsr-1.toml");
}

TEST_F(IntakeTest, only_toml_is_left_out_of_the_name_that_becomes_the_id) {
  const std::string text = "account = \"acme\"\nkeys = [\"A\"]\n";
  EXPECT_EQ(request_of(text, "dsr.2026").id, "dsr.2026");
  EXPECT_EQ(request_of(text, "dsr.2026.toml").id, "dsr.2026");
  EXPECT_EQ(request_of(text, "dsr").id, "dsr");
}

TEST_F(IntakeTest, every_key_of_a_job_is_taken) {
  const JobRequest request = request_of(
      "account = \"acme\"\nid = \"X-1\"\naction = \"restrict\"\nnot_after = 2026-11-29T01:30:00.5+01:00\n"
      "accept_warnings = true\nids_file = \"lists/a.csv\"\ncolumn = \"ContactID\"\n");
  EXPECT_EQ(request.id, "X-1");
  EXPECT_EQ(request.action, core::Action::restrict_contacts);
  EXPECT_EQ(request.not_after, time_of("2026-11-29T00:30:00.5Z"));
  EXPECT_TRUE(request.accept_warnings);
  EXPECT_EQ(request.selector, core::Selector::ids);
  EXPECT_EQ(request.contacts.file, folder_ / "lists/a.csv");
  EXPECT_EQ(request.contacts.named, "lists/a.csv");
  EXPECT_EQ(request.contacts.column, "ContactID");
}

TEST_F(IntakeTest, list_job_with_all_options) {
  const JobRequest request = request_of(
      "account = \"acme\"\n[list]\nkey = \"EXT\"\ncontacts = 1000\ndelete_when_completed = true\n"
      "delete_contents_when_completed = true\n");
  EXPECT_EQ(request.selector, core::Selector::list);
  ASSERT_TRUE(request.list);
  EXPECT_EQ(request.list->key, "EXT");
  EXPECT_EQ(request.list->contacts, 1000);
  EXPECT_TRUE(request.list->delete_when_completed);
  EXPECT_TRUE(request.list->delete_contents_when_completed);
}

TEST_F(IntakeTest, inline_ids_become_text) {
  const JobRequest request = request_of("account = \"acme\"\nids = [\n1,\n9223372036854775807]\n");
  EXPECT_THAT(request.contacts.inline_contacts, ElementsAre("1", "9223372036854775807"));
  EXPECT_THAT(request.contacts.inline_lines, ElementsAre(3, 4));
}

TEST_F(IntakeTest, all_faults_of_a_job_at_once_in_order) {
  EXPECT_THAT(
      faults_of("account = \"acne\"\nid = \"a b\"\naction = \"erase\"\nnot_after = 2026-11-29\nkys = 1\n"
                "keys = [\n\"\",\n5]\ncolumn = \"x\"\n"),
      ElementsAre(
          HasSubstr("job.toml:1:11: account: isn't an account of the configuration; did you mean \"acme\"?"),
          HasSubstr("job.toml:2:6: id: isn't a job id; use 1 to 128"),
          HasSubstr("job.toml:3:10: action: isn't an action; write \"delete\" or \"restrict\""),
          HasSubstr("job.toml:4:13: not_after: is a date without a time and a zone; write a time with its zone"),
          HasSubstr("job.toml:5:1: kys: isn't a known key; did you mean keys?"),
          HasSubstr("job.toml:7:1: keys: is empty"),
          HasSubstr("job.toml:8:1: keys: is an integer; a string is expected"),
          HasSubstr("job.toml:9:10: column: stands without a file")));
}

struct BadJob {
  const char* name;
  const char* text;
  const char* fault;
};

class BadJobFile : public IntakeTest, public ::testing::WithParamInterface<BadJob> {};

TEST_P(BadJobFile, is_refused_with_its_place) {
  EXPECT_THAT(faults_of("account = \"acme\"\n" + std::string(GetParam().text) + "\n"),
              ElementsAre(HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(
    intake, BadJobFile,
    ::testing::Values(
        BadJob{"no_selector", "", "job.toml: names no contacts; give exactly one of keys, ids, keys_file"},
        BadJob{"two_selectors", "keys = [\"A\"]\nids = [1]", "job.toml:3:7: names contacts in a second way"},
        BadJob{"keys_and_list", "keys = [\"A\"]\n[list]\nkey = \"X\"", "job.toml:3:1: names contacts in a second way"},
        BadJob{"two_files", "keys_file = \"a\"\nids_file = \"b\"", ":3:12: names contacts in a second way"},
        BadJob{"keys_empty", "keys = []", ":2:8: keys: is empty; name at least one contact"},
        BadJob{"ids_empty", "ids = []", ":2:7: ids: is empty"},
        BadJob{"keys_no_array", "keys = \"A\"", ":2:8: keys: is a string; an array is expected"},
        BadJob{"key_long",
               "keys = ['"  // 255 characters
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']",
               ":2:9: keys: is longer than 254 characters"},
        BadJob{"key_nul", "keys = [\"a\\u0000b\"]", "keys: holds a NUL"},
        BadJob{"key_space", "keys = [\"A\", \"B \"]",
               ":2:14: keys: begins or ends with white space; if it is meant so"},
        BadJob{"id_zero", "ids = [0]", ":2:8: ids: isn't a contact id"},
        BadJob{"id_negative", "ids = [-1]", "ids: isn't a contact id"},
        BadJob{"id_text", "ids = [\"1\"]", "ids: is a string; an integer is expected"},
        BadJob{"id_email", "ids = [\"a@b.example\"]", "looks like an e-mail address: use keys"},
        BadJob{"id_fraction", "ids = [1.5]", "ids: is a number with a fraction; an integer is expected"},
        BadJob{"file_empty", "keys_file = \"\"", "keys_file: isn't a path"},
        BadJob{"column_empty", "keys_file = \"a\"\ncolumn = \"\"", "column: is empty"},
        BadJob{"job_id_email", "keys = [\"A\"]\nid = \"a@b.example\"",
               "id: looks like an e-mail address; ids stay in logs"},
        BadJob{"job_id_empty", "keys = [\"A\"]\nid = \"\"", "id: isn't a job id"},
        BadJob{"not_after_local", "keys = [\"A\"]\nnot_after = 2026-11-29T00:00:00",
               "not_after: is a time without a zone; write a time with its zone"},
        BadJob{"not_after_text", "keys = [\"A\"]\nnot_after = \"2026-11-29T00:00:00Z\"", "not_after: isn't a time"},
        BadJob{"warnings_word", "keys = [\"A\"]\naccept_warnings = \"yes\"",
               "accept_warnings: is a string; true or false"},
        BadJob{"list_no_key", "[list]\ncontacts = 5", "job.toml:2:1: list.key: is missing"},
        BadJob{"list_key_empty", "[list]\nkey = \"\"", "job.toml:3:7: list.key: is empty"},
        BadJob{"list_contacts_zero", "[list]\nkey = \"A\"\ncontacts = 0",
               "list.contacts: is 0; 1 to 1,000,000,000 is allowed"},
        BadJob{"list_boolean", "[list]\nkey = \"A\"\ndelete_when_completed = 1",
               "list.delete_when_completed: is an integer; true or false is expected"},
        BadJob{"list_unknown", "[list]\nkey = \"A\"\ncontact = 1",
               "list.contact: isn't a known key; did you mean contacts?"},
        BadJob{"list_text", "list = \"A\"", "list: is a string; a table is expected"},
        BadJob{"list_salesforce", "[list]\nkey = \"Contact_Salesforce\"", "list.key: ends in _Salesforce"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(IntakeTest, account_is_needed_and_must_be_known) {
  EXPECT_THAT(faults_of("keys = [\"A\"]\n"),
              ElementsAre("job.toml: account: is missing; name an account of the configuration"));
  EXPECT_THAT(faults_of("account = \"other-name\"\nkeys = [\"A\"]\n"), ElementsAre(HasSubstr("known are acme")));
  EXPECT_THAT(faults_of("account = 5\nkeys = [\"A\"]\n"), ElementsAre(HasSubstr("account: is an integer")));
}

TEST_F(IntakeTest, name_of_the_file_that_makes_no_id) {
  EXPECT_THAT(faults_of("account = \"acme\"\nkeys = [\"A\"]\n", "my job.toml"),
              ElementsAre(HasSubstr("id: is missing, and the file's name isn't a job id; give an id")));
  EXPECT_THAT(faults_of("account = \"acme\"\nkeys = [\"A\"]\n", "a@b.example.toml"),
              ElementsAre(HasSubstr("id: is missing, and the file's name looks like an e-mail address")));
}

TEST_F(IntakeTest, flags_are_told_of_the_flag_that_accepts_warnings) {
  JobRequest request;
  request.account = "acme";
  request.list.emplace().key = "X_Salesforce";
  EXPECT_THAT(lines_of(check_request(request, settings_)), ElementsAre(HasSubstr("give --accept-warnings")));
  request.file = "job.toml";
  EXPECT_THAT(lines_of(check_request(request, settings_)), ElementsAre(HasSubstr("set accept_warnings = true")));
}

TEST_F(IntakeTest, accepted_warnings_let_doubts_pass) {
  EXPECT_THAT(faults_of("account = \"acme\"\nkeys = [\" A\"]\naccept_warnings = true\n"), IsEmpty());
  EXPECT_THAT(faults_of("account = \"acme\"\naccept_warnings = true\n[list]\nkey = \"X_Salesforce\"\n"), IsEmpty());
  EXPECT_THAT(faults_of("account = \"acme\"\nkeys = [\"\"]\naccept_warnings = true\n"),
              ElementsAre(HasSubstr("is empty")));
}

TEST_F(IntakeTest, half_written_job_is_one_fault_with_its_place) {
  EXPECT_THAT(
      faults_of("account = \"acme\"\nkeys = [\"MARKER-1\", \"MARK"),
      ElementsAre(::testing::AllOf(HasSubstr("job.toml:2:"), HasSubstr("isn't valid TOML"), Not(HasSubstr("MARK")))));
}

TEST_F(IntakeTest, many_bad_contacts_are_told_to_a_bound) {
  std::string text = "account = \"acme\"\nids = [\n";
  for (int i = 0; i < 1000; ++i) text += "0,\n";
  const auto faults = faults_of(text + "]\n");
  EXPECT_EQ(faults.size(), 21U);
  EXPECT_THAT(faults, ::testing::Contains(HasSubstr("holds more faults than these")));
}

TEST_F(IntakeTest, no_fault_of_a_job_shows_a_contact) {
  for (const char* text :
       {"keys = [\" MARKER\"]", "keys = \"MARKER\"", "ids = [\"MARKER@b.example\"]", "keys = [\"MARKER\\u0000\"]",
        "id = \"MARKER@b.example\"", "id = \"MARKER x\"", "action = \"MARKER\"", "keys = [{ a = \"MARKER\" }]",
        "\"MARKER@b.example\" = 1", "keys = [\"MARKER\" \"MARKER\"]", "keys = [MARKER]", "column = \"MARKER\"",
        "not_after = \"MARKER\"", "MARKER", "[list]\nkey = \"MARKER_Salesforce\"", "account = \"MARKER\"",
        "keys = [\"A\"]\nkeys = [\"MARKER\"]"}) {
    const auto faults = faults_of(text);
    EXPECT_THAT(faults, Not(IsEmpty())) << text;
    for (const auto& fault : faults) EXPECT_THAT(fault, Not(HasSubstr("MARKER"))) << text;
  }
}

TEST_F(IntakeTest, missing_job_file) {
  const auto request = read_job_file(folder_ / "none.toml", settings_);
  ASSERT_FALSE(request);
  EXPECT_THAT(lines_of(request.error()), ElementsAre("none.toml: doesn't exist"));
}

TEST_F(IntakeTest, flags_are_held_to_the_same_rules) {
  JobRequest request;
  request.account = "acne";
  request.id = "a@b.example";
  request.list = core::ListTarget{.key = "X_Salesforce", .contacts = {}};
  EXPECT_THAT(lines_of(check_request(request, settings_)),
              ElementsAre(HasSubstr("account: isn't an account"), HasSubstr("id: looks like an e-mail"),
                          HasSubstr("list.key: ends in _Salesforce")));
  request = {};
  request.account = "acme";
  EXPECT_THAT(check_request(request, settings_), IsEmpty());
}

}  // namespace
}  // namespace lethe::intake
