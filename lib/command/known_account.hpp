// The account that a command is about.
#pragma once

#include <string>

#include "command/failure.hpp"
#include "core/settings.hpp"

namespace lethe::command {

/// Exit status 3: the configuration has none of this name. What is found lives as long as the settings.
Outcome<const core::AccountSettings*> known_account(const core::Settings& settings, const std::string& name);

}  // namespace lethe::command
