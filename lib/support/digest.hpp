// Keyed digests (HMAC-SHA-256) of contacts and lists, so that evidence holds no contact.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "support/fault.hpp"

namespace lethe::support {

using DigestKey = std::array<std::uint8_t, 32>;

/// Where the key of a store lies: beside it, with ".key" behind its name.
std::filesystem::path digest_key_path(const std::filesystem::path& store);

/// Reads the key file; `create` makes it (0600, from OpenSSL's random source, synced) where there is none. Refused: a
/// file with any bit for others, or of another size than a key's.
std::expected<DigestKey, Fault> load_digest_key(const std::filesystem::path& file, bool create);

/// A running HMAC over fields, each with its length in front.
class Digest {
 public:
  explicit Digest(const DigestKey& key);
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  void add(std::string_view field);
  /// Hex; once, at the end: anything after it is a bug and throws.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lethe::support
