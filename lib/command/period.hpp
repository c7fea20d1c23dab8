// What a report of the cloud is about: an account or all, and a time from and to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/failure.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::command {

struct Period {
  core::Time from;
  core::Time until;
};

/// "2026-11-22" (its first instant in UTC), "2026-11-22T08:00:00Z", or an age: "7d", "0s" for now.
std::optional<core::Time> parse_instant(std::string_view text, core::Time now);

/// Exit status 2: one is no time, or they are the wrong way round.
Outcome<Period> parse_period(std::string_view from, std::string_view until, core::Time now);

/// The account of that name, or all. Exit status 3: there is none of that name.
Outcome<std::vector<core::AccountSettings>> chosen_accounts(const core::Settings& settings,
                                                            const std::optional<std::string>& name);

}  // namespace lethe::command
