#include "store/sqlite/open_loads.hpp"

#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

void OpenLoads::begin() {
  ++beginning_;
  if (lock_) lock_->share();
}

void OpenLoads::begun(const Result<LoadNumber>& load) {
  --beginning_;
  if (load) numbers_.insert(load->value);
  settle();
}

void OpenLoads::ended(LoadNumber load) {
  numbers_.erase(load.value);
  settle();
}

void OpenLoads::settle() {
  if (!lock_) return;
  if (numbers_.empty() && beginning_ == 0) {
    lock_->release();
  } else {
    lock_->share();
  }
}

Result<std::optional<LoadNumber>> OpenLoads::dead(Connection& db, core::Time before) {
  // One that is just being written is in the store before its number is known here.
  if (beginning_ > 0) return std::nullopt;
  const bool alone = lock_ && lock_->alone();
  auto found = find(db, alone ? core::Time::max() : before);
  settle();
  return found;
}

Result<std::optional<LoadNumber>> OpenLoads::find(Connection& db, core::Time before) const {
  Statement query(db, "SELECT number FROM load WHERE touched_at < ?1 ORDER BY number", before);
  std::optional<LoadNumber> found;
  while (!found && query.next()) {
    if (!numbers_.contains(query.integer(0))) found = LoadNumber{query.integer(0)};
  }
  if (query.failed()) return std::unexpected(query.failure());
  return found;
}

}  // namespace lethe::store::sqlite
