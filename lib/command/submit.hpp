// Jobs from files or flags into the store: everything is checked before the first is accepted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "command/failure.hpp"
#include "command/session.hpp"
#include "core/job.hpp"
#include "core/settings.hpp"
#include "intake/intake.hpp"
#include "intake/job_file.hpp"
#include "intake/repeats.hpp"

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

/// A checked request, and what checking its list has found out for taking it.
struct Wanted {
  intake::JobRequest request;
  std::optional<intake::Repeats> repeats;  ///< absent for a list in the cloud
};

/// Told now and then while a list is read.
using Watch = std::function<void(const intake::Progress&)>;

/// Every fault of every file, and of the lists that they name.
Outcome<std::vector<Wanted>> requests_of_files(const std::vector<std::filesystem::path>& files,
                                               const core::Settings& settings, const Watch& watch = {});

/// Without `flags.id` the request has none: it comes from the content, when that has been read.
Outcome<Wanted> request_of_flags(const SubmitFlags& flags, const core::Settings& settings, const Watch& watch = {});

/// The same without reading the list.
Outcome<intake::JobRequest> request_as_given(const SubmitFlags& flags, const core::Settings& settings);

struct Submitted {
  core::Job job;
  bool known = false;  ///< the same job was there already: nothing was taken
  std::int64_t operations_expected = 0;
};

struct Submission {
  std::vector<Submitted> jobs;
  std::optional<Failure> failure;  ///< of those that were refused; what is in `jobs` was accepted all the same
};

Submission submit(Session& session, std::vector<Wanted> wanted, const Watch& watch = {});

/// Counts contacts into the requests that the daemon would make of them.
core::Packing packing_of(core::Action action, core::Selector selector, const core::AccountSettings& account);

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
