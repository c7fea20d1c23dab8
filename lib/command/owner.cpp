#include "command/owner.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace lethe::command {
namespace {

struct Owner {
  uid_t user;
  gid_t group;
};

/// Nothing where there is no reason to change.
std::optional<Owner> owner_to_be(const std::filesystem::path& store) {
  if (geteuid() != 0) return std::nullopt;
  struct stat status{};
  if (stat(store.c_str(), &status) != 0 || status.st_uid == 0) return std::nullopt;
  return Owner{status.st_uid, status.st_gid};
}

std::string could_not(const std::filesystem::path& store) {
  return fmt::format("{}: root can't act as the owner of the store ({}); run the command as that user", store.string(),
                     std::strerror(errno));
}

std::vector<gid_t> present_groups() {
  const int count = getgroups(0, nullptr);
  std::vector<gid_t> groups(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (count > 0 && getgroups(count, groups.data()) < 0) groups.clear();
  return groups;
}

}  // namespace

std::expected<ActAsOwner, std::string> ActAsOwner::of(const std::filesystem::path& store) {
  ActAsOwner acting;
  const auto owner = owner_to_be(store);
  if (!owner) return acting;
  acting.group_ = getegid();
  acting.groups_ = present_groups();
  acting.active_ = true;  // from here on the destructor goes back, also after half a change
  if (setgroups(1, &owner->group) != 0 || setegid(owner->group) != 0 || seteuid(owner->user) != 0) {
    return std::unexpected(could_not(store));
  }
  return acting;
}

ActAsOwner::ActAsOwner(ActAsOwner&& other) noexcept
    : active_(other.active_), group_(other.group_), groups_(std::move(other.groups_)) {
  other.active_ = false;
}

ActAsOwner::~ActAsOwner() {
  if (!active_) return;
  // Whoever can't go back would go on with rights that nobody expects.
  if (seteuid(0) != 0 || setegid(group_) != 0 || setgroups(groups_.size(), groups_.data()) != 0) std::abort();
}

std::expected<void, std::string> become_owner(const std::filesystem::path& store) {
  const auto owner = owner_to_be(store);
  if (!owner) return {};
  if (setgroups(1, &owner->group) != 0 || setresgid(owner->group, owner->group, owner->group) != 0 ||
      setresuid(owner->user, owner->user, owner->user) != 0) {
    return std::unexpected(could_not(store));
  }
  return {};
}

}  // namespace lethe::command
