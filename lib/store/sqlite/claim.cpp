#include "store/sqlite/claim.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace lethe::store::sqlite {

namespace {

constexpr mode_t owner_only = 0600;

Error cannot_open(const std::filesystem::path& file, int cause) {
  if (cause == ENOENT || cause == ENOTDIR) {
    return {Error::Kind::read_only,
            fmt::format("{}: the folder doesn't exist; create it for the user that runs lethe, or name another path in"
                        " [store]",
                        file.parent_path().string())};
  }
  if (cause == ENOSPC || cause == EDQUOT) {
    return {Error::Kind::full, fmt::format("{}: the disk is full; make room", file.string())};
  }
  return {Error::Kind::read_only,
          fmt::format("{}: can't be opened for writing ({}); the folder must belong to the user that runs lethe",
                      file.string(), std::generic_category().message(cause))};
}

std::filesystem::path lock_file(const std::filesystem::path& store) {
  return store.string() + ".lock";
}

/// A lock that belongs to the open file, not to the process, and that can be asked about without being taken.
struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Result<std::unique_ptr<Claim>> Claim::take(const std::filesystem::path& store) {
  const std::filesystem::path file = lock_file(store);
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, owner_only);
  if (descriptor < 0) return std::unexpected(cannot_open(file, errno));
  std::unique_ptr<Claim> claim(new Claim(descriptor));
  struct flock whole = whole_file();
  if (::fcntl(descriptor, F_OFD_SETLK, &whole) == 0) return claim;
  if (errno == EAGAIN || errno == EACCES) {
    return std::unexpected(Error{Error::Kind::claimed, fmt::format("{}: another `lethe run` works on this store; stop"
                                                                   " that one first, or name another path in [store]",
                                                                   store.string())});
  }
  return std::unexpected(Error{Error::Kind::io, fmt::format("{}: can't be locked ({}); the store needs a local file"
                                                            " system",
                                                            file.string(), std::generic_category().message(errno))});
}

bool Claim::is_taken(const std::filesystem::path& store) {
  const int descriptor = ::open(lock_file(store).c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock whole = whole_file();
  const bool taken = ::fcntl(descriptor, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  ::close(descriptor);
  return taken;
}

Claim::~Claim() {
  ::close(file_);
}

}  // namespace lethe::store::sqlite
