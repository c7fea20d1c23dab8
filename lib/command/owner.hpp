// A command that root runs touches the store as the store's owner: files that SQLite makes beside it must stay usable
// by the daemon, and root must follow no link that the owner could have laid there.
#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace lethe::command {

/// While it lives, the effective user and groups are those of the store's owner. Does nothing where the caller isn't
/// root, root owns the store, or there is none. One at a time, and not beside other threads.
class ActAsOwner {
 public:
  /// Fails with one line.
  static std::expected<ActAsOwner, std::string> of(const std::filesystem::path& store);
  ActAsOwner(ActAsOwner&& other) noexcept;
  ActAsOwner& operator=(ActAsOwner&&) = delete;
  ActAsOwner(const ActAsOwner&) = delete;
  ActAsOwner& operator=(const ActAsOwner&) = delete;
  ~ActAsOwner();

 private:
  ActAsOwner() = default;
  bool active_ = false;
  gid_t group_ = 0;
  std::vector<gid_t> groups_;
};

/// For good, as `run` does: from here on the process is the store's owner. The same conditions; the error is one line.
std::expected<void, std::string> become_owner(const std::filesystem::path& store);

}  // namespace lethe::command
