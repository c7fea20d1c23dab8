#include "core/settings.hpp"

#include <algorithm>

namespace lethe::core {

const AccountSettings* find_account(const Settings& settings, std::string_view name) {
  const auto found = std::ranges::find(settings.accounts, name, &AccountSettings::name);
  return found == settings.accounts.end() ? nullptr : &*found;
}

}  // namespace lethe::core
