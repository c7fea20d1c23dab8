// What the end of a phase tells about how long phases take: what the histories of core/schedule.hpp are made of.
#pragma once

#include <cstdint>
#include <optional>

#include "core/operation.hpp"
#include "core/schedule.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::core {

/// The phase of an operation that a change of its state ends.
enum class Phase : std::uint8_t { none, suppression, deletion };
/// Suppression ends as suppressed, the background delete as deleted. Other ends, and both at once, tell of neither.
/// An end before the window's is no duration.
Phase phase_ended(const Operation& operation, State next, Time seen);

/// How long the phase took that `next`, seen at `seen`, ends; absent where that can't be told.
///
/// It ended in the blind gap between the last answer (or the phase's first instant) and `seen`: at `stamp`, the cloud's
/// own, where that lies in the gap; else half the gap before `seen`. Taking `seen` itself would let the polls ratchet
/// later and later. Where the history has an end within the gap, the half is at most 15 min, in suppression 7.5: the
/// gap reaches back to where no end was likely. Where it has none there, the end came unexpectedly, and nobody knows
/// how much earlier.
///
/// Nothing is learned from an operation that isn't typical, nor where the gap is longer than the schedule's own wait
/// (longest_wait) by more than a quarter of an hour.
std::optional<Duration> learned(const ScheduleSettings& settings, const Operation& operation, const History& history,
                                State next, Time seen, std::optional<Time> stamp);

}  // namespace lethe::core
