#include "report/journal.hpp"

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include <cstddef>
#include <vector>

#include "report/words.hpp"

namespace lethe::report {
namespace {

/// The syslog priorities that the journal knows.
std::string_view priority(core::LogLevel level) {
  switch (level) {
    case core::LogLevel::debug:
      return "7";
    case core::LogLevel::info:
      return "6";
    case core::LogLevel::warning:
      return "4";
    case core::LogLevel::error:
      return "3";
  }
  return "3";
}

/// The journal takes capital letters, digits and underscores.
std::string field_name(std::string_view name) {
  std::string result = "LETHE_";
  for (const char letter : name) {
    const bool small = letter >= 'a' && letter <= 'z';
    const bool fits = (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
    if (small) {
      result += static_cast<char>(letter - 'a' + 'A');
    } else {
      result += fits ? letter : '_';
    }
  }
  return result;
}

Fields opening(core::LogLevel level, std::string message) {
  Fields fields;
  fields.emplace_back("MESSAGE", std::move(message));
  fields.emplace_back("PRIORITY", priority(level));
  fields.emplace_back("SYSLOG_IDENTIFIER", "lethe");
  return fields;
}

void add(Fields& fields, std::string_view name, std::string_view value) {
  if (!value.empty()) fields.emplace_back(field_name(name), printable(value));
}

}  // namespace

Fields journal_fields(const core::Transition& transition) {
  Fields fields = opening(level_of(transition), transition_words(transition));
  if (transition.seq > 0) add(fields, "seq", fmt::to_string(transition.seq));
  add(fields, "at", core::rfc3339(transition.at));
  add(fields, "account", transition.account);
  for (const std::string& job : transition.jobs) add(fields, "job", job);
  if (transition.operation) add(fields, "operation", fmt::to_string(transition.operation->value));
  if (transition.operation_id) add(fields, "operation_id", fmt::to_string(transition.operation_id->value));
  if (transition.from) add(fields, "from", core::word(*transition.from));
  add(fields, "to", core::word(transition.to));
  add(fields, "status", transition.status);
  add(fields, "background_status", transition.background_status);
  add(fields, "cause", transition.cause);
  add(fields, "hash", transition.hash);
  return fields;
}

Fields journal_fields(core::LogLevel level, std::string_view text, const Fields& fields) {
  Fields result = opening(level, printable(text));
  for (const auto& [name, value] : fields) add(result, name, value);
  return result;
}

bool send_to_journal(const Fields& fields) {
  std::vector<std::string> lines;
  lines.reserve(fields.size());
  for (const auto& [name, value] : fields) lines.push_back(fmt::format("{}={}", name, value));
  std::vector<iovec> parts;
  parts.reserve(lines.size());
  for (std::string& line : lines) parts.push_back({line.data(), line.size()});
  return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) >= 0;
}

bool is_journal_stream(std::string_view variable, int descriptor) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) return false;
  return variable == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

}  // namespace lethe::report
