// How a store is found, made, checked and cleaned up before anybody reads or writes it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "store/sqlite/claim.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/load_lock.hpp"
#include "store/sqlite/newest_mark.hpp"
#include "store/store.hpp"

namespace lethe::store::sqlite {

/// What was made or read when the store came into being.
struct Meta {
  std::uint64_t instance = 0;
  TimeScale scale;
};

struct Opened {
  std::unique_ptr<Claim> claim;         ///< of a daemon on the machine's file system
  std::unique_ptr<LoadLock> load_lock;  ///< on the machine's file system
  std::unique_ptr<Connection> reads;
  std::unique_ptr<Connection> writes;
  Meta meta;
  std::optional<NewestMark> newest;  ///< on the machine's file system
  std::optional<Restoration> restoration;
};

Result<Opened> open_files(const OpenSettings& settings);

}  // namespace lethe::store::sqlite
