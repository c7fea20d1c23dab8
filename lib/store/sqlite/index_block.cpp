#include "store/sqlite/index_block.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace lethe::store::sqlite {

namespace {

constexpr std::size_t digest_size = 8;
constexpr std::size_t job_size = 4;
constexpr std::size_t entry_size = digest_size + job_size;
constexpr unsigned bits_per_byte = 8;

void append_number(std::string& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t byte = size; byte-- > 0;) bytes.push_back(static_cast<char>(value >> (byte * bits_per_byte)));
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (const char byte : bytes.substr(at, size)) value = value << bits_per_byte | static_cast<unsigned char>(byte);
  return value;
}

IndexEntry entry_at(std::string_view bytes, std::size_t index) {
  const std::size_t at = index * entry_size;
  return {.digest = static_cast<std::int64_t>(number_at(bytes, at, digest_size)),
          .job = {static_cast<std::int64_t>(number_at(bytes, at + digest_size, job_size))}};
}

/// The first entry that isn't below the digest.
std::size_t lower_bound(std::string_view bytes, std::int64_t digest) {
  std::size_t low = 0;
  std::size_t high = bytes.size() / entry_size;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (entry_at(bytes, middle).digest < digest) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

std::span<const IndexEntry> next_block(std::span<const IndexEntry> entries) {
  std::size_t size = std::min(entries.size(), most_block_entries);
  while (size < entries.size() && entries[size].digest == entries[size - 1].digest) ++size;
  return entries.first(size);
}

std::string encode_block(std::span<const IndexEntry> entries) {
  std::string bytes;
  bytes.reserve(entries.size() * entry_size);
  for (const IndexEntry& entry : entries) {
    if (entry.job.value > std::numeric_limits<std::uint32_t>::max()) {
      throw std::length_error("the index knows four billion jobs and no more");
    }
    append_number(bytes, static_cast<std::uint64_t>(entry.digest), digest_size);
    append_number(bytes, static_cast<std::uint64_t>(entry.job.value), job_size);
  }
  return bytes;
}

std::vector<IndexEntry> decode_block(std::string_view bytes) {
  std::vector<IndexEntry> entries;
  const std::size_t count = bytes.size() / entry_size;
  entries.reserve(count);
  for (std::size_t index = 0; index < count; ++index) entries.push_back(entry_at(bytes, index));
  return entries;
}

std::vector<core::JobNumber> search_block(std::string_view bytes, std::int64_t digest) {
  std::vector<core::JobNumber> jobs;
  const std::size_t count = bytes.size() / entry_size;
  for (std::size_t index = lower_bound(bytes, digest); index < count; ++index) {
    const IndexEntry entry = entry_at(bytes, index);
    if (entry.digest != digest) break;
    jobs.push_back(entry.job);
  }
  return jobs;
}

}  // namespace lethe::store::sqlite
