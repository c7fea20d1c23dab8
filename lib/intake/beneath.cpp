#include "intake/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace lethe::intake {
namespace {

using config::Descriptor;

bool is_link(int directory, const char* name) {
  struct stat status{};
  return ::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
}

}  // namespace

std::expected<Descriptor, int> walk_beneath(int root, const std::filesystem::path& relative, int flags) {
  if (relative.is_absolute()) return std::unexpected(EXDEV);
  Descriptor held;
  int directory = root;
  for (auto part = relative.begin(); part != relative.end(); ++part) {
    if (*part == "..") return std::unexpected(EXDEV);
    const bool last = std::next(part) == relative.end();
    const int wanted = (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC;
    Descriptor next(::openat(directory, part->c_str(), wanted));
    if (!next.is_open()) {
      const int error = errno;
      return std::unexpected(is_link(directory, part->c_str()) ? ELOOP : error);
    }
    held = std::move(next);
    directory = held.value();
  }
  return held;
}

std::expected<Descriptor, int> open_beneath(int root, const std::filesystem::path& relative, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const long opened = ::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how);
  if (opened >= 0) return Descriptor(static_cast<int>(opened));
  if (errno == ENOSYS || errno == EPERM) return walk_beneath(root, relative, flags);
  return std::unexpected(errno);
}

}  // namespace lethe::intake
