// What really went to the cloud, as the wire and the cloud saw it, whoever sent it: the oracle's own books.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "simulation/installation.hpp"
#include "simulation/life_plan.hpp"

namespace lethe::simulation {

/// An operation as the cloud names it.
struct CloudName {
  std::int64_t account_id = 0;
  std::string action;
  std::int64_t operation_id = 0;
  auto operator<=>(const CloudName&) const = default;
};

/// A contact of a job: the job's id, and its place among the distinct ones.
struct Part {
  std::string job;
  std::size_t index = 0;
  auto operator<=>(const Part&) const = default;
};

/// One submission of Lethe's.
struct Posting {
  std::string account;
  core::OperationNumber operation;
  std::vector<Part> parts;  ///< what the store said, as the first byte left
  core::Time arrived;
  std::optional<CloudName> taken;  ///< absent: the cloud didn't take it
};

class Ledger {
 public:
  Ledger(const LifePlan& plan, Installation& installation);

  /// Somebody submits beside Lethe, of the kind and size of a job.
  void submit_as_administrator(const intake::JobRequest& like);
  /// Another business unit does.
  void submit_elsewhere(const intake::JobRequest& like);
  /// Waits have lost their measure: the clock stepped, the machine slept, the store couldn't be written.
  void disturbed() { disturbances_.push_back(installation_.clock().true_time()); }
  void secret_changed() { secret_changes_.push_back(installation_.clock().true_time()); }
  void daemon_ended() { ends_.push_back(installation_.clock().true_time()); }

  const std::vector<Posting>& postings() const { return postings_; }
  /// Operations that somebody else submitted.
  const std::set<CloudName>& others() const { return others_; }
  const std::vector<core::Time>& disturbances() const { return disturbances_; }
  const std::vector<core::Time>& secret_changes() const { return secret_changes_; }
  /// When the daemon was stopped or died.
  const std::vector<core::Time>& ends() const { return ends_; }
  /// What was wrong at the moment of a submission.
  const std::vector<std::string>& faults() const { return faults_; }
  std::int64_t account_id(const std::string& account) const;
  const std::vector<std::string>& contacts_of(const std::string& job) const { return contacts_.at(job); }

 private:
  const LifePlan& plan_;
  Installation& installation_;
  std::map<std::string, std::vector<std::string>> contacts_;  ///< by job
  std::map<std::int64_t, std::vector<Part>> intents_;         ///< by operation, as of its last submission
  std::vector<Posting> postings_;
  std::set<CloudName> others_;
  std::vector<core::Time> disturbances_;
  std::vector<core::Time> ends_;
  std::vector<core::Time> secret_changes_;
  std::vector<std::string> faults_;
  std::size_t known_to_cloud_ = 0;
  std::int64_t submissions_of_others_ = 0;

  std::optional<core::OperationNumber> intent_of(const std::string& account);
  std::vector<Part> parts_of(core::OperationNumber operation);
  void arrived(const Exchange& exchange);
  std::optional<CloudName> newly_taken();
  void submit_on_a_page(const intake::JobRequest& like, std::int64_t number);
  void note_others();
};

}  // namespace lethe::simulation
