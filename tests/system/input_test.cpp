// What is refused, with which exit status, and how it is said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// Each line of stderr is a complaint of its own.
void expect_complaint(const Result& result, int status, const testing::Matcher<const std::string&>& about) {
  EXPECT_EQ(result.status, status) << result.err;
  EXPECT_THAT(result.err, about);
  EXPECT_TRUE(result.err.starts_with("lethe: ")) << result.err;
  EXPECT_TRUE(result.err.ends_with("\n")) << result.err;
}

void sql(const fs::path& database, const char* text) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(database.c_str(), &connection), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(connection, text, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(connection);
  sqlite3_close(connection);
}

class Input : public testing::Test {
 protected:
  /// Makes the store, as a first start does.
  void make_store() {
    rig.start_daemon();
    ASSERT_EQ(rig.stop_daemon(), 0);
  }
  std::string configuration() const { return read_file(rig.config()); }
  Rig rig;
};

TEST_F(Input, wrong_usage_is_2) {
  expect_complaint(rig.lethe({"status", "--frob"}), 2, AllOf(HasSubstr("--frob"), HasSubstr("`lethe status --help`")));
  expect_complaint(rig.lethe({"frobnicate"}), 2, HasSubstr("`lethe --help`"));
  expect_complaint(rig.lethe({"show"}), 2, AllOf(HasSubstr("JOB"), HasSubstr("`lethe show --help`")));
  expect_complaint(rig.lethe({"submit"}), 2, HasSubstr("job files"));
  for (const auto& flag : std::vector<std::vector<std::string>>{{"--account", "acme"},
                                                                {"--keys-file", "keys"},
                                                                {"--column", "Key"},
                                                                {"--ids-file", "ids"},
                                                                {"--list", "L"},
                                                                {"--action", "restrict"},
                                                                {"--action", "delete"},
                                                                {"--id", "x"},
                                                                {"--accept-warnings"}}) {
    std::vector<std::string> arguments{"submit", "a.toml"};
    arguments.insert(arguments.end(), flag.begin(), flag.end());
    expect_complaint(rig.lethe(arguments), 2, HasSubstr("not both"));
  }
  expect_complaint(rig.lethe({"submit", "--account", "acme"}), 2, HasSubstr("--keys-file"));
  expect_complaint(rig.lethe({"submit", "--account", "acme", "--list", "L", "--ids-file", "f"}), 2,
                   HasSubstr("exactly one"));
  expect_complaint(rig.lethe({"submit", "--account", "acme", "--list", "L", "--action", "burn"}), 2,
                   HasSubstr("--action"));
  expect_complaint(rig.lethe({"jobs", "--state", "asleep"}), 2, HasSubstr("asleep"));
  expect_complaint(rig.lethe({"log", "--since", "yesterday"}), 2, HasSubstr("yesterday"));
  expect_complaint(rig.lethe({"run", "--time-scale", "0"}), 2, HasSubstr("--time-scale"));
  expect_complaint(rig.lethe({"run", "--time-scale", "fast"}), 2, HasSubstr("--time-scale"));
  expect_complaint(rig.lethe({"run", "--time-scale", "nan"}), 2, HasSubstr("--time-scale"));
  expect_complaint(rig.lethe({"run", "--time-scale", "1e18"}), 2, HasSubstr("--time-scale"));
}

