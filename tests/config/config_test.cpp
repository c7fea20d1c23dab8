#include <sys/stat.h>
#include <unistd.h>

#include "config/fixture.hpp"

namespace lethe::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(ConfigTest, least_configuration_has_the_documented_defaults) {
  const core::Settings settings = settings_of(account_text);
  EXPECT_EQ(settings.file, file_);
  EXPECT_EQ(settings.store_path, "/var/lib/lethe/lethe.db");
  EXPECT_EQ(settings.intake_directory, std::nullopt);
  EXPECT_EQ(settings.log_level, core::LogLevel::info);
  EXPECT_EQ(settings.log_format, core::LogFormat::automatic);
  EXPECT_EQ(settings.web_listen, "127.0.0.1:9464");
  EXPECT_EQ(settings.keep_contacts, 0s);
  EXPECT_TRUE(settings.index_contacts);
  EXPECT_EQ(settings.proxy, "");
  EXPECT_EQ(settings.schedule.patience, 2min);
  EXPECT_EQ(settings.schedule.suppression.first, 1min);
  EXPECT_DOUBLE_EQ(settings.schedule.suppression.factor, 1.6);
  EXPECT_EQ(settings.schedule.suppression.cap, 15min);
  EXPECT_EQ(settings.schedule.deletion.first, 15min);
  EXPECT_DOUBLE_EQ(settings.schedule.deletion.factor, 1.25);
  EXPECT_EQ(settings.schedule.deletion.cap, 30min);
  EXPECT_EQ(settings.schedule.heartbeat, 24h);
  EXPECT_EQ(settings.schedule.overdue, 72h);
}

TEST_F(ConfigTest, every_key_is_taken) {
  const core::Settings settings = settings_of(
      "[store]\npath = \"data/x.db\"\n[intake]\ndirectory = \"in\"\n[log]\nlevel = \"debug\"\nformat = \"json\"\n"
      "[web]\nlisten = \"[::1]:80\"\n[privacy]\nkeep_contacts = \"2d\"\nindex = false\n"
      "[schedule]\npatience = \"3m\"\nsuppression = { first = \"2m\", factor = 2, cap = \"1h\" }\n"
      "deletion = { first = \"20m\", factor = 1.5, cap = \"40m\" }\nheartbeat = \"12h\"\noverdue = \"5d\"\n" +
      account_text);
  EXPECT_EQ(settings.store_path, folder_ / "data/x.db");
  EXPECT_EQ(settings.intake_directory, folder_ / "in");
  EXPECT_EQ(settings.log_level, core::LogLevel::debug);
  EXPECT_EQ(settings.log_format, core::LogFormat::json);
  EXPECT_EQ(settings.web_listen, "[::1]:80");
  EXPECT_EQ(settings.keep_contacts, 48h);
  EXPECT_FALSE(settings.index_contacts);
  EXPECT_EQ(settings.schedule.patience, 3min);
  EXPECT_DOUBLE_EQ(settings.schedule.suppression.factor, 2);
  EXPECT_EQ(settings.schedule.suppression.cap, 1h);
  EXPECT_EQ(settings.schedule.deletion.first, 20min);
  EXPECT_EQ(settings.schedule.heartbeat, 12h);
  EXPECT_EQ(settings.schedule.overdue, 120h);
}

