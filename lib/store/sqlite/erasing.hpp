// The erasure of contacts as several short transactions, with the write-ahead log emptied in between.
#pragma once

#include <memory>
#include <vector>

#include "store/sqlite/writer.hpp"

namespace lethe::store::sqlite {

/// Store::erase_contacts.
Written<bool> erase_contacts(std::shared_ptr<Writer> writer, std::vector<core::JobNumber> jobs, core::Time at);

}  // namespace lethe::store::sqlite
