// The erasure of contacts as several short transactions, with the write-ahead log emptied in between.
#pragma once

#include <memory>
#include <vector>

#include "store/sqlite/writer.hpp"

namespace lethe::store::sqlite {

/// Store::erase_contacts.
Written<bool> erase_contacts(std::shared_ptr<Writer> writer, std::vector<core::JobNumber> jobs, core::Time at);

/// What was overwritten is still in the log until its frames have gone over into the database. False: somebody reads
/// what is there.
Written<bool> truncate_log(std::shared_ptr<Writer> writer);

}  // namespace lethe::store::sqlite
