#include "command/known_account.hpp"

#include <fmt/format.h>

namespace lethe::command {

Outcome<const core::AccountSettings*> known_account(const core::Settings& settings, const std::string& name) {
  if (const auto* account = core::find_account(settings, name)) return account;
  return std::unexpected(
      failure(ExitStatus::unknown_name, fmt::format("no account {} in {}", name, settings.file.string())));
}

}  // namespace lethe::command
