// The body of a submission, for any contacts that the intake takes (one a line; the first byte odd: ids). It is JSON,
// and read again it holds these contacts and nothing else; core counted its bytes beforehand, to the byte.
#include <vector>

#include "cloud/json_tree.hpp"
#include "cloud/messages.hpp"
#include "core/batching.hpp"
#include "fuzz/contract.hpp"
#include "intake/contact_rules.hpp"

namespace {

using namespace lethe;
using fuzz::require;

std::vector<std::string> contacts_of(std::string_view text, core::Selector selector) {
  std::vector<std::string> contacts;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!intake::check_contact(line, selector, true)) contacts.emplace_back(line);
  }
  return contacts;
}

bool holds(const cloud::json::Node& value, const std::string& contact, core::Selector selector) {
  if (selector == core::Selector::ids) {
    const auto* number = std::get_if<std::int64_t>(&value.value);
    return number != nullptr && std::to_string(*number) == contact;
  }
  return value.text() != nullptr && *value.text() == contact;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  cloud::Submission submission;
  submission.selector = (data[0] & 1U) != 0 ? core::Selector::ids : core::Selector::keys;
  submission.contacts = contacts_of(fuzz::text_of(data + 1, size - 1), submission.selector);
  const std::string body = cloud::submission_body(submission);

  const auto tree = cloud::json::parse(body);
  require(tree.has_value(), "the body is JSON");
  const auto* values = cloud::json::find(*tree, "values");
  require(values != nullptr && values->array() != nullptr, "the body has an array of values");
  require(values->array()->size() == submission.contacts.size(), "each contact is there once");
  for (std::size_t each = 0; each < submission.contacts.size(); ++each) {
    require(holds(values->array()->at(each), submission.contacts[each], submission.selector),
            "a contact stays as it is");
  }

  core::Batch batch(submission.selector, core::most_contacts_per_operation,
                    cloud::submission_envelope(submission.action, submission.selector));
  for (const auto& contact : submission.contacts) require(batch.add(contact), "so few contacts fit");
  require(batch.bytes() == body.size(), "the bytes were counted beforehand");
  return 0;
}
