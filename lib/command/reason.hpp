// A person's --why: it stays in the log, in the store and in evidence.
#pragma once

#include <string>
#include <string_view>

#include "command/failure.hpp"

namespace lethe::command {

/// In bytes.
inline constexpr std::size_t longest_reason = 500;

/// Refused (exit status 2): too long, more than one line or with characters that steer a terminal, or with what looks
/// like an e-mail address, since it is kept when the contacts are erased.
Outcome<void> check_reason(std::string_view why);

/// The cause to record: "cancelled by a person: WHY".
std::string by_a_person(std::string_view what, std::string_view why);

}  // namespace lethe::command
