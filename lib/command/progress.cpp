#include "command/progress.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace lethe::command {
namespace {

constexpr std::chrono::milliseconds patience{700};
constexpr std::chrono::milliseconds interval{200};

/// 12400000 -> "12,400,000"
std::string grouped(std::int64_t number) {
  constexpr std::size_t group = 3;
  std::string text = fmt::format("{}", number);
  for (std::size_t at = text.size(); at > group; at -= group) text.insert(at - group, 1, ',');
  return text;
}

}  // namespace

std::string progress_text(const intake::Progress& progress, std::chrono::duration<double> taken) {
  const bool checking = progress.stage == intake::Progress::Stage::checking;
  const double rate = taken.count() > 0 ? static_cast<double>(progress.contacts) / taken.count() : 0;
  return fmt::format("{}: {} contacts{}, {} a second", checking ? "checking" : "loading", grouped(progress.contacts),
                     checking ? " read" : "", grouped(static_cast<std::int64_t>(rate)));
}

void ProgressLine::show(const intake::Progress& progress, Instant now) {
  if (out_ == nullptr) return;
  const bool fresh = stage_ != progress.stage;
  if (fresh) {
    stage_ = progress.stage;
    began_ = now;
  }
  if (!visible_ && now - began_ < patience) return;
  if (visible_ && now - shown_ < interval) return;
  shown_ = now;
  visible_ = true;
  *out_ << "\r" << progress_text(progress, now - began_) << "\x1b[K" << std::flush;
}

void ProgressLine::clear() {
  if (!visible_) return;
  visible_ = false;
  *out_ << "\r\x1b[K" << std::flush;
}

}  // namespace lethe::command
