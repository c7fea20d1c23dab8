#include "intake/hash_sieve.hpp"

#include <algorithm>
#include <bit>

namespace lethe::intake {
namespace {

constexpr std::size_t bits_in_block = 512;
constexpr std::size_t bits_for_a_hash = 16;  ///< of the whole sieve; one in some thousands is wrongly held back
constexpr std::size_t most_blocks = std::size_t{32} * 1024 * 1024 * 8 / bits_in_block;
constexpr int marks = 6;
constexpr unsigned mark_bits = 9;  ///< a number below bits_in_block
constexpr unsigned word_bits = 6;  ///< a number below 64

}  // namespace

HashSieve::HashSieve(std::int64_t expected)
    : blocks_(std::min(most_blocks, std::bit_ceil(1 + static_cast<std::size_t>(std::max<std::int64_t>(expected, 0)) *
                                                          bits_for_a_hash / bits_in_block))) {}

bool HashSieve::add(const Hash128& hash) {
  Block& block = blocks_[block_of(hash)];
  std::uint64_t source = hash.low;
  bool all = true;
  for (int i = 0; i < marks; ++i, source >>= mark_bits) {
    std::uint64_t& word = block.words[(source >> word_bits) & 7U];
    const std::uint64_t mark = std::uint64_t{1} << (source & 63U);
    all = all && (word & mark) != 0;
    word |= mark;
  }
  return all;
}

void HashSieve::expect(const Hash128& hash) const {
  __builtin_prefetch(&blocks_[block_of(hash)], 1);
}

HashTable::HashTable(std::size_t most) : most_(most), slots_(std::bit_ceil(most + most / 3 + 1)) {}

std::size_t HashTable::slot_of(const Hash128& hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash.high & mask;
  while (slots_[slot] != Hash128{} && slots_[slot] != hash) slot = (slot + 1) & mask;
  return slot;
}

bool HashTable::insert(const Hash128& hash) {
  Hash128& slot = slots_[slot_of(hash)];
  if (slot == hash) return false;
  slot = hash;
  ++size_;
  return true;
}

std::optional<std::size_t> HashTable::find(const Hash128& hash) const {
  const std::size_t slot = slot_of(hash);
  if (slots_[slot] != hash) return std::nullopt;
  return slot;
}

HashTable HashTable::shrunk() const {
  HashTable small(size_);
  for (const Hash128& hash : slots_) {
    if (hash != Hash128{}) small.insert(hash);
  }
  return small;
}

void HashTable::clear() {
  std::ranges::fill(slots_, Hash128{});
  size_ = 0;
}

}  // namespace lethe::intake
