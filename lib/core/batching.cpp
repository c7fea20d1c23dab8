#include "core/batching.hpp"

#include <algorithm>

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

}  // namespace

std::size_t encoded_size(Selector selector, std::string_view contact) {
  if (selector == Selector::ids) return contact.size();
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

}  // namespace lethe::core
