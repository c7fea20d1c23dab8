// When operations that wait would be submitted and end, for who asks before he submits: pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "core/admission.hpp"
#include "core/operation.hpp"
#include "core/schedule.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::core {

/// How long an operation is assumed to stay in suppression. Nobody documents a duration; it grows with the account.
inline constexpr Duration assumed_suppression = std::chrono::hours{1};

/// How long a job may wait for its submission where it doesn't say itself.
inline constexpr Duration default_job_life = std::chrono::days{7};

/// How many operations contacts of one kind become; `bytes`: about, without what surrounds each in a request. Of lists
/// (`contacts` of them) each is one.
std::int64_t operations_for(const AccountSettings& account, Selector selector, std::int64_t contacts,
                            std::int64_t bytes);

/// When the next operation can leave: the spacing after the last submission is kept, and where suppression is full, one
/// of them has to be through with it.
Time first_submission(const AccountSettings& account, const AccountFacts& facts, Time now);

/// When the operation with `before` others in front of it is submitted, if the first leaves at `first`: submissions are
/// min_time_between_submissions apart, and at most max_operations_in_suppression are in suppression at a time.
Time submission_after(const AccountSettings& account, std::int64_t before, Time first,
                      Duration suppression = assumed_suppression);

/// When an operation submitted then would end: its window (`account_days`: the account's last known one, else 14 days)
/// and what the account's operations take behind it; see expected_end().
Time end_of_submission(Action action, Time submitted, std::optional<int> account_days, const History& history);

}  // namespace lethe::core
