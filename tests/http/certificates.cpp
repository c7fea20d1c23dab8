#include "http/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace lethe::http::test {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

void require(bool done) {
  if (!done) {
    throw std::runtime_error("OpenSSL refuses to make a certificate");
  }
}

template <class Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
  require(write(out.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(const Certificate& certificate) {
  return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
}

std::string pem_of(const Key& key) {
  return pem([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

Key new_key() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

void extend(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  require(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Named after its subject; the caller sets the issuer and signs.
Certificate unsigned_certificate(const std::string& subject, const Key& key, const CertificateWish& wish) {
  static long serial = 1;
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), std::chrono::seconds(wish.valid_from).count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), std::chrono::seconds(wish.valid_until).count());
  const auto* text = reinterpret_cast<const unsigned char*>(subject.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  require(X509_set_pubkey(certificate.get(), key.get()) == 1);
  return certificate;
}

void sign(const Certificate& certificate, X509* issuer, const Key& key) {
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
}

}  // namespace

Authority::Authority(const std::string& name) : key_(new_key()), certificate_(unsigned_certificate(name, key_, {})) {
  extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  sign(certificate_, certificate_.get(), key_);
  certificate_pem_ = pem_of(certificate_);
}

Identity Authority::issue(const CertificateWish& wish) const {
  const Key key = new_key();
  const Certificate certificate = unsigned_certificate("a server", key, wish);
  extend(certificate.get(), NID_subject_alt_name, wish.names);
  sign(certificate, certificate_.get(), key_);
  return {.certificate_pem = pem_of(certificate), .key_pem = pem_of(key)};
}

Identity self_signed(const CertificateWish& wish) {
  const Key key = new_key();
  const Certificate certificate = unsigned_certificate("a server of its own", key, wish);
  extend(certificate.get(), NID_subject_alt_name, wish.names);
  sign(certificate, certificate.get(), key);
  return {.certificate_pem = pem_of(certificate), .key_pem = pem_of(key)};
}

std::filesystem::path write_file(const std::string& content) {
  static int number = 0;
  const auto name = "lethe_http_" + std::to_string(::getpid()) + "_" + std::to_string(number++) + ".pem";
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path) << content;
  return path;
}

}  // namespace lethe::http::test
