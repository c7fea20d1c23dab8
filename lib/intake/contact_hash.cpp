#include "intake/contact_hash.hpp"

#include <bit>

namespace lethe::intake {
namespace {

/// Eight bytes as a number, the first the least; fewer are filled with zeros.
std::uint64_t word_of(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) word = (word << 8U) | static_cast<unsigned char>(bytes[i - 1]);
  return word;
}

/// Of the first eight bytes; there are as many.
std::uint64_t whole_word(std::string_view bytes) {
  std::uint64_t word = 0;
  bytes.copy(reinterpret_cast<char*>(&word), sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

struct SipState {
  std::uint64_t a, b, c, d;

  void round() {
    a += b;
    b = std::rotl(b, 13) ^ a;
    a = std::rotl(a, 32);
    c += d;
    d = std::rotl(d, 16) ^ c;
    a += d;
    d = std::rotl(d, 21) ^ a;
    c += b;
    b = std::rotl(b, 17) ^ c;
    c = std::rotl(c, 32);
  }

  void absorb(std::uint64_t word) {
    d ^= word;
    round();
    round();
    a ^= word;
  }

  std::uint64_t squeeze() {
    for (int i = 0; i < 4; ++i) round();
    return a ^ b ^ c ^ d;
  }
};

}  // namespace

// "SipHash: a fast short-input PRF" (Aumasson, Bernstein), in its variant of 128 bits.
Hash128 siphash128(const HashKey& key, std::string_view text) {
  SipState state{key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU ^ 0xeeU, key[0] ^ 0x6c7967656e657261U,
                 key[1] ^ 0x7465646279746573U};
  const auto length = static_cast<std::uint64_t>(text.size());
  for (; text.size() >= 8; text.remove_prefix(8)) state.absorb(whole_word(text));
  state.absorb(word_of(text) | (length << 56U));
  state.c ^= 0xeeU;
  const std::uint64_t low = state.squeeze();
  state.b ^= 0xddU;
  return {low, state.squeeze()};
}

}  // namespace lethe::intake
