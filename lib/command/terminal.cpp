#include "command/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

namespace lethe::command {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

bool on_a_terminal() {
  const auto kind = environment("TERM");
  return isatty(STDOUT_FILENO) == 1 && !kind.empty() && kind != "dumb";
}

DemoLook look_of_terminal() {
  std::string locale;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    locale = environment(name);
    if (!locale.empty()) break;
  }
  std::ranges::transform(locale, locale.begin(), [](unsigned char letter) { return std::tolower(letter); });
  const bool utf8 = locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  return {utf8, environment("NO_COLOR").empty()};
}

Terminal::Terminal(std::ostream& out) : out_(out) {
  enter();
}

Terminal::~Terminal() {
  leave();
}

Terminal::Size Terminal::size() {
  winsize told{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &told) != 0 || told.ws_col == 0 || told.ws_row == 0) return {};
  return {told.ws_col, told.ws_row};
}

void Terminal::show(const std::string& frame) {
  if (!taken_) return;
  const auto rows = size().rows;
  std::string text = "\x1b[H";
  std::size_t at = 0;
  for (std::size_t row = 0; row < rows && at < frame.size(); ++row) {
    const auto end = std::min(frame.find('\n', at), frame.size());
    if (row > 0) text += "\r\n";
    text.append(frame, at, end - at);
    text += "\x1b[K";
    at = end + 1;
  }
  out_ << text << "\x1b[J" << std::flush;
}

void Terminal::leave() {
  if (!taken_) return;
  taken_ = false;
  out_ << "\x1b[0m\x1b[?25h\x1b[?1049l" << std::flush;
}

void Terminal::enter() {
  if (taken_) return;
  taken_ = true;
  out_ << "\x1b[?1049h\x1b[?25l\x1b[2J" << std::flush;
}

}  // namespace lethe::command
