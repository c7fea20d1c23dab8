// The text of `lethe simulate --faults`: which call meets which fault, how often, and when.
//
//   SPEC  = RULE, RULE, …                      the first rule that applies to a call decides
//   RULE  = CALL:FAULT [@PROBABILITY] [*TIMES] [+FROM[-UNTIL]]      the three suffixes in any order
//   CALL  = any, token, submit, status, lists, requests, operations, retry, settings
//   FAULT = reset_before, reset_after, … (fault_words() has all; '-' may stand for '_')
//
// PROBABILITY is above 0 and at most 1 (without it: every call); TIMES counts faults (without it: no limit); FROM and
// UNTIL are durations such as "30m" or "2d" of simulated time since the start.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "simulator/cloud_model.hpp"

namespace lethe::simulator {

/// An example that uses everything.
inline constexpr std::string_view fault_spec_example =
    "status:throttled@0.1,submit:reset_after*1,any:server_error@0.05+2d-4d";

/// As a SPEC spells them, in the order of the enumerations.
std::vector<std::string> call_words();
std::vector<std::string> fault_words();
/// What a user reads: "reset_after".
std::string_view word(FaultRule::Fault fault);

/// The rules of a SPEC for a simulation that begins at `start`. The error is one line: the position (the number of the
/// character, from 1), what stands there, what is allowed and the word that may have been meant.
std::expected<std::vector<FaultRule>, std::string> parse_fault_spec(std::string_view spec, core::Time start);

}  // namespace lethe::simulator
