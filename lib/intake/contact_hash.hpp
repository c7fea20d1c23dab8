// A contact in 16 bytes, to find the ones that come again.
//
// The hash is keyed and has 128 bits (SipHash-2-4). Two different contacts with one hash would make the second seem a
// repetition: among the 1,000,000,000 contacts of a very large list the chance of a single such pair is below 2e-21,
// and nobody who writes a list can look for one without the key.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

namespace lethe::intake {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const Hash128&) const = default;
};

using HashKey = std::array<std::uint64_t, 2>;

Hash128 siphash128(const HashKey& key, std::string_view text);

}  // namespace lethe::intake