TEST_F(Input, help_shows_an_example_for_each_command) {
  EXPECT_THAT(rig.lethe({"--version"}).out, StartsWith("lethe "));
  const auto help = rig.lethe({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const std::string command : {"run", "check", "submit", "status", "jobs", "show", "log", "demo"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
    const auto of_command = rig.lethe({command, "--help"});
    EXPECT_EQ(of_command.status, 0);
    EXPECT_THAT(of_command.out, AllOf(HasSubstr("Example:\n  lethe " + command), HasSubstr("--config")));
  }
}

TEST_F(Input, a_configuration_that_is_missing_or_bad_is_78) {
  const auto missing = rig.directory() / "none.toml";
  expect_complaint(rig.lethe({"--config", missing, "status"}), 78, HasSubstr("none.toml"));
  expect_complaint(rig.lethe({"status"}, {{"LETHE_CONFIG", missing}}), 78, HasSubstr("none.toml"));
  const auto good = configuration();

  rig.write("lethe.toml", good + "requests_per_dai = 7\n");
  expect_complaint(rig.lethe({"check"}), 78, AllOf(HasSubstr("requests_per_dai"), HasSubstr("requests_per_day")));
  expect_complaint(rig.lethe({"run"}), 78, HasSubstr("lethe.toml:"));

  rig.write("lethe.toml", good + "[[account\n");
  expect_complaint(rig.lethe({"check"}), 78, HasSubstr("lethe.toml:"));

  rig.write("lethe.toml", good + "requests_per_dai = 7\nsweeep = true\n");
  const auto both = rig.lethe({"check"});
  EXPECT_THAT(both.err, AllOf(HasSubstr("requests_per_dai"), HasSubstr("sweeep")));
  EXPECT_EQ(std::ranges::count(both.err, '\n'), 2) << both.err;
}

TEST_F(Input, a_secret_that_others_can_read_is_78_and_not_shown) {
  fs::permissions(rig.directory() / "acme.secret", fs::perms::others_read, fs::perm_options::add);
  const auto result = rig.lethe({"check"});
  expect_complaint(result, 78, HasSubstr("acme.secret"));
  EXPECT_THAT(result.out + result.err, testing::Not(HasSubstr(client_secret)));
}

TEST_F(Input, a_secret_that_is_missing_is_78) {
  fs::remove(rig.directory() / "acme.secret");
  expect_complaint(rig.lethe({"check"}), 78, HasSubstr("acme.secret"));
}

TEST_F(Input, check_counts_what_it_read) {
  const auto job = rig.job("dsr", "keys = [\"a\", \"b\", \"a\"]");
  const auto result = rig.lethe({"check", job});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("account acme"), HasSubstr("job dsr"), HasSubstr("2 keys"), HasSubstr("1 duplicate")));
  EXPECT_EQ(result.err, "");
  EXPECT_FALSE(fs::exists(rig.store())) << "check needs no store";
  EXPECT_EQ(rig.cloud().calls().token, 0) << "check needs no network";
}

TEST_F(Input, check_names_every_fault_of_every_job_file) {
  const auto first = rig.job("first", "keys = [\"a\"]\nfrobs = 1");
  const auto second = rig.write("second.toml", "account = \"nobody\"\nids = [1, -2]\n");
  const auto third = rig.job("third", "keys_file = \"not-there.txt\"");
  const auto result = rig.lethe({"check", first, second, third});
  expect_complaint(result, 1,
                   AllOf(HasSubstr("first.toml:3"), HasSubstr("frobs"), HasSubstr("second.toml:1"),
                         HasSubstr("second.toml:2"), HasSubstr("not-there.txt")));
}

