#include "command/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace lethe::command {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Check : public testing::Test {
 protected:
  Check() {
    auto pattern = (fs::temp_directory_path() / "lethe-check-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::permissions(write("secret", "s\n"), fs::perms::owner_read);
    write("lethe.toml", account());
  }
  ~Check() override { fs::remove_all(folder_); }

  static std::string account() {
    return "[[account]]\nname = \"acme\"\nauth_url = \"http://127.0.0.1:1\"\nclient_id = \"c\"\n"
           "client_secret_file = \"secret\"\naccount_id = 7\n";
  }
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  std::vector<std::string> faults(const std::vector<fs::path>& jobs = {}) {
    report_ = check_files(folder_ / "lethe.toml", jobs);
    std::vector<std::string> lines;
    for (const auto& bad : report_.bad) lines.insert(lines.end(), bad.lines.begin(), bad.lines.end());
    return lines;
  }

  fs::path folder_;
  CheckReport report_;
};

TEST_F(Check, what_is_right_has_no_fault) {
  EXPECT_THAT(faults({write("job.toml", "account = \"acme\"\nkeys = [\"a\"]\n")}), IsEmpty());
  EXPECT_EQ(report_.status(), ExitStatus::done);
}

TEST_F(Check, a_missing_configuration_says_how_to_name_one) {
  fs::remove(folder_ / "lethe.toml");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("doesn't exist; name the configuration with --config or $LETHE_CONFIG")));
  EXPECT_EQ(report_.status(), ExitStatus::configuration);
}

TEST_F(Check, a_faulty_configuration_hides_no_fault_of_a_job) {
  const auto job = write("job.toml", "account = \"acme\"\nkeys = [\"a\"]\nfrob = 1\n");
  const auto foreign = write("foreign.toml", "account = \"nobody\"\nkeys = [\"a\"]\n");
  write("lethe.toml", account() + "swep = true\n");
  EXPECT_THAT(faults({job, foreign}), ElementsAre(HasSubstr("swep"), HasSubstr("job.toml:3:1: frob"),
                                                  HasSubstr("foreign.toml:1:11: account: isn't an account")));
  EXPECT_EQ(report_.status(), ExitStatus::configuration);
}

TEST_F(Check, an_account_isnt_judged_where_the_configuration_cant_be_read) {
  const auto job = write("job.toml", "account = \"acme\"\nkeys = [\"a\"]\nfrob = 1\n");
  write("lethe.toml", "[[account\n");
  EXPECT_THAT(faults({job}), ElementsAre(HasSubstr("lethe.toml:1"), HasSubstr("job.toml:3:1: frob")));
}

TEST_F(Check, two_files_with_one_id) {
  const auto one = write("one.toml", "account = \"acme\"\nid = \"x\"\nkeys = [\"a\"]\n");
  const auto two = write("two.toml", "account = \"acme\"\nid = \"x\"\nkeys = [\"b\"]\n");
  EXPECT_THAT(faults({one, two}), ElementsAre(AllOf(HasSubstr("two.toml: id:"), HasSubstr("one.toml"))));
  EXPECT_EQ(report_.status(), ExitStatus::failed);
}

TEST_F(Check, a_past_not_after_and_a_bad_list_are_told_together) {
  const auto job = write("job.toml", "account = \"acme\"\nnot_after = 2001-01-01T00:00:00Z\nids_file = \"ids\"\n");
  write("ids", "1\nx\n");
  EXPECT_THAT(faults({job}), ElementsAre(HasSubstr("not_after: is past"), HasSubstr("ids:2")));
}

TEST_F(Check, a_secret_at_fault_is_told_with_file_and_key) {
  fs::permissions(folder_ / "secret", fs::perms::others_read, fs::perm_options::add);
  EXPECT_THAT(faults(), ElementsAre(AllOf(HasSubstr("lethe.toml: account acme's client_secret_file: "),
                                          HasSubstr("is open to others"))));
  EXPECT_EQ(report_.status(), ExitStatus::configuration);
  write("lethe.toml",
        "[[account]]\nname = \"acme\"\nauth_url = \"http://127.0.0.1:1\"\nclient_id = \"c\"\n"
        "client_secret_env = \"LETHE_NO_SUCH_VARIABLE\"\naccount_id = 7\n");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("lethe.toml: account acme's client_secret_env: ")));
}

TEST_F(Check, a_ca_file_is_read) {
  write("lethe.toml", account() + "ca_file = \"ca.pem\"\n");
  EXPECT_THAT(faults(), ElementsAre(AllOf(HasSubstr("lethe.toml: account acme's ca_file: "), HasSubstr("ca.pem"))));
  write("ca.pem", "no certificate\n");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("ca.pem")));
  EXPECT_EQ(report_.status(), ExitStatus::configuration);
}

TEST_F(Check, a_job_in_the_intake_directory_is_held_to_its_rules) {
  write("lethe.toml", "[intake]\ndirectory = \"in\"\n" + account());
  EXPECT_THAT(faults(), IsEmpty()) << "run makes it";
  fs::create_directory(folder_ / "in");
  write("list", "a\n");
  const auto job = write("in/job.toml", "account = \"acme\"\nkeys_file = \"../list\"\n");
  EXPECT_THAT(faults({job}), ElementsAre(HasSubstr("\"..\"")));
}

}  // namespace
}  // namespace lethe::command
