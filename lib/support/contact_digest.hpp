// The short keyed digest of one contact: what the index of erased contacts holds in its place.
//
// 64 bits of HMAC-SHA-256. Among 100,000,000 contacts in an index the chance that a question for another one meets any
// of them by accident is 5e-12; more bits would only make the index larger and tell a thief of the key no less.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "support/digest.hpp"

namespace lethe::support {

class ContactDigest {
 public:
  /// `kind`: what the contact is called by (keys, ids). The same text of another kind is another contact.
  ContactDigest(const DigestKey& key, std::string_view kind);
  ~ContactDigest();
  ContactDigest(const ContactDigest&) = delete;
  ContactDigest& operator=(const ContactDigest&) = delete;
  std::int64_t of(std::string_view contact);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lethe::support
