// How much an account may ask of the cloud: the day's budget of requests, the calls under way at once, and the pace of
// polls. The only place that decides whether a call may start now, and if not, until when it waits and why.
//
// The budget is requests_per_day by UTC day. Every HTTP request counts, those for tokens and those of commands too.
// Calls have an order: reconcile, submit, flip, heartbeat. Polls (the last two, lists for them included) leave 5 % of
// the day to the first two. A call may need more requests than one (a token, the call, after a 401 both again), so that
// many are set aside for each call that is under way, as far as the budget is large enough for it; may_request() is the
// hard limit that no single request passes.
//
// Polls go at a pace, so that whatever has become due at once (a restart after downtime with 10,000 of them) never eats
// up the day. An allowance grows by what is left of the day's budget for polls over what is left of the day, and never
// beyond an hour's share of it (at least one poll); each poll takes one of it. It begins full. Beside that no more than
// requests_in_flight polls start in a second, evenly spread. Among what is due the caller starts the longest due first,
// flips before heartbeats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operation.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::core {

/// What a call is for, the most urgent first.
enum class CallClass : std::uint8_t {
  reconcile,  ///< finds out what became of a lost submission
  submit,     ///< a submission, or what a person wished for
  flip,       ///< a poll while a change is expected: in suppression, and after the restore window
  heartbeat,  ///< a poll while the restore window is open
};

/// Of a status call for this operation, or of the look for it in the cloud's lists.
CallClass class_of(const Operation& operation, Time now);

/// What was used of the budget so far.
struct Spending {
  std::int64_t day = 0;       ///< in UTC, days since 1970, that `requests` counts; of another day nothing is used
  std::int64_t requests = 0;  ///< tokens and commands included
  int calls = 0;              ///< under way
};

/// Where the pace of polls stands. A new one has its allowance full.
struct Pace {
  double allowance = 0;
  std::optional<Time> filled_at;   ///< absent: full
  std::optional<Time> last_start;  ///< of a poll
};

/// May a call start now?
struct Leave {
  enum class Hindrance : std::uint8_t { none, in_flight, budget, pace } hindrance = Hindrance::none;
  std::optional<Time> not_before;  ///< absent where another call has to end first
  std::string why;                 ///< empty when it may

  bool go() const { return hindrance == Hindrance::none; }
};

Leave may_start(const AccountSettings& settings, const Spending& spending, const Pace& pace, CallClass wanted,
                Time now);

/// The call starts: what it takes of the pace.
Pace after_start(const AccountSettings& settings, const Spending& spending, Pace pace, CallClass wanted, Time now);

/// The hard limit: whether one more request for such a call fits into the day.
bool may_request(const AccountSettings& settings, const Spending& spending, CallClass wanted, Time now);

/// What the day still holds for polls, and how far apart they go at that pace; nothing: none today.
std::optional<Duration> time_between_polls(const AccountSettings& settings, const Spending& spending, Time now);

}  // namespace lethe::core
