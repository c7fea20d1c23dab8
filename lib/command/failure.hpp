// How a command ends when it doesn't do what was asked: an exit status and lines for stderr.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "support/fault.hpp"

namespace lethe::command {

/// The exit statuses that callers may rely on.
enum class ExitStatus : int {
  done = 0,
  failed = 1,           ///< a bad job file or list, a full disk, an unreachable host
  usage = 2,            ///< unknown flags, missing arguments
  unknown_name = 3,     ///< a job, operation or account given as an argument doesn't exist
  ended_otherwise = 4,  ///< `submit --wait`: a job ended otherwise than deleted or restricted
  configuration = 78,   ///< EX_CONFIG: configuration, secret or store can't be worked with as they are
};

struct Failure {
  ExitStatus status = ExitStatus::failed;
  std::vector<std::string> lines;  ///< each what, where, what to do; without the program's name in front
};

template <class T>
using Outcome = std::expected<T, Failure>;

/// The status that a command ends with when the store failed it so.
ExitStatus exit_status(store::Error::Kind kind);

Failure failure(ExitStatus status, std::string line);
Failure failure(const store::Error& error);
Failure failure(ExitStatus status, const std::vector<support::Fault>& faults);

}  // namespace lethe::command
