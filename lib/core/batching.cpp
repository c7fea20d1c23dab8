#include "core/batching.hpp"

#include <algorithm>
#include <iterator>

namespace lethe::core {

namespace {

/// Bytes of one character in a JSON string as Boost.JSON writes it: short escapes where JSON has them, \u00XX for other
/// control characters, everything else as it is.
std::size_t escaped_size(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '\b':
    case '\f':
    case '\n':
    case '\r':
    case '\t':
      return 2;
    default:
      return static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
  }
}

/// Nothing in it needs an escape, as in nearly every contact.
bool is_plain(std::string_view contact) {
  unsigned odd = 0;
  for (const char c : contact) {
    odd |= static_cast<unsigned>(static_cast<unsigned char>(c) < 0x20) | static_cast<unsigned>(c == '"') |
           static_cast<unsigned>(c == '\\');
  }
  return odd == 0;
}

}  // namespace

std::size_t encoded_size(Selector selector, std::string_view contact) {
  if (selector == Selector::ids) return contact.size();
  if (is_plain(contact)) return contact.size() + 2;
  std::size_t size = 2;
  for (const char c : contact) size += escaped_size(c);
  return size;
}

Batch::Batch(Selector selector, std::int64_t most_contacts, std::size_t envelope)
    : selector_(selector), most_contacts_(std::min(most_contacts, most_contacts_per_operation)), bytes_(envelope) {}

bool Batch::add(std::string_view contact) {
  const bool first = contacts_ == 0;
  const std::size_t comma = first ? 0 : 1;
  const std::size_t bytes = bytes_ + comma + encoded_size(selector_, contact);
  if (!first && (contacts_ >= most_contacts_ || bytes > most_bytes_per_request)) return false;
  bytes_ = bytes;
  ++contacts_;
  return true;
}

bool may_share(const Job& one, const Job& other) {
  return one.selector != Selector::list && one.account == other.account && one.action == other.action &&
         one.selector == other.selector;
}

Gathering::Gathering(Selector selector, std::int64_t most_contacts, std::size_t envelope)
    : batch_(selector, most_contacts, envelope) {}

void Gathering::begin(JobNumber job, std::int64_t first) {
  if (known_.empty()) known_.insert(contacts_.begin(), contacts_.end());
  portions_.push_back({.job = job, .first = first, .count = 0});
}

bool Gathering::add(std::string_view contact) {
  if (!known_.contains(contact)) {
    if (!batch_.add(contact)) return false;
    const std::string& kept = contacts_.emplace_back(contact);
    if (portions_.size() > 1) known_.insert(kept);
  }
  ++portions_.back().count;
  return true;
}

std::vector<Portion> Gathering::portions() const {
  std::vector<Portion> filled;
  std::ranges::copy_if(portions_, std::back_inserter(filled), [](const Portion& portion) { return portion.count > 0; });
  return filled;
}

std::vector<std::string> Gathering::take_contacts() {
  std::vector<std::string> taken(std::make_move_iterator(contacts_.begin()), std::make_move_iterator(contacts_.end()));
  known_.clear();
  contacts_.clear();
  return taken;
}

AfterRefusal after_refusal(std::int64_t jobs, bool unrelated) {
  if (unrelated) return AfterRefusal::pause;
  return jobs > 1 ? AfterRefusal::halve : AfterRefusal::reject;
}

std::int64_t first_half(std::int64_t jobs) {
  return (jobs + 1) / 2;
}

void Packing::add(std::string_view contact) {
  if (batch_.add(contact)) return;
  ++full_;
  full_bytes_ += static_cast<std::int64_t>(batch_.bytes());
  batch_ = empty_;
  batch_.add(contact);
}

std::int64_t Packing::bytes() const {
  return full_bytes_ + (batch_.contacts() > 0 ? static_cast<std::int64_t>(batch_.bytes()) : 0);
}

}  // namespace lethe::core
