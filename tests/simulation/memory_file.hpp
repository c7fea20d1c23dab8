// What a file in memory is: contents that a crash may take back, and the locks that SQLite's connections hold on it.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lethe::simulation {

/// A write, or a truncation.
struct Change {
  std::int64_t offset = 0;
  std::optional<std::string> bytes;  ///< absent: the file ends at `offset` now

  void carry_out(std::string& content) const {
    const auto begin = static_cast<std::size_t>(offset);
    if (!bytes) {
      content.resize(std::min(begin, content.size()));
      return;
    }
    content.resize(std::max(content.size(), begin + bytes->size()));
    content.replace(begin, bytes->size(), *bytes);
  }
};

/// Remembers beside what is read now what the last sync left behind.
class Content {
 public:
  Content() = default;
  /// Synced.
  explicit Content(std::string bytes) : current_(bytes), synced_(std::move(bytes)) {}

  const std::string& current() const { return current_; }
  const std::string& synced() const { return synced_; }
  /// What a power failure leaves if each unsynced change reached the disk or didn't, whatever those before it did.
  std::string with_some(std::mt19937_64& random) const {
    std::string content = synced_;
    for (const Change& change : unsynced_) {
      if (random() % 2 == 0) change.carry_out(content);
    }
    return content;
  }
  void make(Change change) {
    change.carry_out(current_);
    unsynced_.push_back(std::move(change));
  }
  void sync() {
    // Not the whole of it: a database is synced thousands of times.
    for (const Change& change : unsynced_) change.carry_out(synced_);
    unsynced_.clear();
  }

 private:
  std::string current_;
  std::string synced_;
  std::vector<Change> unsynced_;
};

/// Who holds a lock; never followed.
using Holder = const void*;

/// The locks of a rollback journal's protocol, SQLITE_LOCK_SHARED and upwards.
class FileLocks {
 public:
  /// SQLITE_OK or SQLITE_BUSY.
  int lock(Holder holder, int level) {
    const auto own = held_.find(holder);
    if (own != held_.end() && own->second >= level) return SQLITE_OK;
    const int strongest = strongest_but(holder);
    if (level == SQLITE_LOCK_SHARED) {
      if (strongest >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
    } else if (strongest >= SQLITE_LOCK_RESERVED) {
      return SQLITE_BUSY;
    } else if (level == SQLITE_LOCK_EXCLUSIVE && strongest >= SQLITE_LOCK_SHARED) {
      held_[holder] = SQLITE_LOCK_PENDING;
      return SQLITE_BUSY;
    }
    held_[holder] = level;
    return SQLITE_OK;
  }
  void unlock(Holder holder, int level) {
    if (level == SQLITE_LOCK_NONE) {
      held_.erase(holder);
    } else {
      held_[holder] = level;
    }
  }
  bool reserved() const {
    return std::ranges::any_of(held_, [](const auto& lock) { return lock.second >= SQLITE_LOCK_RESERVED; });
  }

 private:
  int strongest_but(Holder holder) const {
    int strongest = SQLITE_LOCK_NONE;
    for (const auto& [other, level] : held_) {
      if (other != holder) strongest = std::max(strongest, level);
    }
    return strongest;
  }

  std::map<Holder, int> held_;
};

/// The memory that the connections of a WAL database share, and its locks.
class SharedMemory {
 public:
  /// Null: there is none, and none was to be made.
  void* region(std::size_t number, std::size_t size, bool extend) {
    if (number >= regions_.size() && !extend) return nullptr;
    while (number >= regions_.size()) regions_.push_back(std::make_unique<std::vector<char>>(size));
    return regions_[number]->data();
  }
  /// SQLITE_OK or SQLITE_BUSY, for all slots of [begin, end) or none.
  int lock(Holder holder, std::size_t begin, std::size_t end, bool exclusive) {
    for (std::size_t slot = begin; slot < end; ++slot) {
      if (owner_[slot] != nullptr && owner_[slot] != holder) return SQLITE_BUSY;
      if (exclusive && readers_[slot].size() > readers_[slot].count(holder)) return SQLITE_BUSY;
    }
    for (std::size_t slot = begin; slot < end; ++slot) {
      if (exclusive) {
        owner_[slot] = holder;
      } else {
        readers_[slot].insert(holder);
      }
    }
    return SQLITE_OK;
  }
  void unlock(Holder holder, std::size_t begin, std::size_t end) {
    for (std::size_t slot = begin; slot < end; ++slot) {
      readers_[slot].erase(holder);
      if (owner_[slot] == holder) owner_[slot] = nullptr;
    }
  }
  void unlock_all(Holder holder) { unlock(holder, 0, owner_.size()); }

 private:
  std::vector<std::unique_ptr<std::vector<char>>> regions_;
  std::array<std::set<Holder>, SQLITE_SHM_NLOCK> readers_;
  std::array<Holder, SQLITE_SHM_NLOCK> owner_{};
};

struct MemoryFile {
  Content content;
  FileLocks locks;
  std::shared_ptr<SharedMemory> shared = std::make_shared<SharedMemory>();
};

}  // namespace lethe::simulation
