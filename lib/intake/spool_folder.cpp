#include "intake/spool_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <system_error>

#include "intake/beneath.hpp"

namespace lethe::intake {
namespace {

using config::Descriptor;

constexpr int most_attempts = 1'000;
constexpr mode_t folder_mode = 0770;
constexpr mode_t why_mode = 0640;

std::string error_text(std::string_view what, int error) {
  return fmt::format("{}: {}", what, std::generic_category().message(error));
}

std::string cannot_move(std::string_view name, int error) {
  return error_text(fmt::format("{} can't be moved", name), error);
}

bool exists(int folder, const std::string& name) {
  struct stat status{};
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/// Never replaces what is there: EEXIST. Zero is success.
int rename_without_replacing(int from, const std::string& name, int to, const std::string& target) {
  if (::renameat2(from, name.c_str(), to, target.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL) return errno;
  // A file system that can't do this in one step.
  if (exists(to, target)) return EEXIST;
  return ::renameat(from, name.c_str(), to, target.c_str()) == 0 ? 0 : errno;
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0;
}

std::expected<Descriptor, std::string> open_folder(int parent, const std::filesystem::path& name, int more_flags) {
  Descriptor folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | more_flags));
  if (folder.is_open()) return folder;
  return std::unexpected(error_text(fmt::format("{} can't be opened", name.string()), errno));
}

/// Whatever is no directory, in the order of the names.
std::expected<std::vector<std::string>, std::string> files_in(int folder) {
  const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(again < 0 ? nullptr : ::fdopendir(again), ::closedir);
  if (!stream) return std::unexpected(error_text("the intake directory can't be listed", errno));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    struct stat status{};
    if (::fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR(status.st_mode)) continue;
    names.emplace_back(entry->d_name);
  }
  std::ranges::sort(names);
  return names;
}

bool is_job_name(std::string_view name) {
  return name.ends_with(".toml") && !name.starts_with('.');
}

}  // namespace

bool write_new(int folder, const std::string& name, std::string_view text, mode_t mode) {
  const Descriptor file(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  return file.is_open() && write_all(file.value(), text);
}

std::string free_name(const std::filesystem::path& name, core::Time now, int attempt) {
  if (attempt == 0) return name.string();
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const auto midnight = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day day{midnight};
  const std::chrono::hh_mm_ss time{second - midnight};
  return fmt::format("{}.{:04}{:02}{:02}T{:02}{:02}{:02}Z{}{}", name.stem().string(), static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), attempt == 1 ? "" : fmt::format("-{}", attempt),
                     name.extension().string());
}

std::expected<void, std::string> make_folders(const std::filesystem::path& directory) {
  for (const auto& folder : {directory, directory / SpoolFolder::name(SpoolFolder::Place::accepted),
                             directory / SpoolFolder::name(SpoolFolder::Place::rejected)}) {
    if (::mkdir(folder.c_str(), folder_mode) == 0 || errno == EEXIST) continue;
    return std::unexpected(error_text(fmt::format("{} can't be made", folder.string()), errno));
  }
  const auto opened = SpoolFolder::open(directory);
  if (!opened) return std::unexpected(opened.error());
  return {};
}

std::filesystem::path SpoolFolder::name(Place place) {
  return std::filesystem::path(place == Place::accepted ? "./accepted" : "./rejected").lexically_normal();
}

bool SpoolFolder::is_settled(const std::filesystem::path& relative) {
  const std::filesystem::path top = *relative.lexically_normal().begin();
  return top == name(Place::accepted) || top == name(Place::rejected);
}

bool SpoolFolder::is_job(const std::filesystem::path& relative) {
  const std::filesystem::path plain = relative.lexically_normal();
  return !plain.has_parent_path() && is_job_name(plain.string());
}

std::expected<SpoolFolder, std::string> SpoolFolder::open(const std::filesystem::path& directory) {
  SpoolFolder folder;
  auto root = open_folder(AT_FDCWD, directory, 0);
  if (!root) return std::unexpected(std::move(root.error()));
  folder.root_ = std::move(*root);
  auto accepted = open_folder(folder.root_.value(), name(Place::accepted), O_NOFOLLOW);
  if (!accepted) return std::unexpected(fmt::format("{}: {}", directory.string(), accepted.error()));
  folder.accepted_ = std::move(*accepted);
  auto rejected = open_folder(folder.root_.value(), name(Place::rejected), O_NOFOLLOW);
  if (!rejected) return std::unexpected(fmt::format("{}: {}", directory.string(), rejected.error()));
  folder.rejected_ = std::move(*rejected);
  return folder;
}

