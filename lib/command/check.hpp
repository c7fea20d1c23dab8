// `lethe check`: configuration, secrets and job files, every fault at once; online, the credentials too.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "command/failure.hpp"
#include "core/settings.hpp"

namespace lethe::command {

struct CheckReport {
  std::vector<std::string> good;      ///< a line for each thing that is right
  std::vector<std::string> warnings;  ///< what may do harm one day; they change no status
  std::vector<Failure> bad;
  /// 78 where the configuration or a secret is at fault, else 1 where anything is.
  ExitStatus status() const;
};

/// Needs no network. Where there is a store, what waits in it counts for whether a job can be sent in time.
CheckReport check_files(const std::filesystem::path& configuration, const std::vector<std::filesystem::path>& jobs);

/// Of each account a token, what it may be used for, the cloud's clock, and a page of the list of requests: status 78
/// for refused credentials and missing permissions, 1 for an unreachable host. Every request counts in the budget.
CheckReport check_online(const core::Settings& settings);

/// The first secret that can't be read or is open to others: a daemon doesn't begin with one.
std::optional<Failure> unusable_secret(const core::Settings& settings);

}  // namespace lethe::command
