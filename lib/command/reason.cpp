#include "command/reason.hpp"

#include <fmt/format.h>

#include "core/job.hpp"
#include "report/words.hpp"

namespace lethe::command {
namespace {

bool names_an_address(std::string_view text) {
  constexpr std::string_view between = " ,;:<>()[]\"'";
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(between), text.size());
    if (core::looks_like_email(text.substr(0, end))) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

Outcome<void> refuse(std::string_view what) {
  return std::unexpected(failure(ExitStatus::usage, fmt::format("--why: {}", what)));
}

}  // namespace

Outcome<void> check_reason(std::string_view why) {
  if (why.size() > longest_reason) {
    return refuse(fmt::format("has {} bytes; say it in at most {}", why.size(), longest_reason));
  }
  if (report::printable(why) != why) return refuse("has control characters; give one line of plain text");
  if (names_an_address(why)) {
    return refuse("holds what looks like an e-mail address; it stays in the log, so name no contact in it");
  }
  return {};
}

std::string by_a_person(std::string_view what, std::string_view why) {
  return why.empty() ? fmt::format("{} by a person", what) : fmt::format("{} by a person: {}", what, why);
}

}  // namespace lethe::command
