// Certificates made at run time, good ones and bad ones.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace lethe::http::test {

struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

struct CertificateWish {
  std::string names = "DNS:localhost,IP:127.0.0.1";  ///< as in OpenSSL's subjectAltName
  std::chrono::hours valid_from{-24};                ///< from now
  std::chrono::hours valid_until{24};                ///< from now
};

/// A private certification authority.
class Authority {
 public:
  explicit Authority(const std::string& name);
  Identity issue(const CertificateWish& wish = {}) const;
  const std::string& certificate_pem() const { return certificate_pem_; }

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
  std::string certificate_pem_;
};

Identity self_signed(const CertificateWish& wish = {});

/// A file of its own for each call, in the directory for tests.
std::filesystem::path write_file(const std::string& content);

}  // namespace lethe::http::test
