// The number of the newest transition, kept in STORE.newest beside the store: a store that lies further back than it
// says was put back from a copy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace lethe::store::sqlite {

/// Never ahead of the store, since it is written after each commit; it isn't synced, and may lag behind after a power
/// failure. A mark that can't be read or written protects nobody and stops nobody.
class NewestMark {
 public:
  /// `instance`: of the store, so that the mark of another one that lay here before says nothing.
  NewestMark(const std::filesystem::path& store, std::uint64_t instance);
  ~NewestMark();
  NewestMark(NewestMark&& other) noexcept;
  NewestMark& operator=(NewestMark&&) = delete;
  NewestMark(const NewestMark&) = delete;
  NewestMark& operator=(const NewestMark&) = delete;

  /// Nothing: there is none, or it is another store's.
  std::optional<std::int64_t> read() const;
  void write(std::int64_t seq) const;

 private:
  int file_;
  std::uint64_t instance_;
};

}  // namespace lethe::store::sqlite
