#include "http/loopback_identity.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace lethe::http {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;
using OutputPtr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

/// Clocks of machines differ a little.
constexpr std::chrono::seconds valid_before = std::chrono::hours{1};
constexpr std::chrono::seconds valid_after = std::chrono::days{90};

struct Signer {
  X509* certificate;
  EVP_PKEY* key;
};

bool set_serial(X509* certificate) {
  std::array<unsigned char, 8> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return false;
  std::uint64_t serial = 0;
  for (const unsigned char byte : bytes) serial = serial << 8 | byte;
  // A serial number is positive.
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1;
}

bool extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), &X509_EXTENSION_free);
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Everything but the extensions and the signature.
bool fill(X509* certificate, const std::string& name, EVP_PKEY* key, X509* issuer) {
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME* const subject = X509_get_subject_name(certificate);
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -valid_before.count()) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), valid_after.count()) != nullptr &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
         X509_set_pubkey(certificate, key) == 1;
}

bool make_authority(const Signer& authority) {
  X509* const certificate = authority.certificate;
  return fill(certificate, "A rehearsal's authority", authority.key, certificate) &&
         extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         extend(certificate, certificate, NID_key_usage, "critical,keyCertSign") &&
         extend(certificate, certificate, NID_subject_key_identifier, "hash") &&
         X509_sign(certificate, authority.key, EVP_sha256()) > 0;
}

bool make_server(X509* certificate, EVP_PKEY* key, const std::string& address, const Signer& authority) {
  X509* const issuer = authority.certificate;
  const auto names = fmt::format("DNS:localhost,IP:127.0.0.1,IP:::1,IP:{}", address);
  return fill(certificate, "A rehearsal's cloud", key, issuer) &&
         extend(certificate, issuer, NID_subject_alt_name, names) &&
         extend(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         extend(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
         extend(certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
         X509_sign(certificate, authority.key, EVP_sha256()) > 0;
}

/// Empty where OpenSSL refuses.
template <class Write>
std::string pem(Write write) {
  const OutputPtr out(BIO_new(BIO_s_mem()), &BIO_free_all);
  if (!out || write(out.get()) != 1) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  return pem([certificate](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string pem_of(EVP_PKEY* key) {
  return pem([key](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

}  // namespace

std::expected<LoopbackIdentity, std::string> make_loopback_identity(const std::string& address) {
  const KeyPtr ca_key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const KeyPtr key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const CertificatePtr ca(X509_new(), &X509_free);
  const CertificatePtr certificate(X509_new(), &X509_free);
  const Signer authority{ca.get(), ca_key.get()};
  const bool made = ca_key && key && ca && certificate && make_authority(authority) &&
                    make_server(certificate.get(), key.get(), address, authority);
  LoopbackIdentity identity;
  if (made) identity = {pem_of(ca.get()), pem_of(certificate.get()), pem_of(key.get())};
  ERR_clear_error();
  if (identity.ca_pem.empty() || identity.certificate_pem.empty() || identity.key_pem.empty()) {
    return std::unexpected(fmt::format("OpenSSL can't make a certificate for {}", address));
  }
  return identity;
}

}  // namespace lethe::http
