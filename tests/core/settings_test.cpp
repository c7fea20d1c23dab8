#include "core/settings.hpp"

#include <gtest/gtest.h>

namespace lethe::core {
namespace {

Settings two_accounts() {
  Settings settings;
  settings.accounts.resize(2);
  settings.accounts[0].name = "acme";
  settings.accounts[1].name = "acme2";
  return settings;
}

TEST(find_account, by_its_whole_name) {
  const Settings settings = two_accounts();
  EXPECT_EQ(find_account(settings, "acme2"), &settings.accounts[1]);
  EXPECT_EQ(find_account(settings, "acme"), &settings.accounts[0]);
}

TEST(find_account, unknown_name) {
  const Settings settings = two_accounts();
  EXPECT_EQ(find_account(settings, "acm"), nullptr);
  EXPECT_EQ(find_account(settings, "ACME"), nullptr);
  EXPECT_EQ(find_account(Settings{}, "acme"), nullptr);
}

TEST(settings, documented_defaults) {
  const AccountSettings account;
  EXPECT_EQ(account.max_contacts_per_operation, 50'000);
  EXPECT_EQ(account.min_time_between_submissions, std::chrono::minutes{5});
  EXPECT_EQ(account.max_operations_in_suppression, 1);
  EXPECT_EQ(account.max_contacts_per_day, 1'000'000);
  EXPECT_EQ(account.requests_per_day, 5'000);
  EXPECT_EQ(account.requests_in_flight, 4);
  EXPECT_EQ(account.cloud_retries, 0);
  EXPECT_FALSE(account.sweep);
}

}  // namespace
}  // namespace lethe::core
