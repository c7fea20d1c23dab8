#include "report/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace lethe::report {
namespace {

constexpr std::size_t most_jobs_named = 3;

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  ///< 0: no UTF-8 begins here
};

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

Character character_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80U) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U || text.size() < bytes) return {};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text[i])) return {};
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {};
  return {code, bytes};
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

bool misleads(char32_t code) {
  return code == 0x2028 || code == 0x2029 || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

std::string names(const core::Transition& transition) {
  const std::size_t shown = std::min(transition.jobs.size(), most_jobs_named);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += ", ";
    text += printable(transition.jobs[i]);
  }
  const std::int64_t more = transition.jobs_total - static_cast<std::int64_t>(shown);
  if (more > 0) text += fmt::format(" +{}", more);
  return text;
}

}  // namespace

std::string printable(std::string_view text, Controls controls) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character next = character_at(text);
    const bool kept_control = controls == Controls::keep && next.code < 0x20;
    if (next.bytes == 0) {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(text.front()));
    } else if (is_control(next.code) && !kept_control) {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<std::uint32_t>(next.code));
    } else if (misleads(next.code)) {
      fmt::format_to(std::back_inserter(result), "\\u{:04x}", static_cast<std::uint32_t>(next.code));
    } else {
      result += text.substr(0, next.bytes);
    }
    text.remove_prefix(std::max<std::size_t>(next.bytes, 1));
  }
  return result;
}

std::string_view word(core::LogLevel level) {
  switch (level) {
    case core::LogLevel::debug:
      return "debug";
    case core::LogLevel::info:
      return "info";
    case core::LogLevel::warning:
      return "warning";
    case core::LogLevel::error:
      return "error";
  }
  return "error";
}

core::LogLevel level_of(const core::Transition& transition) {
  if (core::is_alarm(transition.to)) return core::LogLevel::error;
  switch (transition.to) {
    case core::State::unconfirmed:
    case core::State::needs_operator:
    case core::State::deleted_with_errors:
    case core::State::invalid:
    case core::State::failed:
    case core::State::rejected:
    case core::State::expired:
      return core::LogLevel::warning;
    default:
      return core::LogLevel::info;
  }
}

std::string transition_words(const core::Transition& transition) {
  std::string text = printable(transition.account);
  if (!transition.jobs.empty()) text += fmt::format(": {}", names(transition));
  if (transition.operation) text += fmt::format(": operation {}", transition.operation->value);
  if (transition.operation_id) text += fmt::format(" (operationID {})", transition.operation_id->value);
  text += ": ";
  if (transition.from) text += fmt::format("{} -> ", core::word(*transition.from));
  text += core::word(transition.to);
  if (!transition.status.empty()) text += fmt::format("; status {}", printable(transition.status));
  if (!transition.background_status.empty()) {
    text += fmt::format("; background {}", printable(transition.background_status));
  }
  if (!transition.cause.empty()) text += fmt::format("; {}", printable(transition.cause));
  return text;
}

}  // namespace lethe::report
