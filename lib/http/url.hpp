// What the client needs to know of a URL, and which URLs it refuses.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace lethe::http {

/// Whom to connect to. Connections are kept by origin.
struct Origin {
  bool tls = true;
  std::string host;  ///< lower case, an IPv6 address without brackets
  std::uint16_t port = 443;

  bool operator==(const Origin&) const = default;
};

struct Address {
  Origin origin;
  std::string host_field;  ///< the value of the Host header
  std::string target;      ///< path and query, as they were given
};

/// Fails with one line that holds neither the path nor the query: not a URL, not https (nor http to loopback),
/// credentials in it, a host that is no name or address.
std::expected<Address, std::string> read_url(std::string_view url);

/// "host:port", an IPv6 address in brackets.
std::string text_of(const Origin& origin);

}  // namespace lethe::http
