// A job file: TOML -> a checked request. It names a list or holds one; contact_list reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/job.hpp"
#include "core/settings.hpp"
#include "intake/contact_rules.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

/// Where the contacts of a job come from: the job file itself, or a file beside it.
struct ContactSource {
  std::vector<std::string> inline_contacts;  ///< keys as they are, ids as decimal text
  std::vector<std::int64_t> inline_lines;    ///< the line of each in the job file, for faults
  std::filesystem::path file;                ///< absolute; empty: inline
  std::filesystem::path named;  ///< as it was written: in a job of the intake directory neither absolute nor with ".."
  std::optional<std::string> column;  ///< of a CSV with a header; absent: one contact a line
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

inline Form form_of(const JobRequest& request) {
  return request.file.empty() ? Form::flags : Form::job_file;
}

/// Every fault of the file at once. Accounts must be known to `settings`, unless it holds none; a list path is taken
/// relative to the file.
std::expected<JobRequest, std::vector<support::Fault>> read_job_file(const std::filesystem::path& file,
                                                                     const core::Settings& settings);

/// The same from a text that was read already; `file` is where, for faults, the default id and relative paths.
std::expected<JobRequest, std::vector<support::Fault>> parse_job(std::string_view text,
                                                                 const std::filesystem::path& file,
                                                                 const core::Settings& settings);

/// The list files that a job file names, whatever else is wrong with it; none where it isn't TOML.
std::vector<std::filesystem::path> lists_named(std::string_view text);

/// What a request must fulfil however it was made (account, id, list key): for the flags of `submit`. An empty id is
/// left out, since it comes from the content.
std::vector<support::Fault> check_request(const JobRequest& request, const core::Settings& settings);

/// A job file holds at most this much; a longer list goes into a file of its own.
inline constexpr std::size_t most_job_bytes = std::size_t{64} * 1024 * 1024;

}  // namespace lethe::intake
