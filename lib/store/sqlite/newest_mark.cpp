#include "store/sqlite/newest_mark.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace lethe::store::sqlite {

namespace {

constexpr std::size_t instance_width = 16;
constexpr std::size_t seq_width = 19;
/// Both numbers with a space between and a line end, always of one length, so that a write replaces all of it.
constexpr std::size_t line_width = instance_width + 1 + seq_width + 1;

std::string line(std::uint64_t instance, std::int64_t seq) {
  return fmt::format("{:016x} {:019}\n", instance, seq);
}

}  // namespace

NewestMark::NewestMark(const std::filesystem::path& store, std::uint64_t instance)
    : file_(::open((store.string() + ".newest").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)),
      instance_(instance) {}

NewestMark::~NewestMark() {
  if (file_ >= 0) ::close(file_);
}

NewestMark::NewestMark(NewestMark&& other) noexcept
    : file_(std::exchange(other.file_, -1)), instance_(other.instance_) {}

std::optional<std::int64_t> NewestMark::read() const {
  std::array<char, line_width> bytes{};
  if (file_ < 0 || ::pread(file_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return std::nullopt;
  }
  const std::string_view text(bytes.data(), bytes.size());
  std::int64_t seq = 0;
  const char* end = text.data() + instance_width + 1 + seq_width;
  if (std::from_chars(text.data() + instance_width + 1, end, seq).ptr != end) return std::nullopt;
  // What isn't written like this was written by somebody else, or is another store's.
  if (text != line(instance_, seq)) return std::nullopt;
  return seq;
}

void NewestMark::write(std::int64_t seq) const {
  const std::string text = line(instance_, seq);
  if (file_ >= 0) (void)!::pwrite(file_, text.data(), text.size(), 0);
}

}  // namespace lethe::store::sqlite
