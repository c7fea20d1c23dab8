#include "support/digest.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace lethe::support {

namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool open() const { return value_ >= 0; }
  int get() const { return value_; }

 private:
  int value_;
};

Fault fault(const std::filesystem::path& file, std::string what, std::string remedy) {
  return Fault{.what = std::move(what), .file = file, .line = 0, .column = 0, .key = {}, .remedy = std::move(remedy)};
}

bool write_whole(const Descriptor& file, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// How many bytes came; fewer than asked for only at the end of the file.
std::optional<std::size_t> read_whole(const Descriptor& file, std::span<std::uint8_t> bytes) {
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

bool sync_directory(const std::filesystem::path& directory) {
  const Descriptor opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return opened.open() && ::fsync(opened.get()) == 0;
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

template <std::size_t size>
std::array<std::uint8_t, size> random_bytes() {
  std::array<std::uint8_t, size> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(size)) != 1) {
    throw std::runtime_error("the system's random source gives nothing");
  }
  return bytes;
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string hex;
  for (const std::uint8_t byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

/// A name beside the key file that nobody else uses.
std::filesystem::path draft_of(const std::filesystem::path& file) {
  std::filesystem::path draft = file;
  draft += "." + hex_of(random_bytes<8>());
  return draft;
}

bool write_draft(const std::filesystem::path& draft) {
  DigestKey key = random_bytes<std::tuple_size_v<DigestKey>>();
  const Descriptor opened{::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!opened.open()) return false;
  const bool written = write_whole(opened, key) && ::fsync(opened.get()) == 0;
  OPENSSL_cleanse(key.data(), key.size());
  return written;
}

/// Makes the file whole or not at all: a crash must not leave half a key. Somebody else's that came first is kept.
std::optional<Fault> create_key(const std::filesystem::path& file) {
  const std::filesystem::path draft = draft_of(file);
  bool made = write_draft(draft);
  int error = made ? 0 : errno;
  if (made && ::link(draft.c_str(), file.c_str()) != 0 && errno != EEXIST) {
    made = false;
    error = errno;
  }
  ::unlink(draft.c_str());
  if (made && !sync_directory(directory_of(file))) {
    made = false;
    error = errno;
  }
  if (made) return std::nullopt;
  return fault(file, fmt::format("the key of the digests can't be made: {}", reason(error)),
               fmt::format("check that {} exists and can be written", directory_of(file).string()));
}

std::expected<DigestKey, Fault> read_key(const std::filesystem::path& file, const Descriptor& opened) {
  struct stat facts{};
  if (::fstat(opened.get(), &facts) != 0) {
    return std::unexpected(fault(file, fmt::format("the key of the digests can't be read: {}", reason(errno)), ""));
  }
  if ((facts.st_mode & S_IRWXO) != 0) {
    return std::unexpected(fault(file, "the key of the digests is open to others", "chmod o= it"));
  }
  DigestKey key{};
  const std::optional<std::size_t> have = read_whole(opened, key);
  if (!have) {
    return std::unexpected(fault(file, fmt::format("the key of the digests can't be read: {}", reason(errno)), ""));
  }
  if (*have != key.size() || static_cast<std::size_t>(facts.st_size) != key.size()) {
    return std::unexpected(fault(file, fmt::format("is no key of digests: it must be a file of {} bytes", key.size()),
                                 "restore it from the backup; digests made with another key can't be compared"));
  }
  return key;
}

void check(bool succeeded) {
  if (!succeeded) throw std::runtime_error("HMAC-SHA-256 is not available from OpenSSL");
}

}  // namespace

std::filesystem::path digest_key_path(const std::filesystem::path& store) {
  std::filesystem::path file = store;
  file += ".key";
  return file;
}

std::expected<DigestKey, Fault> load_digest_key(const std::filesystem::path& file, bool create) {
  // Not waiting for a writer: a named pipe here is a mistake to be told, not to hang on.
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  const Descriptor known{::open(file.c_str(), flags)};
  if (known.open()) return read_key(file, known);
  if (errno != ENOENT || !create) {
    return std::unexpected(fault(file, fmt::format("the key of the digests can't be read: {}", reason(errno)),
                                 "restore it from the backup; digests made with another key can't be compared"));
  }
  if (auto failed = create_key(file)) return std::unexpected(std::move(*failed));
  const Descriptor made{::open(file.c_str(), flags)};
  if (made.open()) return read_key(file, made);
  return std::unexpected(fault(file, fmt::format("the key of the digests can't be read: {}", reason(errno)), ""));
}

struct Digest::State {
  explicit State(const DigestKey& key) {
    EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    check(hmac != nullptr);
    context = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);
    check(context != nullptr);
    std::string hash = "SHA256";
    const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_utf8_string("digest", hash.data(), hash.size()),
                                               OSSL_PARAM_construct_end()};
    if (EVP_MAC_init(context, key.data(), key.size(), parameters.data()) != 1) {
      EVP_MAC_CTX_free(context);
      check(false);
    }
  }
  ~State() { EVP_MAC_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// A call of OpenSSL's for each field of some bytes would take longer than hashing them.
  void add(std::string_view bytes) {
    if (gathered.size() + bytes.size() > most_gathered) pass_on();
    if (bytes.size() > most_gathered) {
      update(bytes);
    } else {
      gathered.append(bytes);
    }
  }
  void pass_on() {
    update(gathered);
    OPENSSL_cleanse(gathered.data(), gathered.size());
    gathered.clear();
  }
  void update(std::string_view bytes) {
    check(EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1);
  }

  static constexpr std::size_t most_gathered = 4096;
  std::string gathered;

  EVP_MAC_CTX* context = nullptr;
  bool finished = false;
};

Digest::Digest(const DigestKey& key) : state_(std::make_unique<State>(key)) {}

Digest::~Digest() = default;

void Digest::add(std::string_view field) {
  if (state_->finished) throw std::logic_error("a digest takes no field after its end");
  std::array<char, 24> length{};
  char* const end = std::to_chars(length.data(), length.data() + length.size() - 1, field.size()).ptr;
  *end = ':';
  state_->add({length.data(), end + 1});
  state_->add(field);
}

std::string Digest::finish() {
  if (state_->finished) throw std::logic_error("a digest ends once");
  state_->finished = true;
  state_->pass_on();
  std::array<std::uint8_t, 32> digest{};
  std::size_t size = 0;
  check(EVP_MAC_final(state_->context, digest.data(), &size, digest.size()) == 1 && size == digest.size());
  return hex_of(digest);
}

}  // namespace lethe::support
