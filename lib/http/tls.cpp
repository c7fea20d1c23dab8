#include "http/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <system_error>

namespace lethe::http {
namespace {

namespace ssl = boost::asio::ssl;
using FilePtr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

std::expected<void, std::string> trust(X509_STORE* store, const std::filesystem::path& ca_file) {
  ERR_clear_error();
  const FilePtr file(BIO_new_file(ca_file.c_str(), "r"), &BIO_free_all);
  if (!file) {
    const std::error_code reason(errno, std::generic_category());
    ERR_clear_error();
    return std::unexpected(fmt::format("the CA file {} can't be read: {}", ca_file.string(), reason.message()));
  }
  std::size_t found = 0;
  for (;;) {
    const CertificatePtr certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!certificate) {
      break;
    }
    X509_STORE_add_cert(store, certificate.get());
    ++found;
  }
  // The end of the file shows as "no start line"; anything else is a certificate that can't be read.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (found == 0) {
    return std::unexpected(fmt::format("the CA file {} holds no certificate (PEM)", ca_file.string()));
  }
  if (!at_end) {
    return std::unexpected(fmt::format("the CA file {}: certificate {} can't be read", ca_file.string(), found + 1));
  }
  return {};
}

bool is_address(const std::string& host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(host, ec);
  return !ec;
}

}  // namespace

std::expected<std::shared_ptr<ssl::context>, std::string> make_client_context(const std::filesystem::path& ca_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  boost::system::error_code ec;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(ssl::verify_peer, ec);
  if (!ec) {
    context->set_default_verify_paths(ec);
  }
  if (ec) {
    return std::unexpected(fmt::format("TLS can't be set up: {}", ec.message()));
  }
  if (!ca_file.empty()) {
    if (const auto trusted = trust(SSL_CTX_get_cert_store(context->native_handle()), ca_file); !trusted) {
      return std::unexpected(trusted.error());
    }
  }
  return context;
}

bool expect_host(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* const expected = SSL_get0_param(ssl);
  // OpenSSL checks the host itself, rather than a callback of Asio's, since its error then says that the host differs.
  if (is_address(host)) {
    return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  }
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

std::string handshake_reason(SSL* ssl, const boost::system::error_code& ec) {
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) {
    return fmt::format("certificate refused: {}", X509_verify_cert_error_string(verdict));
  }
  return ec.message();
}

}  // namespace lethe::http
