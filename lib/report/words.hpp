// The pieces of a log line: what may stand in it, and how loud a transition is.
#pragma once

#include <string>
#include <string_view>

#include "core/operation.hpp"
#include "core/settings.hpp"

namespace lethe::report {

enum class Controls : std::uint8_t {
  escape,  ///< for lines of text
  keep,    ///< for JSON, whose writer escapes those below U+0020 itself
};

/// Text that can't forge a line or steer a terminal: control characters, direction marks, line separators and bytes
/// that are no UTF-8 are written as "\x0a" or "\u202e".
std::string printable(std::string_view text, Controls controls = Controls::escape);

std::string_view word(core::LogLevel level);

/// Error for what alarms, warning for what ended otherwise than asked or waits for a person, else info.
core::LogLevel level_of(const core::Transition& transition);

/// transition_text without the time.
std::string transition_words(const core::Transition& transition);

}  // namespace lethe::report
