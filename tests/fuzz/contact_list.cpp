// A list of contacts: after a first byte that says how it is to be read (bit 0: ids, bit 1: a CSV with the column "k",
// bit 2: doubts are accepted), any bytes. No exception; a fault is one line, quotes no contact and names a line that
// the list has; what is read are valid contacts, no more than were announced; written again as a CSV they read the
// same.
#include "intake/contact_list.hpp"

#include <vector>

#include "fuzz/contract.hpp"
#include "intake/contact_rules.hpp"

namespace {

using namespace lethe;
using fuzz::require;

struct Read {
  std::vector<std::string> contacts;
  std::optional<support::Fault> fault;
};

Read read(const fuzz::File& file, std::string_view text, core::Selector selector, bool csv, bool accept) {
  file.write(text);
  intake::JobRequest request;
  request.selector = selector;
  request.contacts.file = file.path();
  request.accept_warnings = accept;
  if (csv) request.contacts.column = "k";
  const auto reader = intake::open_contacts(request, std::nullopt);
  require(reader.has_value(), "a file that is there can be opened");
  Read result;
  while (true) {
    const auto contact = (*reader)->next();
    if (!contact) result.fault = contact.error();
    if (!contact || !*contact) break;
    require(!intake::check_contact(**contact, selector, accept), "a contact fulfils the rules");
    result.contacts.emplace_back(**contact);
    require(std::ssize(result.contacts) <= (*reader)->at_most(), "no more contacts than were announced");
  }
  return result;
}

std::string as_csv(const std::vector<std::string>& contacts) {
  std::string text = "\"other\",\"k\"\r\n";
  for (const auto& contact : contacts) {
    text += "x,\"";
    for (const char c : contact) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    text += "\"\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const fuzz::File file;
  const auto selector = (data[0] & 1U) != 0 ? core::Selector::ids : core::Selector::keys;
  const bool accept = (data[0] & 4U) != 0;
  const auto text = fuzz::text_of(data + 1, size - 1);
  const auto first = read(file, text, selector, (data[0] & 2U) != 0, accept);
  if (first.fault) {
    fuzz::require_line(support::to_line(*first.fault));
    require(first.fault->line >= 0 && first.fault->line <= fuzz::lines_of(text), "a fault is in a line of the list");
  }
  const auto again = read(file, as_csv(first.contacts), selector, true, accept);
  require(!again.fault && again.contacts == first.contacts, "contacts that are written again read the same");
  return 0;
}
