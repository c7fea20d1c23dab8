// What `lethe jobs` and `lethe show` show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command/failure.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::command {

/// The jobs that a filter lets through. An account that is neither configured nor named by a job is exit status 3.
Outcome<std::vector<store::JobView>> job_list(store::Store& store, const core::Settings& settings,
                                              const store::JobFilter& filter);
std::string jobs_text(const std::vector<store::JobView>& jobs);
std::string jobs_json(const std::vector<store::JobView>& jobs);

/// One job with everything that is known about it.
struct JobDetail {
  core::Job job;
  std::vector<core::Operation> operations;
  std::vector<core::Transition> transitions;
  core::History history;                       ///< of its account
  std::vector<core::Wish> wishes;              ///< about its operations
  std::vector<core::OperationNumber> overdue;  ///< of its operations
  std::vector<store::Overlap> overlaps;        ///< contacts that other jobs had too when an operation of theirs ran
  std::string waits_for;  ///< why the next operation isn't submitted yet; empty: nothing waits, or it goes now
  std::optional<core::Time> expected_end;  ///< of the last running operation; absent: none runs, or not all are formed
};
/// An unknown id is exit status 3.
Outcome<JobDetail> job_detail(store::Store& store, const core::Settings& settings, const std::string& id,
                              core::Time now);
std::string detail_text(const JobDetail& detail, core::Time now);
std::string detail_json(const JobDetail& detail);

}  // namespace lethe::command
