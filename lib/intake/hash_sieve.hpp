// Which hashes may have come before, and which certainly did, in bounded memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "intake/contact_hash.hpp"

namespace lethe::intake {

/// Says of a hash that it is new, or that it may have come before (a Bloom filter whose bits of one hash lie in one
/// cache line). What came before is always said to.
class HashSieve {
 public:
  /// For about so many hashes, but within 32 MiB: beyond 20,000,000 it errs more and more often.
  explicit HashSieve(std::int64_t expected);
  /// True: it may have come before.
  bool add(const Hash128& hash);
  /// Said some dozens of hashes ahead of add(), which then needn't wait for the memory.
  void expect(const Hash128& hash) const;

 private:
  struct alignas(64) Block {
    std::array<std::uint64_t, 8> words{};
  };
  std::size_t block_of(const Hash128& hash) const { return hash.high & (blocks_.size() - 1); }

  std::vector<Block> blocks_;
};

/// A set of at most so many hashes in one piece of memory of less than 43 bytes a hash.
class HashTable {
 public:
  explicit HashTable(std::size_t most);
  /// True: it is new. Not to be called on a full one.
  bool insert(const Hash128& hash);
  /// The place of a hash, below places().
  std::optional<std::size_t> find(const Hash128& hash) const;
  std::size_t places() const { return slots_.size(); }
  std::size_t size() const { return size_; }
  bool full() const { return size_ == most_; }
  /// The same hashes in as little memory as they need, which is faster to look into.
  HashTable shrunk() const;
  void clear();

 private:
  /// Where the hash is, or would be.
  std::size_t slot_of(const Hash128& hash) const;

  std::size_t most_;
  std::size_t size_ = 0;
  std::vector<Hash128> slots_;  ///< a slot of zeros is free: no text is known that hashes to it
};

}  // namespace lethe::intake
