// A file system in memory for SQLite that forgets, at a crash, what was not synced. Any number of databases and of
// connections; each MemoryVfs is registered under its name as long as it lives, and outlives every connection on it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lethe::simulation {

class MemoryVfs {
 public:
  /// `seed`: of the randomness that it gives to SQLite.
  explicit MemoryVfs(std::string name, std::uint64_t seed = 1);
  ~MemoryVfs();
  MemoryVfs(const MemoryVfs&) = delete;
  MemoryVfs& operator=(const MemoryVfs&) = delete;

  const std::string& name() const;

  /// From now on every access fails.
  void crash();
  /// What a crash leaves behind.
  enum class Survives : std::uint8_t {
    synced,   ///< a power failure: what was not synced is lost, files that never were vanish; a deletion is kept from
              ///< the first sync of a later journal on, which as on Linux syncs the folder
    written,  ///< the end of the process alone
    some,     ///< a power failure by which some of the unsynced writes had reached the disk, by the seed
  };
  /// After a crash: new handles work again, those of before never do.
  void revive(Survives survives = Survives::synced);
  bool crashed() const;

  /// Crashes instead of carrying out the n-th change from now, counted from 1; a change is a write, truncation,
  /// deletion or sync.
  void crash_at_change(std::int64_t n);
  /// Changes so far.
  std::int64_t changes() const;
  std::int64_t syncs() const;

  enum class Condition : std::uint8_t {
    fine,
    full,       ///< writes fail for want of room
    failing,    ///< writes and syncs fail
    read_only,  ///< files open for reading alone, none is made
  };
  void set_condition(Condition condition);
  Condition condition() const;

  bool exists(const std::string& path) const;
  /// What a handle reads now; nothing: there is no such file.
  std::optional<std::string> content(const std::string& path) const;
  /// Makes or replaces a file, synced.
  void put(const std::string& path, std::string content);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace lethe::simulation
