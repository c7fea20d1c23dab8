#include "intake/accepted_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "config/descriptor.hpp"
#include "intake/spool_folder.hpp"

namespace lethe::intake {
namespace {

using config::Descriptor;
using Erased = std::expected<bool, std::string>;

constexpr mode_t permissions = 0777;

Erased cannot_erase(const store::AcceptedFile& file, int error) {
  if (error == ENOENT) return false;
  const auto path = file.directory / SpoolFolder::name(SpoolFolder::Place::accepted) / file.name;
  return std::unexpected(fmt::format("{} still holds contacts of an erased job, and can't be replaced or removed: {}",
                                     path.string(), std::generic_category().message(error)));
}

Erased remove(int folder, const store::AcceptedFile& file) {
  if (::unlinkat(folder, file.name.c_str(), 0) != 0) return cannot_erase(file, errno);
  return true;
}

/// The new file is there whole before it takes the place of the old one.
Erased replace(int folder, const store::AcceptedFile& file, const std::string& text) {
  struct stat status{};
  if (::fstatat(folder, file.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return cannot_erase(file, errno);
  const std::string draft = fmt::format(".{}.erased", file.name);
  ::unlinkat(folder, draft.c_str(), 0);
  if (!write_new(folder, draft, text, status.st_mode & permissions) ||
      ::renameat(folder, draft.c_str(), folder, file.name.c_str()) != 0) {
    return cannot_erase(file, errno);
  }
  return true;
}

}  // namespace

Erased erase_accepted(const store::AcceptedFile& file, const core::Job& job, core::Time at) {
  if (job.list) return true;  // names a data extension, and no contact
  const Descriptor root(::open(file.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open()) return cannot_erase(file, errno);
  const auto name = SpoolFolder::name(SpoolFolder::Place::accepted);
  const Descriptor folder(::openat(root.value(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.is_open()) return cannot_erase(file, errno);
  const bool is_list = file.kind == store::AcceptedFile::Kind::list;
  Erased erased = is_list ? remove(folder.value(), file) : replace(folder.value(), file, remains_of(job, at));
  if (erased && *erased && ::fsync(folder.value()) != 0) return cannot_erase(file, errno);
  return erased;
}

std::string remains_of(const core::Job& job, core::Time at) {
  return fmt::format(
      "# The contacts of this job were erased when it was over.\n"
      "account = \"{}\"\nid = \"{}\"\naction = \"{}\"\nnot_after = {}\n\n"
      "[erased]\nselector = \"{}\"\ncontacts = {}\ndigest = \"{}\"\nat = {}\n",
      job.account, job.id, core::word(job.action), core::rfc3339(job.not_after), core::word(job.selector), job.contacts,
      job.digest, core::rfc3339(at));
}

}  // namespace lethe::intake
