// A certificate for a server on loopback, made on the spot by an authority of its own: for rehearsals, in which a
// client is to verify TLS as it always does.
#pragma once

#include <expected>
#include <string>

namespace lethe::http {

struct LoopbackIdentity {
  std::string ca_pem;           ///< whom a client has to trust
  std::string certificate_pem;  ///< for localhost, 127.0.0.1, ::1 and the address that was given
  std::string key_pem;
};

/// Valid for 90 days. The authority's key is forgotten at once, so it signs nothing else. `address` is an IP address.
/// Fails with one line when OpenSSL does.
std::expected<LoopbackIdentity, std::string> make_loopback_identity(const std::string& address);

}  // namespace lethe::http
