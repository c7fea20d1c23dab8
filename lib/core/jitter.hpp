// Chance that is no chance: a hash spreads waits evenly, the same after a restart and in a test.
#pragma once

#include <cstdint>
#include <string_view>

namespace lethe::core {

/// A bijection of 64 bits in which every input bit moves about half of the output bits: a shift folds the high half
/// into the low one, an odd factor carries it back up, twice.
constexpr std::uint64_t scrambled(std::uint64_t bits) {
  bits ^= bits >> 32;
  bits *= 0xd6e8feb86659fd93;
  bits ^= bits >> 32;
  bits *= 0xd6e8feb86659fd93;
  bits ^= bits >> 32;
  return bits;
}

/// Folds a text into a hash, byte by byte.
constexpr std::uint64_t scrambled(std::uint64_t hash, std::string_view text) {
  for (const char byte : text) hash = scrambled(hash ^ static_cast<unsigned char>(byte));
  return hash;
}

/// Evenly in [0, 1).
constexpr double share_of(std::uint64_t hash) {
  constexpr double two_to_53 = 9007199254740992.0;
  return static_cast<double>(hash >> 11) / two_to_53;
}

}  // namespace lethe::core
