// The configuration that is shipped: filled, it reads; with every comment taken as the default, it is the default.
#include <regex>
#include <sstream>

#include "config/fixture.hpp"

namespace lethe::config {
namespace {

using ::testing::IsEmpty;

std::string shipped() {
  std::ifstream file(LETHE_SHIPPED_CONFIG);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& old_text, const std::string& new_text) {
  const std::size_t at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return at == std::string::npos ? text : text.replace(at, old_text.size(), new_text);
}

std::string filled() {
  std::string text = replaced(shipped(), "\nsubdomain = \"\"", "\nsubdomain = \"mcabcdefghijklmnopqrstuvwxyz\"");
  text = replaced(text, "\nclient_id = \"\"", "\nclient_id = \"client\"");
  return replaced(text, "\naccount_id = 0", "\naccount_id = 10650003");
}

/// All keys that are commented out, but for the alternatives to what an account has already.
std::string uncommented(const std::string& text) {
  const std::regex key("\n#(?!auth_url|client_secret_)([a-z_]+ = )");
  return std::regex_replace(text, key, "\n$1");
}

TEST_F(ConfigTest, shipped_configuration_reads_once_its_account_is_filled) {
  EXPECT_THAT(faults_of(filled()), IsEmpty());
  EXPECT_EQ(faults_of(shipped()).size(), 3U);
}

TEST_F(ConfigTest, shipped_comments_show_the_defaults) {
  const core::Settings plain = settings_of(account_text);
  const core::Settings told = settings_of(uncommented(filled()));
  EXPECT_EQ(told.store_path, plain.store_path);
  EXPECT_EQ(told.log_level, plain.log_level);
  EXPECT_EQ(told.log_format, plain.log_format);
  EXPECT_EQ(told.web_listen, plain.web_listen);
  EXPECT_EQ(told.keep_contacts, plain.keep_contacts);
  EXPECT_EQ(told.index_contacts, plain.index_contacts);
  EXPECT_EQ(told.proxy, plain.proxy);
  EXPECT_EQ(told.schedule.patience, plain.schedule.patience);
  EXPECT_EQ(told.schedule.suppression.first, plain.schedule.suppression.first);
  EXPECT_EQ(told.schedule.suppression.factor, plain.schedule.suppression.factor);
  EXPECT_EQ(told.schedule.suppression.cap, plain.schedule.suppression.cap);
  EXPECT_EQ(told.schedule.deletion.first, plain.schedule.deletion.first);
  EXPECT_EQ(told.schedule.deletion.factor, plain.schedule.deletion.factor);
  EXPECT_EQ(told.schedule.deletion.cap, plain.schedule.deletion.cap);
  EXPECT_EQ(told.schedule.heartbeat, plain.schedule.heartbeat);
  EXPECT_EQ(told.schedule.overdue, plain.schedule.overdue);
  ASSERT_EQ(told.accounts.size(), 1U);
  const core::AccountSettings& account = told.accounts.front();
  const core::AccountSettings defaults;
  EXPECT_EQ(account.ca_file, defaults.ca_file);
  EXPECT_EQ(account.max_contacts_per_operation, defaults.max_contacts_per_operation);
  EXPECT_EQ(account.min_time_between_submissions, defaults.min_time_between_submissions);
  EXPECT_EQ(account.max_operations_in_suppression, defaults.max_operations_in_suppression);
  EXPECT_EQ(account.max_contacts_per_day, defaults.max_contacts_per_day);
  EXPECT_EQ(account.requests_per_day, defaults.requests_per_day);
  EXPECT_EQ(account.requests_in_flight, defaults.requests_in_flight);
  EXPECT_EQ(account.cloud_retries, defaults.cloud_retries);
  EXPECT_EQ(account.sweep, defaults.sweep);
}

TEST_F(ConfigTest, shipped_configuration_names_every_key) {
  for (const char* key : {"path",
                          "directory",
                          "level",
                          "format",
                          "listen",
                          "keep_contacts",
                          "index",
                          "proxy",
                          "patience",
                          "suppression",
                          "deletion",
                          "heartbeat",
                          "overdue",
                          "name",
                          "subdomain",
                          "auth_url",
                          "rest_url",
                          "ca_file",
                          "client_id",
                          "client_secret_file",
                          "client_secret_credential",
                          "client_secret_env",
                          "account_id",
                          "max_contacts_per_operation",
                          "min_time_between_submissions",
                          "max_operations_in_suppression",
                          "max_contacts_per_day",
                          "requests_per_day",
                          "requests_in_flight",
                          "cloud_retries",
                          "sweep"}) {
    EXPECT_TRUE(std::regex_search(shipped(), std::regex("\n#?" + std::string(key) + " = "))) << key;
  }
}

}  // namespace
}  // namespace lethe::config
