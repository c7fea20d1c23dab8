#include "support/fault.hpp"

#include <algorithm>

namespace lethe::support {

namespace {

std::string place(const Fault& fault) {
  std::string text = fault.file.string();
  if (fault.line > 0) {
    text += text.empty() ? "line " : ":";
    text += std::to_string(fault.line);
    if (fault.column > 0) text += ":" + std::to_string(fault.column);
  }
  return text;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

std::string to_line(const Fault& fault) {
  std::string line = place(fault);
  if (!line.empty()) line += ": ";
  if (!fault.key.empty()) line += fault.key + ": ";
  line += fault.what;
  if (!fault.remedy.empty()) line += "; " + fault.remedy;
  // Names of files and keys come from outside, and a line break in one would make two lines of this one.
  std::ranges::replace_if(line, is_control, '?');
  return line;
}

}  // namespace lethe::support
