// A configuration of any text. No exception; each fault is one line and names a line that the text has; what is
// accepted holds at least one account, each with a name and an id of its own and an address that a token may be sent
// to.
#include "config/config.hpp"

#include <set>

#include "config/address.hpp"
#include "fuzz/contract.hpp"

namespace {

using namespace lethe;
using fuzz::require;

void check_settings(const core::Settings& settings) {
  require(!settings.accounts.empty(), "there is an account");
  std::set<std::string> names;
  std::set<std::int64_t> ids;
  for (const auto& account : settings.accounts) {
    require(!account.name.empty() && names.insert(account.name).second, "an account has a name of its own");
    require(account.account_id > 0 && ids.insert(account.account_id).second, "an account has an id of its own");
    require(config::cloud_url(account.auth_url) == account.auth_url, "a token is asked for at the cloud");
    require(!account.rest_url || config::cloud_url(*account.rest_url) == *account.rest_url, "it is sent to the cloud");
    require(account.max_contacts_per_operation > 0 && account.requests_in_flight > 0, "work can be done");
  }
  require(settings.schedule.suppression.cap >= settings.schedule.suppression.first,
          "a cap is no less than the first wait");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::File file;
  const auto text = fuzz::text_of(data, size);
  if (text.contains(fuzz::contact_marker)) return 0;  // it holds no contacts, and what it holds may be quoted
  file.write(text);
  const auto draft = config::draft_config(file.path(), {});
  for (const auto& fault : draft.faults) {
    fuzz::require_line(support::to_line(fault));
    require(fault.line >= 0 && fault.line <= fuzz::lines_of(text), "a fault is in a line of the file");
  }
  if (draft.faults.empty()) check_settings(draft.settings);
  return 0;
}
