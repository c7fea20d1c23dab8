#include "command/failure.hpp"

#include <utility>

namespace lethe::command {

ExitStatus exit_status(store::Error::Kind kind) {
  using Kind = store::Error::Kind;
  switch (kind) {
    case Kind::missing:
    case Kind::read_only:
    case Kind::newer:
    case Kind::foreign:
    case Kind::claimed:
    case Kind::other_time:
      return ExitStatus::configuration;
    case Kind::not_found:
      return ExitStatus::unknown_name;
    case Kind::stale:
    case Kind::duplicate:
    case Kind::full:
    case Kind::busy:
    case Kind::io:
      return ExitStatus::failed;
  }
  return ExitStatus::failed;
}

Failure failure(ExitStatus status, std::string line) {
  return Failure{status, {std::move(line)}};
}

Failure failure(const store::Error& error) {
  return failure(exit_status(error.kind), error.what);
}

Failure failure(ExitStatus status, const std::vector<support::Fault>& faults) {
  Failure result{status, {}};
  for (const auto& fault : faults) result.lines.push_back(support::to_line(fault));
  return result;
}

}  // namespace lethe::command
