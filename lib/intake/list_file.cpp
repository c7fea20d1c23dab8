#include "intake/list_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "intake/beneath.hpp"

namespace lethe::intake {
namespace {

using config::Descriptor;
using support::Fault;

constexpr std::string_view stay_beneath =
    "put the list beneath the intake directory and name it relative to the job file";

std::unexpected<Fault> fault_of(const std::filesystem::path& file, std::string what, std::string_view remedy) {
  return std::unexpected(
      Fault{.what = std::move(what), .file = file, .line = 0, .column = 0, .key = {}, .remedy = std::string(remedy)});
}

std::unexpected<Fault> cannot_open(const std::filesystem::path& file, int error, bool in_intake) {
  switch (error) {
    case ENOENT:
      return fault_of(file, "doesn't exist", "a list must be complete before its job file is there");
    case ELOOP:
      return fault_of(file, "is a symbolic link, or lies behind one",
                      in_intake ? stay_beneath : "name the file itself");
    case EXDEV:
      return fault_of(file, "lies outside of the intake directory", stay_beneath);
    case EACCES:
      return fault_of(file, "can't be read: permission denied", "let this user read it");
    default:
      return fault_of(file, fmt::format("can't be opened: {}", std::generic_category().message(error)), "");
  }
}

std::expected<Descriptor, Fault> open_beneath_intake(const ContactSource& source, const std::filesystem::path& intake,
                                                     int flags) {
  const std::filesystem::path named = source.named.empty() ? source.file.lexically_relative(intake) : source.named;
  const bool climbs = std::ranges::find(named, std::filesystem::path("..")) != named.end();
  if (named.is_absolute())
    return fault_of(source.file, "has an absolute path in a job of the intake directory", stay_beneath);
  if (climbs) return fault_of(source.file, "is named with \"..\" in a job of the intake directory", stay_beneath);
  const Descriptor root(::open(intake.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open()) return cannot_open(intake, errno, true);
  auto opened = open_beneath(root.value(), named, flags);
  if (!opened) return cannot_open(source.file, opened.error(), true);
  return std::move(*opened);
}

ListStamp stamp_of(const struct stat& status) {
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .bytes = status.st_size,
          .changed_at = std::int64_t{status.st_mtim.tv_sec} * nanoseconds + status.st_mtim.tv_nsec};
}

}  // namespace

ListFile::ListFile(std::filesystem::path file, Descriptor descriptor, const struct stat& opened)
    : file_(std::move(file)), descriptor_(std::move(descriptor)), stamp_(stamp_of(opened)), unread_(stamp_.bytes) {
  if (fill()) skip_bom();
}

int ListFile::get() {
  if (fault_ || (position_ == filled_ && !fill())) return end;
  const char byte = buffer_[position_++];
  if (byte == '\n') ++line_;
  if (byte != '\0') return static_cast<unsigned char>(byte);
  fault_ = fault(line_, "holds a NUL byte", "save the list as UTF-8 text");
  return end;
}

bool ListFile::take(char wanted) {
  if (fault_ || (position_ == filled_ && !fill()) || buffer_[position_] != wanted) return false;
  get();
  return true;
}

std::optional<std::string_view> ListFile::peek_line() {
  if (fault_) return std::nullopt;
  while (true) {
    const std::string_view there(buffer_.data() + position_, filled_ - position_);
    const std::size_t length = there.find('\n');
    if (holds_nul_) return std::nullopt;
    if (length != std::string_view::npos) return there.substr(0, length);
    if (there.size() == buffer_.size() || !fill()) return std::nullopt;
  }
}

void ListFile::take_line(std::string_view line) {
  position_ += line.size() + 1;
  ++line_;
}

/// Reads more behind what isn't taken yet.
bool ListFile::fill() {
  filled_ -= position_;
  std::memmove(buffer_.data(), buffer_.data() + position_, filled_);
  position_ = 0;
  const std::size_t before = filled_;
  if (!read_some()) return false;
  look_for('\0', before, holds_nul_);
  look_for('"', before, holds_quote_);
  look_for('\r', before, holds_return_);
  return true;
}

/// `found` is what holds for the part before `from`.
void ListFile::look_for(char byte, std::size_t from, bool& found) const {
  found = (found && from > 0) || std::memchr(buffer_.data() + from, byte, filled_ - from) != nullptr;
}

/// What was appended after the opening is left alone: finish() tells that the file changed.
bool ListFile::read_some() {
  const auto room = std::min(buffer_.size() - filled_, static_cast<std::size_t>(unread_));
  while (room > 0) {
    const ssize_t got = ::read(descriptor_.value(), buffer_.data() + filled_, room);
    if (got > 0) {
      filled_ += static_cast<std::size_t>(got);
      unread_ -= got;
    }
    if (got >= 0) return got > 0;
    if (errno == EINTR) continue;
    fault_ = fault(line_, fmt::format("can't be read: {}", std::generic_category().message(errno)), "");
    return false;
  }
  return false;
}

void ListFile::skip_bom() {
  constexpr std::string_view bom = "\xef\xbb\xbf";
  if (std::string_view(buffer_.data(), filled_).starts_with(bom)) position_ = bom.size();
}

std::optional<Fault> ListFile::finish() {
  if (fault_) return fault_;
  struct stat now{};
  if (::fstat(descriptor_.value(), &now) == 0 && stamp_of(now) == stamp_) return std::nullopt;
  return fault(0, "changed while it was read", "let it be complete before its job is submitted");
}

Fault ListFile::fault(std::int64_t line, std::string what, std::string remedy) const {
  return {.what = std::move(what), .file = file_, .line = line, .column = 0, .key = {}, .remedy = std::move(remedy)};
}

std::expected<std::unique_ptr<ListFile>, Fault> open_list(const ContactSource& source,
                                                          const std::optional<std::filesystem::path>& beneath) {
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
  Descriptor descriptor;
  if (beneath) {
    auto opened = open_beneath_intake(source, *beneath, flags);
    if (!opened) return std::unexpected(opened.error());
    descriptor = std::move(*opened);
  } else {
    descriptor = Descriptor(::open(source.file.c_str(), flags));
    if (!descriptor.is_open()) return cannot_open(source.file, errno, false);
  }
  struct stat status{};
  if (::fstat(descriptor.value(), &status) != 0) return cannot_open(source.file, errno, beneath.has_value());
  if (!S_ISREG(status.st_mode)) return fault_of(source.file, "isn't a regular file", "");
  return std::make_unique<ListFile>(source.file, std::move(descriptor), status);
}

}  // namespace lethe::intake
