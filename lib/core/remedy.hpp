// What a person may do about an operation, and how a retry goes on: pure decisions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operation.hpp"
#include "core/schedule.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::core {

// Each says why it may not be, with the state and what to do instead; nothing: it may be.
std::optional<std::string> why_no_retry(const Operation& operation);
std::optional<std::string> why_no_adoption(const Operation& operation);
std::optional<std::string> why_no_resubmission(const Operation& operation);
std::optional<std::string> why_no_giving_up(const Operation& operation, const History& history,
                                            const ScheduleSettings& settings, Time now);

/// What the cloud's answer says about an operation that is to be retried.
enum class RetryStep : std::uint8_t {
  ask,        ///< it stands as it failed: the retry is to be posted
  under_way,  ///< it was restarted already: a retry was posted and its reply or its record lost
  unclear,    ///< the answer is not about this operation
};
RetryStep next_step(const Operation& operation, const Observation& observation);

/// The operation as it is recorded with its retry. Asked for: what the cloud says now is the old verdict.
Operation retried(Operation operation, RetryStep step, const Observation& seen, Time at);

}  // namespace lethe::core
