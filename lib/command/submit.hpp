// Jobs from files or flags into the store: everything is checked before the first is accepted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "command/failure.hpp"
#include "command/session.hpp"
#include "core/job.hpp"
#include "core/settings.hpp"
#include "intake/job_file.hpp"

namespace lethe::command {

/// One job by flags. Exactly one of keys_file, ids_file and list is set (the caller's parser sees to it).
struct SubmitFlags {
  std::string account;
  std::optional<std::filesystem::path> keys_file;
  std::optional<std::string> column;
  std::optional<std::filesystem::path> ids_file;
  std::optional<std::string> list;
  core::Action action = core::Action::delete_contacts;
  std::optional<std::string> id;  ///< absent: "cli-" and 16 hex digits of the content's digest
  bool accept_warnings = false;
};

/// Every fault of every file, and of the lists that they name.
Outcome<std::vector<intake::JobRequest>> requests_of_files(const std::vector<std::filesystem::path>& files,
                                                           const core::Settings& settings);

/// Needs the store's key, since the id of a job by flags comes from its content's digest.
Outcome<intake::JobRequest> request_of_flags(const SubmitFlags& flags, const core::Settings& settings);

/// The same without the store's key: an id that would come from the content stays empty.
Outcome<intake::JobRequest> request_without_key(const SubmitFlags& flags, const core::Settings& settings);

struct Submitted {
  core::Job job;
  bool known = false;  ///< the same job was there already: nothing was taken
  std::int64_t operations_expected = 0;
};

struct Submission {
  std::vector<Submitted> jobs;
  std::optional<Failure> failure;  ///< of those that were refused; what is in `jobs` was accepted all the same
};

Submission submit(Session& session, std::vector<intake::JobRequest> requests);

/// How many requests to the cloud a job has become and will become, by count and by bytes.
store::Result<std::int64_t> operations_expected(store::Store& store, const core::Job& job,
                                                const core::AccountSettings& account);

/// The jobs as the store knows them now (after waiting). The vector keeps its order.
Outcome<void> refresh(store::Store& store, std::vector<Submitted>& jobs);

/// Did every job end as it was asked: deleted or restricted?
bool all_ended_as_asked(const std::vector<Submitted>& jobs);

/// A line a job: "dsr-1: queued, 1200 contacts, 1 operation".
std::string submitted_text(const std::vector<Submitted>& jobs);
/// [{id, state, contacts, operations_expected}]
std::string submitted_json(const std::vector<Submitted>& jobs);

}  // namespace lethe::command