TEST_F(Input, check_online_asks_for_a_token) {
  const auto good = rig.lethe({"check", "--online"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_EQ(rig.cloud().calls().token, 1);
  rig.write("acme.secret", "wrong\n");
  expect_complaint(rig.lethe({"check", "--online"}), 78, HasSubstr("acme"));
}

TEST(CheckOnline, looks_at_scopes_clock_and_a_list_page) {
  RigSettings settings;
  settings.time_scale = 1;
  {
    Rig rig(settings);
    const auto good = rig.lethe({"check", "--online"});
    EXPECT_EQ(good.status, 0) << good.err;
    EXPECT_THAT(good.out, AllOf(HasSubstr("gave a token"), HasSubstr("the list of requests answers")));
    EXPECT_EQ(good.err, "");
    EXPECT_EQ(rig.cloud().calls().lists, 1);
  }
  settings.model.date_ahead = std::chrono::minutes{10};
  settings.model.may_write = false;
  {
    Rig rig(settings);
    const auto poor = rig.lethe({"check", "--online"});
    EXPECT_EQ(poor.status, 78);
    EXPECT_THAT(poor.err, AllOf(HasSubstr("the token lacks the scope list_and_subscribers_write"),
                                HasSubstr("clock is"), HasSubstr("behind the cloud's")));
    EXPECT_THAT(poor.out, HasSubstr("the list of requests answers")) << "reading is permitted";
  }
  settings.model.date_ahead = core::Duration{0};
  settings.model.may_read = false;
  Rig rig(settings);
  const auto blind = rig.lethe({"check", "--online"});
  EXPECT_EQ(blind.status, 78);
  EXPECT_THAT(blind.err, HasSubstr("list of requests: HTTP 403"));
}

TEST(CheckOnline, its_requests_count_in_the_budget) {
  RigSettings settings;
  settings.time_scale = 2;  // a day must not end between the two commands
  Rig rig(settings);
  rig.start_daemon();
  ASSERT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(rig.lethe({"check", "--online"}).status, 0);
  const auto status = rig.json({"status", "--json"});
  EXPECT_EQ(status.at("accounts").at(0).at("requests_today"), boost::json::value(2)) << "a token and a list page";
}

TEST_F(Input, check_online_of_a_host_that_isnt_there_is_1) {
  auto text = configuration();
  for (auto at = text.find(rig.cloud().url()); at != std::string::npos; at = text.find(rig.cloud().url())) {
    text.replace(at, rig.cloud().url().size(), "http://127.0.0.1:1");
  }
  rig.write("lethe.toml", text);
  expect_complaint(rig.lethe({"check", "--online"}), 1, HasSubstr("acme"));
}

TEST_F(Input, one_bad_job_file_keeps_all_from_being_taken) {
  make_store();
  const auto good = rig.job("good", "keys = [\"a\"]");
  const auto bad = rig.job("bad", "keys = [\"a\"]\nids = [1]");
  expect_complaint(rig.lethe({"submit", good, bad}), 1, HasSubstr("bad.toml"));
  const auto list = rig.write("ids.txt", "1\nx\n");
  const auto bad_list = rig.job("bad-list", "ids_file = \"ids.txt\"");
  expect_complaint(rig.lethe({"submit", good, bad_list}), 1, HasSubstr("ids.txt:2"));
  EXPECT_TRUE(rig.json({"jobs", "--json"}).as_array().empty());
}

TEST_F(Input, names_that_dont_exist_are_3_but_1_in_a_job_file) {
  make_store();
  expect_complaint(rig.lethe({"show", "nothing"}), 3, HasSubstr("nothing"));
  expect_complaint(rig.lethe({"log", "nothing"}), 3, HasSubstr("nothing"));
  expect_complaint(rig.lethe({"log", "--operation", "77"}), 3, HasSubstr("77"));
  expect_complaint(rig.lethe({"jobs", "--account", "nobody"}), 3, HasSubstr("nobody"));
  expect_complaint(rig.lethe({"submit", "--account", "nobody", "--list", "L"}), 3, HasSubstr("nobody"));
  expect_complaint(rig.lethe({"submit", rig.write("j.toml", "account = \"nobody\"\nkeys = [\"k\"]\n")}), 1,
                   HasSubstr("account"));
}

TEST_F(Input, flags_are_held_to_the_rules_of_job_files) {
  make_store();
  const auto list = rig.write("keys.txt", "k\n");
  expect_complaint(rig.lethe({"submit", "--account", "acme", "--keys-file", list, "--id", "a@b.example"}), 1,
                   HasSubstr("id"));
  expect_complaint(rig.lethe({"submit", "--account", "acme", "--list", "People_Salesforce"}), 1,
                   HasSubstr("_Salesforce"));
  expect_complaint(rig.lethe({"submit", "--account", "acme", "--keys-file", rig.directory() / "none.txt"}), 1,
                   HasSubstr("none.txt"));
}

TEST_F(Input, without_a_store_the_commands_are_78) {
  const auto job = rig.job("early", "keys = [\"k\"]");
  for (const auto& command :
       std::vector<std::vector<std::string>>{{"status"}, {"jobs"}, {"show", "x"}, {"log"}, {"submit", job.string()}}) {
    expect_complaint(rig.lethe(command), 78, HasSubstr("lethe run"));
  }
  EXPECT_FALSE(fs::exists(rig.store()));
}

TEST_F(Input, a_newer_store_is_78_and_left_alone) {
  make_store();
  sql(rig.store(), "PRAGMA user_version = 9999");
  expect_complaint(rig.lethe({"status"}), 78, HasSubstr("newer"));
  auto daemon = rig.launch_daemon("second");
  EXPECT_EQ(daemon->wait(), 78);
  EXPECT_THAT(daemon->err(), HasSubstr("newer"));
}

TEST_F(Input, a_file_that_is_no_store_is_78_and_left_alone) {
  const std::string text = "This is a diary, not a database, and nobody but its owner may write in it.\n";
  rig.write("state/lethe.db", text);
  auto daemon = rig.launch_daemon("second");
  EXPECT_EQ(daemon->wait(), 78);
  EXPECT_EQ(read_file(rig.store()), text);
  expect_complaint(rig.lethe({"status"}), 78, HasSubstr("lethe.db"));

  fs::remove(rig.store());
  sql(rig.store(), "CREATE TABLE diary (day TEXT)");
  auto again = rig.launch_daemon("third");
  EXPECT_EQ(again->wait(), 78);
  expect_complaint(rig.lethe({"status"}), 78, HasSubstr("lethe.db"));
}

TEST_F(Input, a_second_daemon_is_78_and_the_first_goes_on) {
  rig.start_daemon();
  auto second = rig.launch_daemon("second");
  EXPECT_EQ(second->wait(), 78);
  EXPECT_THAT(second->err(), StartsWith("lethe: "));
  EXPECT_EQ(rig.lethe({"submit", rig.job("alive", "keys = [\"k\"]"), "--wait"}).status, 0);
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST_F(Input, a_store_of_a_rehearsal_is_kept_to_its_time) {
  make_store();
  ASSERT_EQ(rig.lethe({"submit", rig.job("recorded", "keys = [\"k\"]")}).status, 0);
  const auto result = rig.lethe({"run", "--time-scale", "7"});
  expect_complaint(result, 78, HasSubstr("5000"));
  expect_complaint(rig.lethe({"run"}), 78, HasSubstr("lethe.db"));
}

TEST_F(Input, check_online_names_the_address_that_gives_no_token) {
  auto text = configuration();
  const std::string address = "auth_url = \"" + rig.cloud().url();
  ASSERT_THAT(text, HasSubstr(address));
  text.insert(text.find(address) + address.size(), "/elsewhere");
  rig.write("lethe.toml", text);
  expect_complaint(
      rig.lethe({"check", "--online"}), 78,
      AllOf(HasSubstr("HTTP 404"), HasSubstr("see that auth_url is"), testing::Not(HasSubstr("list_and"))));
}

TEST_F(Input, a_rehearsal_against_a_real_host_is_78) {
  auto text = configuration();
  const auto at = text.find("rest_url");
  text.replace(at, text.find('\n', at) - at, "rest_url = \"https://rest.example.org\"");
  rig.write("lethe.toml", text);
  expect_complaint(rig.lethe({"run", "--time-scale", "10"}), 78, HasSubstr("loopback"));
}

TEST_F(Input, output_that_cant_be_written_is_1) {
  make_store();
  Process process({"status"}, {{"LETHE_CONFIG", rig.config()}}, "/dev/full", rig.directory() / "full.err");
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.err(), HasSubstr("output"));
  for (const char* asked : {"--version", "--help"}) {
    Process told({asked}, {}, "/dev/full", rig.directory() / "told.err");
    EXPECT_EQ(told.wait(), 1) << asked;
    EXPECT_THAT(told.err(), HasSubstr("output"));
  }
}

TEST_F(Input, find_reads_one_contact_from_stdin_and_drops_none) {
  make_store();
  const auto asked = [&](const std::string& name, const std::string& text) {
    Process process({"find", "--key", "-"}, {{"LETHE_CONFIG", rig.config()}}, rig.directory() / (name + ".out"),
                    rig.directory() / (name + ".err"), rig.write(name, text));
    const int status = process.wait().value_or(-1);
    return Result{status, process.out(), process.err()};
  };
  EXPECT_EQ(asked("one", "A-1\n").status, 0);
  EXPECT_EQ(asked("unended", "A-1").status, 0);
  EXPECT_EQ(asked("blank", "A-1\r\n\r\n\n").status, 0);
  const Result two = asked("two", "A-1\nMARKER-2\n");
  expect_complaint(two, 2, AllOf(HasSubstr("one contact at a time"), testing::Not(HasSubstr("MARKER"))));
}

TEST_F(Input, a_store_that_is_busy_at_the_start_is_1_so_that_systemd_tries_again) {
  make_store();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(rig.store().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  expect_complaint(rig.lethe({"run", "--time-scale", "5000"}), 1, HasSubstr("held the store for 5 s"));
  sqlite3_close(other);
}

}  // namespace
}  // namespace lethe::system_test
