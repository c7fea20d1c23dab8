// A job file: TOML -> a checked request. It names a list or holds one; contact_list reads it.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/job.hpp"
#include "core/settings.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

/// Where the contacts of a job come from: the job file itself, or a file beside it.
struct ContactSource {
  std::vector<std::string> inline_contacts;  ///< keys as they are, ids as decimal text
  std::vector<std::int64_t> inline_lines;    ///< the line of each in the job file, for faults
  std::filesystem::path file;                ///< absolute; empty: inline
  std::optional<std::string> column;         ///< of a CSV with a header; absent: one contact a line
};

/// What a job file or the flags of `submit` ask for.
struct JobRequest {
  std::string account;
  std::string id;
  core::Action action = core::Action::delete_contacts;
  core::Selector selector = core::Selector::keys;
  std::optional<core::ListTarget> list;
  ContactSource contacts;
  std::optional<core::Time> not_after;  ///< absent: 7 days after acceptance
  bool accept_warnings = false;
  std::filesystem::path file;  ///< where it was read; empty: flags
};

/// Every fault of the file at once. Accounts must be known to `settings`; a list path is taken relative to the file.
std::expected<JobRequest, std::vector<support::Fault>> read_job_file(const std::filesystem::path& file,
                                                                     const core::Settings& settings);

}  // namespace lethe::intake
