// How contacts lie in a chunk: each with its length in front, in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lethe::store::sqlite {

inline constexpr std::size_t most_chunk_bytes = 64 * 1024;
inline constexpr std::int64_t most_chunk_contacts = 1000;

/// Fills one chunk. A first contact always fits.
class ChunkWriter {
 public:
  /// False: the chunk is full and this contact is not in it.
  bool add(std::string_view contact);
  std::int64_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }
  void clear();

 private:
  std::string bytes_;
  std::int64_t count_ = 0;
};

/// Gives the contacts of a chunk one after the other, as views into it.
class ChunkReader {
 public:
  explicit ChunkReader(std::string_view bytes) : rest_(bytes) {}
  /// Nothing: at the end, or damaged.
  std::optional<std::string_view> next();
  bool damaged() const { return damaged_; }

 private:
  std::string_view rest_;
  bool damaged_ = false;
};

}  // namespace lethe::store::sqlite
