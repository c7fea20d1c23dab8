#include "store/sqlite/copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace lethe::store::sqlite {

namespace {

namespace fs = std::filesystem;

Error refused(const fs::path& file, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  const std::string what = code == EEXIST ? "it exists; give the copy a name of its own" : std::strerror(code);
  return {full ? Error::Kind::full : Error::Kind::io, fmt::format("{}: {}", file.string(), what)};
}

/// SQLite copies into an empty file, and would make one that others can read.
Result<void> make_empty(const fs::path& file) {
  ::unlink(file.c_str());
  const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) return std::unexpected(refused(file, errno));
  ::close(made);
  return {};
}

/// Without the pages that deleted rows left behind.
Result<void> copy_rows(Connection& db, const fs::path& file) {
  if (auto allowed = db.execute("PRAGMA query_only = OFF"); !allowed) return allowed;
  Statement copy(db, "VACUUM INTO ?1", file.string());
  auto copied = copy.run();
  if (auto limited = db.execute("PRAGMA query_only = ON"); !limited) return limited;
  return copied;
}

Result<void> mark(const fs::path& file, core::Time at) {
  const auto copy = Connection::open({.path = file, .vfs = {}}, false);
  if (!copy) return std::unexpected(copy.error());
  return mark_as_copy(**copy, at);
}

Result<void> sync_folder(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return std::unexpected(refused(folder, errno));
  const int synced = ::fsync(directory);
  const int code = errno;
  ::close(directory);
  if (synced != 0) return std::unexpected(refused(folder, code));
  return {};
}

Result<void> copy_through(Connection& db, const fs::path& part, const fs::path& file, core::Time at) {
  if (auto made = make_empty(part); !made) return made;
  if (auto copied = copy_rows(db, part); !copied) return copied;
  if (auto marked = mark(part, at); !marked) return marked;
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0) {
    return std::unexpected(refused(file, errno));
  }
  return sync_folder(file);
}

}  // namespace

Result<void> copy_to(Connection& db, const fs::path& file, core::Time at) {
  struct stat known{};
  if (::lstat(file.c_str(), &known) == 0) return std::unexpected(refused(file, EEXIST));
  const fs::path part = file.string() + ".part";
  auto copied = copy_through(db, part, file, at);
  if (!copied) ::unlink(part.c_str());
  return copied;
}

}  // namespace lethe::store::sqlite
