// The claim of a daemon on a store: at most one runs on it, on whatever user's account and in whatever container.
#pragma once

#include <filesystem>
#include <memory>

#include "store/store.hpp"

namespace lethe::store::sqlite {

/// Holds a lock on STORE.lock. The kernel lets go of it with the process, so no crash leaves a claim behind.
class Claim {
 public:
  /// `claimed` where another one holds it; never waits.
  static Result<std::unique_ptr<Claim>> take(const std::filesystem::path& store);
  /// Takes nothing and disturbs nobody who does at the same moment.
  static bool is_taken(const std::filesystem::path& store);
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  explicit Claim(int file) : file_(file) {}
  int file_;
};

}  // namespace lethe::store::sqlite
