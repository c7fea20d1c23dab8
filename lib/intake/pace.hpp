// Whether a job can be sent before its not_after, at the pace that its account's settings allow.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/settings.hpp"
#include "core/time.hpp"
#include "intake/job_file.hpp"
#include "store/store.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

/// What a new job of an account waits for.
struct Queue {
  core::Time first;                     ///< when the next operation can leave
  std::int64_t queued_again = 0;        ///< operations that wait once more
  std::vector<store::Waiting> waiting;  ///< what is in no operation yet
};

store::Result<Queue> queue_of(store::Store& store, const core::AccountSettings& account, core::Time now);

/// How many operations go before a new job: what waits of one action and selector leaves together.
std::int64_t operations_ahead(const Queue& queue, const core::AccountSettings& account);

/// The warning of a job that can't be sent in time, unless it accepts warnings. `contacts`, `bytes`: what is to be
/// sent; nothing of a list.
std::optional<support::Fault> check_pace(const JobRequest& request, const core::AccountSettings& account,
                                         const Queue& queue, std::int64_t contacts, std::int64_t bytes, core::Time now);

}  // namespace lethe::intake
