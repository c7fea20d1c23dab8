#include "support/contact_digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <bit>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace lethe::support {

namespace {

constexpr std::size_t whole_size = 32;

void check(bool succeeded) {
  if (!succeeded) throw std::runtime_error("HMAC-SHA-256 is not available from OpenSSL");
}

}  // namespace

/// One context for all contacts: to fetch the algorithm for each would take longer than the digest.
struct ContactDigest::State {
  EVP_MAC_CTX* context = nullptr;
  std::string before;  ///< keeps these digests apart from all others under the key

  void add(std::string_view bytes) {
    check(EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1);
  }
};

ContactDigest::ContactDigest(const DigestKey& key, std::string_view kind) : state_(std::make_unique<State>()) {
  EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  check(hmac != nullptr);
  state_->context = EVP_MAC_CTX_new(hmac);
  EVP_MAC_free(hmac);
  check(state_->context != nullptr);
  std::string hash = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_utf8_string("digest", hash.data(), hash.size()),
                                             OSSL_PARAM_construct_end()};
  check(EVP_MAC_init(state_->context, key.data(), key.size(), parameters.data()) == 1);
  state_->before = fmt::format("7:contact{}:{}", kind.size(), kind);
}

ContactDigest::~ContactDigest() {
  EVP_MAC_CTX_free(state_->context);
}

std::int64_t ContactDigest::of(std::string_view contact) {
  check(EVP_MAC_init(state_->context, nullptr, 0, nullptr) == 1);  // begins anew under the same key
  state_->add(state_->before);
  state_->add(fmt::format("{}:", contact.size()));
  state_->add(contact);
  std::array<unsigned char, whole_size> whole{};
  std::size_t size = 0;
  check(EVP_MAC_final(state_->context, whole.data(), &size, whole.size()) == 1 && size == whole.size());
  std::uint64_t digest = 0;
  for (std::size_t byte = 0; byte < sizeof digest; ++byte) digest = digest << 8U | whole.at(byte);
  return std::bit_cast<std::int64_t>(digest);
}

}  // namespace lethe::support
