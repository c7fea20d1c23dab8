// Verified TLS for the client: whom to trust, and what a certificate must say.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

namespace lethe::http {

/// TLS 1.2 at least, the peer always verified, the system's authorities and those of the file (PEM; empty: none).
/// Fails with one line when the file can't be read or holds no certificate.
std::expected<std::shared_ptr<boost::asio::ssl::context>, std::string> make_client_context(
    const std::filesystem::path& ca_file);

/// Before the handshake: the certificate must be for this host, and the server is told which host is meant (SNI; an
/// address has none). False when OpenSSL refuses: the handshake must not go on.
bool expect_host(SSL* ssl, const std::string& host);

/// Why the handshake failed: what was wrong with the certificate, else the error itself.
std::string handshake_reason(SSL* ssl, const boost::system::error_code& ec);

}  // namespace lethe::http
