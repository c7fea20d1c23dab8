// The sweep: the cloud's list of requests says whom to ask next, so that nobody asks about each operation one by one.
//
// The list is a hint. A row that changed (or is gone) leads to a status call, and that one alone moves the operation.
// The list can't show everything: suppression's end and a restore never, an end only while the list keeps up. So the
// operations that it watches are still asked about themselves, rarely: heartbeats, a witness, a safety net.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/operation.hpp"
#include "core/schedule.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::core {

/// Of operations that the list watches, in the restore window: a restore shows only there.
inline constexpr Duration longest_swept_heartbeat = std::chrono::hours{24 * 3};
/// A list whose rows are older than this shows an end later than the ordinary schedule would.
inline constexpr Duration most_lag_of_list = std::chrono::minutes{15};
/// No two looks are closer together.
inline constexpr Duration shortest_sweep = std::chrono::minutes{1};
/// Among so many reads of the list one is followed by a status call of an operation at risk, each in turn, whatever the
/// list says of it: a list that has stopped telling is found out.
inline constexpr int reads_per_witness = 12;
/// How long a list that can't be relied on is left alone.
inline constexpr Duration sweep_rests_for = std::chrono::hours{24};

/// How long after a look the next one is due, `past_window` being how far past their windows the operations at risk
/// are at the look: when the delay that waiting is expected to cost, over all of them, has reached what a look is
/// worth. That is the price of 1.8 status calls, since each change that it shows costs one more. Never longer than
/// deletion.cap past the first instant at which one of them is likely to end, where they are several two thirds of it;
/// without enough history deletion.cap. `past_window` isn't empty.
Duration sweep_gap(const ScheduleSettings& settings, const Durations& past, const std::vector<Duration>& past_window);

/// Can the list show this operation's end, and has it so far shown nothing but that it is under way?
bool is_swept(const Operation& operation);

/// The next status call of an operation that the list watches, planned at `now`. In suppression the ordinary schedule,
/// where a call has to be worth three and a half times settings.patience and suppression.cap is a third longer: who
/// sweeps wants few calls.
/// In the window heartbeats at most longest_swept_heartbeat apart. Then only the safety net: an hour after the longest
/// duration that is known (without history, after the usual end), and every three hours from then on.
Poll next_swept_poll(const ScheduleSettings& settings, const Operation& operation, const History& history,
                     std::uint64_t instance, Time now, Circumstances circumstances = {});

/// Operation::listed of an operation whose row is not in the list.
inline constexpr std::string_view not_listed = "-";

/// What a row of the list means for an operation that hasn't ended. `listed` is what it said last (empty: it wasn't
/// read yet), `word` what it says now; a row that isn't there says not_listed.
enum class RowNews : std::uint8_t {
  none,
  changed,  ///< ask for its status
  gone,     ///< it isn't there for the second time in a row: the list leaves something out
};
RowNews compare_row(std::string_view listed, std::string_view word);

/// Which of so many operations at risk is to be asked about all the same after the n-th read, counted from 1.
std::optional<std::size_t> witness_of(int reads, std::size_t at_risk);

/// Does the list still show as under way what a status call showed as ended at `ended_at`, though it says it is as of
/// `as_of`? Ends that it has no word for don't count.
bool lags_behind(State state, Time ended_at, std::string_view word, Time as_of);

}  // namespace lethe::core
