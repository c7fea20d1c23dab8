// The index of an operation or of a job's rest, written in short transactions and complete with the last one.
#pragma once

#include <memory>
#include <vector>

#include "store/sqlite/writer.hpp"

namespace lethe::store::sqlite {

/// Store::keep_index. What an earlier try left of it is replaced.
Written<void> keep_index(std::shared_ptr<Writer> writer, IndexOwner owner, std::vector<IndexEntry> entries,
                         std::vector<OverlapFound> overlaps);

}  // namespace lethe::store::sqlite
