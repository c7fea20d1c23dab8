// What a person has to look at: the first thing that `lethe status` shows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct Attention {
  std::optional<core::OperationNumber> operation;  ///< absent: it is about an account or a job
  std::string job;                                 ///< the first one's id; empty: none
  std::string what;
  std::string remedy;
};

/// How long an end that alarms, a failure and a refusal are shown.
inline constexpr core::Duration alarm_shown_for = std::chrono::hours{7 * 24};

/// Of accounts that aren't in the configuration: what is open, and what was asked of them. Nobody carries it out.
store::Result<std::vector<Attention>> attention_to_unconfigured(store::Store& store, const core::Settings& settings);

/// Of one account, what can't go on without a person first.
store::Result<std::vector<Attention>> attention_of(store::Store& store, const core::AccountSettings& account,
                                                   const core::ScheduleSettings& schedule, core::Time now);

}  // namespace lethe::command
