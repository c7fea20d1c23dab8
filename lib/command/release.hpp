// `lethe release`: lets go what is held.
#pragma once

#include <string>
#include <vector>

#include "command/failure.hpp"
#include "command/session.hpp"
#include "core/job.hpp"

namespace lethe::command {

/// All jobs or none: an unknown id is exit status 3, one that isn't held is 1, each with its line.
Outcome<std::vector<core::Job>> release(Session& session, const std::vector<std::string>& ids);

/// The job if it is held, else why it can't be released.
Outcome<core::Job> held_job(store::Store& store, const std::string& id);

/// A line a job: "dsr-1: queued, it leaves as soon as the account's pace allows".
std::string released_text(const std::vector<core::Job>& jobs);
/// [{id, state}]
std::string released_json(const std::vector<core::Job>& jobs);

}  // namespace lethe::command