std::expected<std::vector<std::string>, std::string> SpoolFolder::job_files() const {
  auto names = files_in(root_.value());
  if (names) std::erase_if(*names, [](const std::string& name) { return !is_job_name(name); });
  return names;
}

bool SpoolFolder::has_file(const std::filesystem::path& relative) const {
  const auto opened = open_beneath(root_.value(), relative, O_PATH | O_NOFOLLOW);
  struct stat status{};
  return opened && ::fstat(opened->value(), &status) == 0 && S_ISREG(status.st_mode);
}

std::expected<std::string, std::string> SpoolFolder::move(const std::filesystem::path& relative, Place place,
                                                          core::Time now) const {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    auto target = name_in(place, relative, now);
    if (!target) return target;
    const auto moved = move_to(relative, place, *target);
    if (!moved) return std::unexpected(moved.error());
    if (*moved) return target;
  }
  return std::unexpected(cannot_move(relative.string(), EEXIST));
}

std::expected<std::string, std::string> SpoolFolder::name_in(Place place, const std::filesystem::path& relative,
                                                             core::Time now) const {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    std::string target = free_name(relative.filename(), now, attempt);
    if (!exists(descriptor(place), target)) return target;
  }
  return std::unexpected(cannot_move(relative.string(), EEXIST));
}

std::expected<bool, std::string> SpoolFolder::move_to(const std::filesystem::path& relative, Place place,
                                                      const std::string& target) const {
  const std::filesystem::path parent = relative.has_parent_path() ? relative.parent_path() : ".";
  const auto from = open_beneath(root_.value(), parent, O_RDONLY | O_DIRECTORY);
  if (!from) return std::unexpected(cannot_move(relative.string(), from.error()));
  const int to = descriptor(place);
  const int error = rename_without_replacing(from->value(), relative.filename().string(), to, target);
  if (error == EEXIST) return false;
  if (error != 0) return std::unexpected(cannot_move(relative.string(), error));
  if (::fsync(to) != 0 || ::fsync(from->value()) != 0) return std::unexpected(cannot_move(relative.string(), errno));
  return true;
}

std::expected<void, std::string> SpoolFolder::remove_rejected(std::int64_t before) const {
  const auto names = files_in(rejected_.value());
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    struct stat status{};
    if (::fstatat(rejected_.value(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    // A rename sets the time of change, and leaves that of the content as it was.
    const std::int64_t came = std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec;
    if (came >= before) continue;
    if (::unlinkat(rejected_.value(), name.c_str(), 0) != 0 && errno != ENOENT) {
      return std::unexpected(error_text(fmt::format("rejected/{} can't be removed", name), errno));
    }
  }
  return {};
}

std::expected<void, std::string> SpoolFolder::reject(const std::string& name, std::string_view why,
                                                     core::Time now) const {
  const int to = rejected_.value();
  const std::string draft = fmt::format(".{}.why", name);
  ::unlinkat(to, draft.c_str(), 0);
  if (!write_new(to, draft, why, why_mode)) {
    return std::unexpected(error_text(fmt::format("rejected/{}.why can't be written", name), errno));
  }
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const std::string target = free_name(name, now, attempt);
    const std::string target_why = target + ".why";
    if (exists(to, target)) continue;
    int error = rename_without_replacing(to, draft, to, target_why);
    if (error == EEXIST) continue;
    if (error == 0) error = rename_without_replacing(root_.value(), name, to, target);
    if (error != 0) {
      ::unlinkat(to, target_why.c_str(), 0);
      return std::unexpected(cannot_move(name, error));
    }
    if (::fsync(to) == 0 && ::fsync(root_.value()) == 0) return {};
    return std::unexpected(cannot_move(name, errno));
  }
  return std::unexpected(cannot_move(name, EEXIST));
}

}  // namespace lethe::intake
