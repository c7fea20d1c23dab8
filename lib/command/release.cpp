#include "command/release.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "command/known_job.hpp"

namespace lethe::command {

Outcome<core::Job> held_job(store::Store& store, const std::string& id) {
  auto job = known_job(store, id);
  if (job && job->state != core::State::held) {
    return std::unexpected(
        failure(ExitStatus::failed,
                fmt::format("job {} isn't held, it is {}; there is nothing to release", id, word(job->state))));
  }
  return job;
}

Outcome<std::vector<core::Job>> release(Session& session, const std::vector<std::string>& ids) {
  std::vector<core::Job> jobs;
  Failure refused;
  for (const auto& id : ids) {
    auto job = held_job(session.store(), id);
    if (job) {
      jobs.push_back(std::move(*job));
      continue;
    }
    refused.status = job.error().status;
    refused.lines.insert(refused.lines.end(), job.error().lines.begin(), job.error().lines.end());
  }
  if (!refused.lines.empty()) return std::unexpected(std::move(refused));
  for (auto& job : jobs) {
    const auto released = perform(session.loop(), session.store().release(job.number, session.now()));
    if (!released) return std::unexpected(failure(released.error()));
    auto now = session.store().job(job.number);
    if (!now) return std::unexpected(failure(now.error()));
    job = std::move(*now);
  }
  return jobs;
}

std::string released_text(const std::vector<core::Job>& jobs) {
  std::string out;
  for (const auto& job : jobs) {
    out += fmt::format("{}: {}, it leaves when its turn comes; `lethe show {}` says what it waits for\n", job.id,
                       word(job.state), job.id);
  }
  return out;
}

std::string released_json(const std::vector<core::Job>& jobs) {
  boost::json::array array;
  for (const auto& job : jobs) {
    boost::json::object entry;
    entry["id"] = job.id;
    entry["state"] = word(job.state);
    array.push_back(std::move(entry));
  }
  return boost::json::serialize(array);
}

}  // namespace lethe::command
