// Which contacts of a list came before, in 16 bytes each.
//
// A contact is known by a keyed hash of 128 bits (SipHash-2-4). Two different contacts with one hash would make the
// second seem a duplicate: among the 1,000,000,000 contacts of a very large list the chance of a single such pair is
// below 2e-21, and nobody who writes a list can look for one without the key.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace lethe::intake {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const Hash128&) const = default;
};

using HashKey = std::array<std::uint64_t, 2>;

Hash128 siphash128(const HashKey& key, std::string_view text);

class SeenContacts {
 public:
  explicit SeenContacts(const HashKey& key) : key_(key) {}
  /// True the first time.
  bool add(std::string_view contact) { return seen_.insert(siphash128(key_, contact)).second; }

 private:
  struct Fold {
    std::size_t operator()(const Hash128& hash) const { return hash.low; }
  };
  HashKey key_;
  std::unordered_set<Hash128, Fold> seen_;
};

}  // namespace lethe::intake
