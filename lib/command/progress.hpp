// How far the reading of a long list is, as one line of a terminal that is written over and over.
#pragma once

#include <chrono>
#include <optional>
#include <ostream>
#include <string>

#include "intake/intake.hpp"

namespace lethe::command {

/// "checking: 12,400,000 contacts read, 5,200,000 a second"
std::string progress_text(const intake::Progress& progress, std::chrono::duration<double> taken);

class ProgressLine {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// `out`: nullptr where nobody looks, as when stderr is no terminal.
  explicit ProgressLine(std::ostream* out) : out_(out) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// A short list is over before it is worth a line; later a line comes some times a second.
  void show(const intake::Progress& progress, Instant now);
  /// Leaves the line empty, for what is printed next.
  void clear();

 private:
  std::ostream* out_;
  std::optional<intake::Progress::Stage> stage_;
  Instant began_;
  Instant shown_;
  bool visible_ = false;
};

}  // namespace lethe::command