TEST_F(ConfigTest, store_lies_in_the_state_directory_of_systemd) {
  const auto settings = read(account_text, {.state_directory = "/var/lib/private/lethe"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->store_path, "/var/lib/private/lethe/lethe.db");
}

TEST_F(ConfigTest, empty_texts_turn_off) {
  const core::Settings settings =
      settings_of("[intake]\ndirectory = \"\"\n[web]\nlisten = \"\"\n[http]\nproxy = \"\"\n" + account_text);
  EXPECT_EQ(settings.intake_directory, std::nullopt);
  EXPECT_EQ(settings.web_listen, "");
  EXPECT_EQ(settings.proxy, "");
}

TEST_F(ConfigTest, all_faults_at_once_in_the_order_of_the_file) {
  const auto faults = faults_of(
      "[web]\nlisten = \"nowhere\"\n[log]\nlvel = \"info\"\nformat = 3\n[store]\npath = \"\"\n[schedule]\npatience = "
      "5\n" +
      account_text + "sweep = \"yes\"\n");
  EXPECT_THAT(faults, ElementsAre(HasSubstr(":2:10: web.listen: is \"nowhere\""),
                                  HasSubstr(":4:1: log.lvel: isn't a known key; did you mean level?"),
                                  HasSubstr(":5:10: log.format: is an integer; a string is expected"),
                                  HasSubstr(":7:8: store.path: isn't a path"),
                                  HasSubstr(":9:12: schedule.patience: is an integer; a duration in quotes"),
                                  HasSubstr(":16:9: account.acme.sweep: is a string; true or false is expected")));
}

TEST_F(ConfigTest, words_outside_of_the_list) {
  EXPECT_THAT(
      faults_of("[log]\nlevel = \"wraning\"\n" + account_text),
      ElementsAre(":2:9: log.level: is \"wraning\"; one of debug, info, warning, error is allowed; did you mean "
                  "\"warning\"?"));
}

TEST_F(ConfigTest, unknown_tables_and_odd_keys) {
  EXPECT_THAT(faults_of("[stor]\npath = \"x\"\n" + account_text),
              ElementsAre(HasSubstr("stor: isn't a known key; did you mean store?")));
  const auto faults = faults_of("[log]\n\"s3cret value\" = 1\n" + account_text);
  EXPECT_THAT(faults, ElementsAre(HasSubstr(":2:1: log: holds a key that isn't known")));
  EXPECT_THAT(faults.front(), ::testing::Not(HasSubstr("s3cret")));
}

TEST_F(ConfigTest, tables_that_are_none) {
  EXPECT_THAT(faults_of("log = 5\n" + account_text), ElementsAre(":1:7: log: is an integer; a table is expected"));
  EXPECT_THAT(faults_of("account = 5\n"),
              ElementsAre(HasSubstr("account: isn't a list of accounts; write [[account]]")));
  EXPECT_THAT(faults_of("[account]\nname = \"a\"\n"), ElementsAre(HasSubstr("account: isn't a list of accounts")));
  EXPECT_THAT(faults_of("account = [5]\n"), ElementsAre(HasSubstr("account: is an integer; a table is expected")));
}

TEST_F(ConfigTest, no_account) {
  EXPECT_THAT(faults_of(""), ElementsAre(": account: is missing; give at least one [[account]]"));
  EXPECT_THAT(faults_of("account = []\n"), ElementsAre(HasSubstr("account: is missing")));
}

struct Bad {
  const char* name;
  const char* text;
  const char* fault;
};

class BadValue : public ConfigTest, public ::testing::WithParamInterface<Bad> {};

TEST_P(BadValue, is_refused_with_what_is_allowed) {
  EXPECT_THAT(faults_of(std::string(GetParam().text) + "\n" + account_text), ElementsAre(HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(
    config, BadValue,
    ::testing::Values(
        Bad{"patience_zero", "schedule.patience = \"0s\"", "schedule.patience: is \"0s\"; \"1s\" to \"1d\" is allowed"},
        Bad{"patience_long", "schedule.patience = \"25h\"", "\"1s\" to \"1d\" is allowed"},
        Bad{"patience_text", "schedule.patience = \"soon\"", "is \"soon\"; a duration in quotes"},
        Bad{"patience_negative", "schedule.patience = \"-1s\"", "a duration in quotes"},
        Bad{"factor_small", "schedule.suppression = { factor = 0.9 }",
            "schedule.suppression.factor: is 0.9; 1 to 10 is allowed"},
        Bad{"factor_large", "schedule.suppression = { factor = 11 }", "is 11; 1 to 10 is allowed"},
        Bad{"factor_not_a_number", "schedule.suppression = { factor = nan }", "1 to 10 is allowed"},
        Bad{"factor_text", "schedule.deletion = { factor = \"2\" }", "is a string; a number is expected"},
        Bad{"cap_below_first", "schedule.deletion = { first = \"31m\" }",
            "schedule.deletion: has a cap below its first; let cap be at least first"},
        Bad{"backoff_unknown", "schedule.deletion = { frist = \"1m\" }",
            "schedule.deletion.frist: isn't a known key; did you mean first?"},
        Bad{"heartbeat", "schedule.heartbeat = \"4d\"", "\"1m\" to \"3d\" is allowed"},
        Bad{"overdue", "schedule.overdue = \"400d\"", "\"1m\" to \"365d\" is allowed"},
        Bad{"keep_contacts", "privacy.keep_contacts = \"4000d\"", "\"0s\" to \"3650d\" is allowed"},
        Bad{"index", "privacy.index = 1", "privacy.index: is an integer; true or false is expected"},
        Bad{"listen_port", "web.listen = \"127.0.0.1:65536\"", "an address and a port are expected"},
        Bad{"listen_no_port", "web.listen = \"127.0.0.1\"", "an address and a port are expected"},
        Bad{"listen_name", "web.listen = \"host:80\"", "an address and a port are expected"},
        Bad{"listen_bare_v6", "web.listen = \"::1:80\"", "an address and a port are expected"},
        Bad{"proxy", "http.proxy = \"http://proxy.example:3128/\"", "http.proxy: isn't supported by this version"},
        Bad{"proxy_https", "http.proxy = \"https://p:1\"", "http.proxy: isn't of the form http://host:port"},
        Bad{"proxy_no_port", "http.proxy = \"http://p\"", "isn't of the form"},
        Bad{"proxy_path", "http.proxy = \"http://p:1/x\"", "isn't of the form"},
        Bad{"intake", "intake.directory = true", "intake.directory: is a boolean; a string is expected"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(ConfigTest, listens_anywhere) {
  EXPECT_EQ(settings_of("web.listen = \"0.0.0.0:0\"\n" + account_text).web_listen, "0.0.0.0:0");
  EXPECT_EQ(settings_of("web.listen = \"[::]:9464\"\n" + account_text).web_listen, "[::]:9464");
}

TEST_F(ConfigTest, broken_toml_is_one_fault_that_quotes_nothing) {
  const auto faults = faults_of("[log]\nlevel = s3cret-value'x'y\n");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults.front(), HasSubstr(":2:"));
  EXPECT_THAT(faults.front(), HasSubstr("isn't valid TOML"));
  EXPECT_THAT(faults.front(), ::testing::Not(HasSubstr("s3cret")));
  EXPECT_THAT(faults_of("[log]\nlevel = \"info\"\nlevel = \"info\"\n"),
              ElementsAre(HasSubstr("isn't valid TOML: this is defined a second time")));
}

TEST_F(ConfigTest, parse_errors_never_quote_the_text) {
  for (const char* value : {"12MARKER", "1979-05-MARKER", "0xMARKER", "\"MARKER", "'MARKER", "[\"MARKER\" \"MARKER\"]",
                            "{ MARKER }", "infMARKER", "trueMARKER", "\"\\MARKER\"", "1'MARKER'"}) {
    const auto faults = faults_of("a = " + std::string(value) + "\nMARKER MARKER\n");
    ASSERT_EQ(faults.size(), 1U) << value;
    EXPECT_THAT(faults.front(), ::testing::Not(HasSubstr("MARKER"))) << value;
  }
}

TEST_F(ConfigTest, missing_file) {
  EXPECT_EQ(read_config(file_, {}).error().front().what, "doesn't exist");
}

TEST_F(ConfigTest, directory_in_place_of_the_file) {
  EXPECT_EQ(read_config(folder_, {}).error().front().what, "is a directory");
}

TEST_F(ConfigTest, fifo_in_place_of_the_file_is_not_waited_for) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(read_config(file_, {}).error().front().what, "isn't a regular file");
}

TEST_F(ConfigTest, unreadable_file) {
  std::ofstream(file_) << account_text;
  std::filesystem::permissions(file_, std::filesystem::perms::none);
  std::filesystem::permissions(folder_, std::filesystem::perms::all);
  // Root reads everything, so that here it is somebody else for a moment.
  constexpr uid_t nobody = 65534;
  const bool root = ::geteuid() == 0;
  if (root) ASSERT_EQ(::seteuid(nobody), 0);
  const auto read = read_config(file_, {});
  if (root) ASSERT_EQ(::seteuid(0), 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().front().what, "can't be read: permission denied");
}

TEST_F(ConfigTest, huge_file) {
  const auto faults = faults_of(std::string(5'000'000, '#'));
  EXPECT_THAT(faults, ElementsAre(HasSubstr("is larger than")));
}

TEST_F(ConfigTest, relative_file_gives_absolute_paths) {
  std::ofstream(file_) << "[store]\npath = \"../x.db\"\n" << account_text;
  const auto settings = read_config(std::filesystem::relative(file_), {});
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings->file.is_absolute());
  EXPECT_EQ(settings->store_path, folder_.parent_path() / "x.db");
}

}  // namespace
}  // namespace lethe::config
