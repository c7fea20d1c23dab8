// The log: one line for each transition, and what operators must know beside; in proportion to transitions, not to
// polls.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/operation.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::report {

/// {seq, at, jobs, jobs_total, account, operation, operation_id, from, to, status, background_status, cause, polls,
/// hash}: as `lethe log` prints it.
std::string transition_json(const core::Transition& transition);
/// One line for people: time, job(s), operation, from -> to, the cloud's words, cause.
std::string transition_text(const core::Transition& transition);

using Fields = std::vector<std::pair<std::string, std::string>>;

class Log {
 public:
  virtual ~Log() = default;
  /// Written as a warning where the new state alarms, else as info.
  virtual void transition(const core::Transition& transition) = 0;
  /// A line of its own: `fields` name account, operation, job and the like. Never a secret, a token or a contact.
  virtual void message(core::LogLevel level, std::string_view text, const Fields& fields = {}) = 0;
  /// The least important events that are written from here on.
  virtual void set_level(core::LogLevel level) = 0;
};

/// `now` gives the time of messages. `automatic`: journal fields under systemd ($JOURNAL_STREAM is stderr), text on a
/// terminal, JSON lines else.
std::unique_ptr<Log> make_log(std::ostream& out, core::LogFormat format, core::LogLevel level,
                              std::function<core::Time()> now);
/// Resolves `automatic` by what stderr is.
core::LogFormat resolve(core::LogFormat format);

}  // namespace lethe::report
