// The demo as a picture of text that a terminal shows again and again. Pure: no clock, no terminal, no store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/operation.hpp"

namespace lethe::command {

/// A job and the instants at which its phases began, as far as they have.
struct DemoRow {
  std::string id;
  core::State state = core::State::queued;
  core::Time queued;
  std::optional<core::Time> accepted;    ///< by the cloud: suppression begins
  std::optional<core::Time> suppressed;  ///< the restore window goes on, or the background delete begins
  std::optional<core::Time> window_end;  ///< as soon as it is known; absent for what has no window
  std::optional<core::Time> ended;
  std::int64_t polls = 0;
};

/// The time in which an operation is worth asking about: from its acceptance to its true end.
struct Outstanding {
  core::Time from;
  std::optional<core::Time> until;
};

struct DemoView {
  std::string title;
  core::Time begin;
  core::Time horizon;  ///< the right edge of the bars, moved on when `now` passes it
  double time_scale = 1;
  std::vector<DemoRow> rows;
  std::vector<Outstanding> operations;
  std::int64_t calls = 0;         ///< every request that reached the cloud
  std::vector<std::string> news;  ///< the latest steps in words, oldest first
};

/// What the terminal can show.
struct DemoLook {
  bool utf8 = false;    ///< blocks and lines instead of ASCII
  bool colour = false;  ///< SGR sequences, which take no columns
};

/// The status calls of a poller that asks about each operation every 30 s after its acceptance, until the answer that
/// tells it the end.
std::int64_t fixed_poller_calls(const std::vector<Outstanding>& operations, core::Time now);

/// "day 3 14:05", the first day being 1.
std::string simulated_time(core::Time begin, core::Time at);

/// Lines, each ending with a newline and none wider than `width` columns.
std::string draw(const DemoView& view, std::size_t width, core::Time now, DemoLook look);

}  // namespace lethe::command
