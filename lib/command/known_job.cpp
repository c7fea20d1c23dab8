#include "command/known_job.hpp"

#include <fmt/format.h>

#include <utility>

namespace lethe::command {

Outcome<core::Job> known_job(store::Store& store, const std::string& id) {
  auto job = store.job(id);
  if (!job) return std::unexpected(failure(job.error()));
  if (job->has_value()) return std::move(**job);
  return std::unexpected(failure(ExitStatus::unknown_name, fmt::format("no job {}; `lethe jobs` lists them", id)));
}

}  // namespace lethe::command
