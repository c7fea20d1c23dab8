// How digests lie in a block of the index: records of 12 bytes, sorted, so that a search halves its way to one.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace lethe::store::sqlite {

/// About 96 KiB: small enough to be read for one search.
inline constexpr std::size_t most_block_entries = 8192;

/// The beginning of `entries` (sorted, not empty) that makes the next block. Equal digests stay together, so that a
/// search needs to look at one block alone.
std::span<const IndexEntry> next_block(std::span<const IndexEntry> entries);

std::string encode_block(std::span<const IndexEntry> entries);
std::vector<IndexEntry> decode_block(std::string_view bytes);
/// The jobs that the block names for this digest.
std::vector<core::JobNumber> search_block(std::string_view bytes, std::int64_t digest);

}  // namespace lethe::store::sqlite
