// Weeks in which jobs end and their contacts go, with kills among them: each is erased once its time has come, and not
// before.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "simulation/installation.hpp"

namespace lethe::simulation {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

InstallationSettings one_account(std::uint64_t seed, core::Duration keep) {
  InstallationSettings settings;
  settings.seed = seed;
  settings.settings = settings_for({"north"});
  settings.settings.keep_contacts = keep;
  settings.model.seed = seed;
  simulator::LifeRule refused;
  refused.match = "-refused-";
  refused.refusal = simulator::LifeRule::Refusal::envelope_400;
  settings.model.lives = {refused};
  return settings;
}

intake::JobRequest job(int number, core::Time now) {
  intake::JobRequest request;
  request.id = "job-" + std::to_string(number);
  request.account = "north";
  const std::string mark = number % 5 == 0 ? "MARKER-refused-" : "MARKER-";
  const int contacts = 1 + number % 7 * 200;
  for (int i = 0; i < contacts; ++i) {
    request.contacts.inline_contacts.push_back(mark + std::to_string(number) + "-" + std::to_string(i));
    request.contacts.inline_lines.push_back(1);
  }
  if (number % 6 == 1) request.not_after = now + minutes{1};
  return request;
}

std::vector<core::Job> jobs_of(Installation& installation) {
  std::vector<core::Job> found;
  const auto read = installation.store().jobs({}, [&](const store::JobView& view) {
    found.push_back(view.job);
    return true;
  });
  EXPECT_TRUE(read.has_value());
  return found;
}

/// What is erased has ended long enough ago, and what ended is erased soon.
void expect_erased_in_time(Installation& installation, core::Duration keep) {
  for (const core::Job& each : jobs_of(installation)) {
    SCOPED_TRACE(each.id);
    if (!each.ended_at) {
      EXPECT_FALSE(each.contacts_erased_at);
    } else if (each.contacts_erased_at) {
      EXPECT_GE(*each.contacts_erased_at, *each.ended_at + keep);
    } else {
      EXPECT_LT(installation.now(), *each.ended_at + keep + minutes{1});
    }
  }
}

class Erasure : public testing::TestWithParam<core::Duration> {};

INSTANTIATE_TEST_SUITE_P(at_once_and_after_three_days, Erasure,
                         testing::Values(core::Duration{0}, core::Duration{days{3}}));

TEST_P(Erasure, follows_the_end_of_every_job_through_kills) {
  const core::Duration keep = GetParam();
  Installation installation(one_account(21, keep));
  std::mt19937_64 random(21);
  installation.start();
  for (int number = 0; number < 60; ++number) {
    installation.drop(job(number, installation.now()));
    installation.run_for(hours{random() % 16});
    expect_erased_in_time(installation, keep);
    while (installation.network().submissions_in_progress > 0) installation.run_for(minutes{1});
    if (random() % 3 != 0) continue;
    installation.kill();
    installation.start();
  }
  installation.run_for(days{25});
  for (const core::Job& each : jobs_of(installation)) EXPECT_TRUE(each.contacts_erased_at) << each.id;
  expect_erased_in_time(installation, keep);
  EXPECT_EQ(installation.stored_bytes().find("MARKER"), std::string::npos);
  EXPECT_EQ(installation.log().find("MARKER"), std::string::npos);
}

TEST(ErasureOfAJob, waits_for_the_last_of_its_operations) {
  auto settings = one_account(3, core::Duration{0});
  settings.settings.accounts[0].max_contacts_per_operation = 100;
  Installation installation(settings);
  installation.start();
  auto request = job(2, installation.now());  // 401 contacts, five operations
  installation.drop(request);
  installation.run_for(hours{1});
  installation.kill();
  EXPECT_NE(installation.stored_bytes().find("MARKER"), std::string::npos) << "what waits is still needed";
  installation.start();
  installation.run_for(days{20});
  std::size_t sent = 0;
  for (const auto& operation : installation.model().truth(installation.now())) sent += operation.contacts.size();
  EXPECT_EQ(sent, request.contacts.inline_contacts.size());
  EXPECT_EQ(installation.stored_bytes().find("MARKER"), std::string::npos);
}

}  // namespace
}  // namespace lethe::simulation
