// The loads of this process, and those that nobody goes on with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/load_lock.hpp"
#include "store/store.hpp"

namespace lethe::store::sqlite {

class OpenLoads {
 public:
  /// `lock`: nullptr where there is none.
  explicit OpenLoads(std::unique_ptr<LoadLock> lock) : lock_(std::move(lock)) {}

  /// Around begin_load().
  void begin();
  void begun(const Result<LoadNumber>& load);
  /// It was accepted or given up.
  void ended(LoadNumber load);

  /// A load whose process is gone; without a lock, one that nobody has appended to since `before`.
  Result<std::optional<LoadNumber>> dead(Connection& db, core::Time before);

 private:
  Result<std::optional<LoadNumber>> find(Connection& db, core::Time before) const;
  void settle();

  std::unique_ptr<LoadLock> lock_;
  std::set<std::int64_t> numbers_;
  int beginning_ = 0;
};

}  // namespace lethe::store::sqlite
