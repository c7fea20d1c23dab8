// Contacts stay findable after their erasure, and jobs that share contacts learn of each other.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "simulation/installation.hpp"
#include "support/contact_digest.hpp"

namespace lethe::simulation {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

InstallationSettings one_account(std::uint64_t seed) {
  InstallationSettings settings;
  settings.seed = seed;
  settings.settings = settings_for({"north"});
  settings.model.seed = seed;
  return settings;
}

intake::JobRequest job(const std::string& id, int first, int contacts) {
  intake::JobRequest request;
  request.id = id;
  request.account = "north";
  for (int i = first; i < first + contacts; ++i) {
    request.contacts.inline_contacts.push_back("key-" + std::to_string(i));
    request.contacts.inline_lines.push_back(1);
  }
  return request;
}

/// The jobs in which the index has the contact.
std::vector<std::string> search(Installation& installation, const std::string& contact) {
  std::vector<std::string> jobs;
  support::ContactDigest digest(support::DigestKey{}, "keys");
  const auto read = installation.store().search_index(
      digest.of(contact), [&](const store::IndexHit& hit) { jobs.push_back(installation.store().job(hit.job)->id); });
  EXPECT_TRUE(read.has_value());
  return jobs;
}

std::vector<std::pair<std::string, std::int64_t>> overlaps(Installation& installation, const std::string& id) {
  std::vector<std::pair<std::string, std::int64_t>> found;
  const auto known = installation.store().job(std::string_view(id));
  const auto read = installation.store().overlaps((*known)->number);
  EXPECT_TRUE(read.has_value());
  for (const auto& overlap : *read) found.emplace_back(overlap.job, overlap.contacts);
  return found;
}

TEST(Index, has_every_erased_contact_through_kills) {
  InstallationSettings settings = one_account(5);
  settings.settings.accounts[0].max_contacts_per_operation = 700;
  Installation installation(settings);
  installation.start();
  constexpr int jobs = 12;
  constexpr int contacts = 900;
  for (int number = 0; number < jobs; ++number) {
    auto request = job("job-" + std::to_string(number), number * contacts, contacts);
    if (number % 4 == 3) request.not_after = installation.now() + minutes{1};
    installation.drop(request);
    installation.run_for(hours{2});
    while (installation.network().submissions_in_progress > 0) installation.run_for(minutes{1});
    installation.kill();
    installation.start();
  }
  installation.run_for(days{25});
  for (int number = 0; number < jobs; ++number) {
    const std::vector<std::string> expected{"job-" + std::to_string(number)};
    for (const int index : {0, 1, 699, 700, 899}) {
      EXPECT_EQ(search(installation, "key-" + std::to_string(number * contacts + index)), expected);
    }
  }
  EXPECT_TRUE(search(installation, "key-" + std::to_string(jobs * contacts)).empty());
  const auto gaps = installation.store().index_gaps();
  EXPECT_TRUE(gaps->jobs.empty());
  EXPECT_TRUE(gaps->operations.empty());
  EXPECT_EQ(installation.stored_bytes().find("key-"), std::string::npos);
}

TEST(Index, is_not_made_when_it_is_off_and_says_so) {
  InstallationSettings settings = one_account(6);
  settings.settings.index_contacts = false;
  Installation installation(settings);
  installation.start();
  installation.drop(job("job", 0, 10));
  installation.run_for(days{20});
  EXPECT_TRUE(search(installation, "key-1").empty());
  const auto gaps = installation.store().index_gaps();
  EXPECT_EQ(gaps->jobs, std::vector<std::string>{"job"});
  EXPECT_EQ(gaps->operations.size(), 1U);
  EXPECT_EQ(installation.stored_bytes().find("key-"), std::string::npos);
}

TEST(Overlap, is_told_of_both_jobs_while_both_are_open) {
  Installation installation(one_account(7));
  installation.start();
  installation.drop(job("one", 0, 1000));
  installation.run_for(hours{12});
  installation.drop(job("other", 990, 1000));
  installation.run_for(hours{12});
  installation.drop(job("apart", 5000, 10));
  installation.run_for(hours{12});
  using Found = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(overlaps(installation, "one"), (Found{{"other", 10}}));
  EXPECT_EQ(overlaps(installation, "other"), (Found{{"one", 10}}));
  EXPECT_EQ(overlaps(installation, "apart"), Found{});
  installation.run_for(days{20});
  installation.drop(job("later", 0, 1000));
  installation.run_for(days{1});
  EXPECT_EQ(overlaps(installation, "later"), Found{}) << "those before have ended";
}

}  // namespace
}  // namespace lethe::simulation
