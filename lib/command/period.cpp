#include "command/period.hpp"

#include <fmt/format.h>

#include "command/follow.hpp"
#include "command/known_account.hpp"

namespace lethe::command {

std::optional<core::Time> parse_instant(std::string_view text, core::Time now) {
  if (const auto day = core::parse_rfc3339(fmt::format("{}T00:00:00Z", text))) return day;
  return parse_since(text, now);
}

Outcome<Period> parse_period(std::string_view from, std::string_view until, core::Time now) {
  const auto first = parse_instant(from, now);
  const auto last = parse_instant(until, now);
  for (const auto& [name, text, time] : {std::tuple{"--from", from, first}, std::tuple{"--to", until, last}}) {
    if (time) continue;
    return std::unexpected(
        failure(ExitStatus::usage, fmt::format("{}: {} is no day (2026-11-22), no time (2026-11-22T08:00:00Z) and no "
                                               "age (7d)",
                                               name, text)));
  }
  if (*last < *first) {
    return std::unexpected(failure(
        ExitStatus::usage, fmt::format("--to: {} is before --from, {}", core::rfc3339(*last), core::rfc3339(*first))));
  }
  return Period{*first, *last};
}

Outcome<std::vector<core::AccountSettings>> chosen_accounts(const core::Settings& settings,
                                                            const std::optional<std::string>& name) {
  if (!name) return settings.accounts;
  auto account = known_account(settings, *name);
  if (!account) return std::unexpected(std::move(account.error()));
  return std::vector{**account};
}

}  // namespace lethe::command
