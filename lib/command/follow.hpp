// Jobs followed to their end, for `submit --wait`, and the recorded transitions as they come, for `log --follow`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "command/failure.hpp"
#include "core/job.hpp"
#include "core/operation.hpp"
#include "store/store.hpp"

namespace lethe::command {

using TransitionSink = std::function<void(const core::Transition&)>;

/// Real time between two looks at the store; a look is one cheap question as long as nothing was written.
inline constexpr std::chrono::milliseconds look_interval{200};

/// Gives every transition of these jobs, from their first, once and in order, until all jobs have ended.
Outcome<void> follow_to_end(store::Store& store, const std::vector<core::JobNumber>& jobs, const TransitionSink& sink);

/// What `log` was asked for, with names resolved. Unknown ones are exit status 3.
struct LogQuestion {
  std::optional<std::string> job;
  std::optional<std::int64_t> operation;
  std::optional<core::Time> since;
};
Outcome<store::TransitionFilter> resolve(store::Store& store, const LogQuestion& question);

/// Gives the recorded transitions, and with `follow` those to come, for ever. The sink returns false to stop.
Outcome<void> read_log(store::Store& store, store::TransitionFilter filter, bool follow,
                       const std::function<bool(const core::Transition&)>& sink);

/// "2026-11-22T08:00:00Z", or how long ago: "24h".
std::optional<core::Time> parse_since(std::string_view text, core::Time now);

}  // namespace lethe::command
