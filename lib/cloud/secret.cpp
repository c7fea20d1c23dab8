// Reading the client secret: kept apart from the token's coroutines.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "cloud/token.hpp"

namespace lethe::cloud {

namespace {

using Secret = std::expected<std::string, std::string>;

constexpr std::size_t longest_secret = 4096;

class OpenFile {
 public:
  // Without O_NONBLOCK, opening a named pipe would wait for ever.
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string reason(int error) {
  return std::generic_category().message(error);
}

Secret checked(std::string secret, std::string_view where) {
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty()) return std::unexpected(fmt::format("{} is empty", where));
  if (secret.size() > longest_secret) return std::unexpected(fmt::format("{} is over {} bytes", where, longest_secret));
  return secret;
}

Secret read_file(const std::filesystem::path& path) {
  const auto where = fmt::format("the client secret's file {}", path.string());
  const OpenFile file(path);
  struct ::stat status{};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0) {
    return std::unexpected(fmt::format("{} can't be opened: {}", where, reason(errno)));
  }
  if (!S_ISREG(status.st_mode)) return std::unexpected(fmt::format("{} is no regular file", where));
  if ((status.st_mode & S_IRWXO) != 0) {
    return std::unexpected(
        fmt::format("{} is open to others (mode {:04o}): chmod o= it", where, status.st_mode & 07777U));
  }
  std::string text(longest_secret + 3, '\0');  // room for a line end, and for one byte that shows there is too much
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.descriptor(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(fmt::format("{} can't be read: {}", where, reason(errno)));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return checked(std::move(text), where);
}

Secret read_credential(const std::string& name) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || *directory == '\0') {
    return std::unexpected(
        fmt::format("the client secret's credential {} needs systemd: $CREDENTIALS_DIRECTORY is not set", name));
  }
  if (name.empty() || name == "." || name == ".." || name.contains('/')) {
    return std::unexpected(fmt::format("\"{}\" is no name of a credential", name));
  }
  return read_file(std::filesystem::path{directory} / name);
}

Secret read_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  const auto where = fmt::format("the client secret's environment variable {}", name);
  if (value == nullptr) return std::unexpected(fmt::format("{} is not set", where));
  return checked(value, where);
}

}  // namespace

Secret read_secret(const core::SecretSource& source) {
  switch (source.kind) {
    case core::SecretSource::Kind::credential:
      return read_credential(source.name);
    case core::SecretSource::Kind::environment:
      return read_variable(source.name);
    default:
      return read_file(source.name);
  }
}

}  // namespace lethe::cloud
