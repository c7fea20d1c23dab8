// A job file of any text. No exception; each fault is one line, quotes no contact and names a line that the text has;
// what is accepted fulfils the rules for requests and contacts, and keys that are written again read the same.
#include "intake/job_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/contract.hpp"
#include "intake/contact_rules.hpp"

namespace {

using namespace lethe;
using fuzz::require;

const core::Settings& settings() {
  static const core::Settings one_account = [] {
    core::Settings made;
    made.accounts.emplace_back().name = "acme";
    return made;
  }();
  return one_account;
}

void check_faults(const std::vector<support::Fault>& faults, std::string_view text) {
  require(!faults.empty(), "a refusal says why");
  for (const auto& fault : faults) {
    fuzz::require_line(support::to_line(fault));
    require(fault.line >= 0 && fault.line <= fuzz::lines_of(text), "a fault is in a line of the file");
  }
}

std::string written(const intake::JobRequest& request) {
  std::string text = "account = \"acme\"\naccept_warnings = true\nkeys = [";
  for (const auto& contact : request.contacts.inline_contacts) {
    text += '"';
    for (const char c : contact) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < ' ' || byte == 127 || c == '"' || c == '\\') {
        text += fmt::format("\\u{:04x}", byte);
      } else {
        text += c;
      }
    }
    text += "\",\n";
  }
  return text + "]\n";
}

void check_request(const intake::JobRequest& request) {
  require(intake::check_request(request, settings()).empty(), "what is accepted fulfils the rules");
  const auto& contacts = request.contacts.inline_contacts;
  require(contacts.size() == request.contacts.inline_lines.size(), "each contact has its line");
  for (const auto& contact : contacts) {
    require(!intake::check_contact(contact, request.selector, request.accept_warnings), "a contact fulfils the rules");
  }
  if (request.selector != core::Selector::keys || contacts.empty()) return;
  const auto again = intake::parse_job(written(request), "/jobs/again.toml", settings());
  require(again && again->contacts.inline_contacts == contacts, "keys that are written again read the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto request = intake::parse_job(text, "/jobs/job.toml", settings());
  if (request) {
    check_request(*request);
  } else {
    check_faults(request.error(), text);
  }
  return 0;
}
