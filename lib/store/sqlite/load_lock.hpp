// Whether anybody on this machine is loading contacts: what tells a load that goes on from one whose process is gone.
#pragma once

#include <filesystem>
#include <memory>

namespace lethe::store::sqlite {

/// A lock on STORE.loads that each loading process shares. The kernel lets go of it with the process.
class LoadLock {
 public:
  /// Nothing where the file can't be had; then only their age tells dead loads.
  static std::unique_ptr<LoadLock> open(const std::filesystem::path& store);
  ~LoadLock();
  LoadLock(const LoadLock&) = delete;
  LoadLock& operator=(const LoadLock&) = delete;

  /// From before the first load of this process to after its last; waits for no longer than somebody is alone().
  void share();
  void release();
  /// True: no other process is loading, and none begins before release() or share().
  bool alone();

 private:
  explicit LoadLock(int file) : file_(file) {}
  int file_;
};

}  // namespace lethe::store::sqlite
