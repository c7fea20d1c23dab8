#include "store/sqlite/load_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace lethe::store::sqlite {

std::unique_ptr<LoadLock> LoadLock::open(const std::filesystem::path& store) {
  constexpr mode_t owner_only = 0600;
  std::filesystem::path file = store;
  file += ".loads";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, owner_only);
  if (descriptor < 0) return nullptr;
  return std::unique_ptr<LoadLock>(new LoadLock(descriptor));
}

LoadLock::~LoadLock() {
  ::close(file_);
}

void LoadLock::share() {
  while (::flock(file_, LOCK_SH) != 0 && errno == EINTR) {
  }
}

void LoadLock::release() {
  ::flock(file_, LOCK_UN);
}

bool LoadLock::alone() {
  return ::flock(file_, LOCK_EX | LOCK_NB) == 0;
}

}  // namespace lethe::store::sqlite
