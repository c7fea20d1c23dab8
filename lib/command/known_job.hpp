// The job that a command is about.
#pragma once

#include <string>

#include "command/failure.hpp"
#include "core/job.hpp"
#include "store/store.hpp"

namespace lethe::command {

/// Exit status 3: there is none of this id.
Outcome<core::Job> known_job(store::Store& store, const std::string& id);

}  // namespace lethe::command
