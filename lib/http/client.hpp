// The HTTPS client: one exchange at a time for each caller, verified TLS, bounded sizes, one deadline.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace lethe::http {

/// Why an exchange gave no whole response.
struct Failure {
  enum class Kind : std::uint8_t {
    refused_url,  ///< not https (and not http to loopback), or unreadable: nothing was tried
    resolve,
    connect,
    tls,       ///< handshake, certificate, host name
    broken,    ///< the connection failed while writing or reading
    timeout,   ///< the deadline of the exchange
    protocol,  ///< not HTTP, a header or body over the limit, a lie about the length, an encoding nobody asked for
    stopped,   ///< the client was stopped
  };
  Kind kind = Kind::broken;
  /// The last byte of the request was handed to the connection: the other side may have acted on it.
  bool request_sent = false;
  /// A kept connection turned out to be closed, with no byte of a response read: a call that changes nothing may be
  /// made again.
  bool stale = false;
  std::string what;  ///< one line: host, stage, reason; never a header or a body
};

struct ClientSettings {
  std::filesystem::path ca_file;  ///< a private authority beside the system's; empty: none
  std::string user_agent = "lethe";
  std::chrono::milliseconds exchange_deadline{150'000};  ///< real time; the server gives up after 120 s
  std::chrono::milliseconds connect_deadline{20'000};    ///< resolving, connecting and the handshake, within the above
  std::chrono::milliseconds idle_limit{30'000};          ///< a connection idle for longer is not used again
  std::size_t most_header_bytes = 64 * 1024;
  std::size_t most_body_bytes = 8 * 1024 * 1024;
  std::size_t most_idle_connections = 4;
};

class Client {
 public:
  virtual ~Client() = default;
  /// One request, one response. The body comes as it is or not at all: where the other side has encoded it all the
  /// same, an answer of success is a failure, and of any other the status alone counts. Redirects are not followed, and
  /// nothing is ever sent twice.
  virtual boost::asio::awaitable<std::expected<Response, Failure>> exchange(Request request) = 0;
};

/// Fails with one line when the CA file can't be read or holds no certificate. The executor runs on one thread and
/// outlives the client; exchanges under way when the client is destroyed fail with Kind::stopped.
std::expected<std::unique_ptr<Client>, std::string> make_client(boost::asio::any_io_executor executor,
                                                                ClientSettings settings);

/// Is this host (as in a URL, IPv6 with or without brackets) loopback by its text alone: 127.0.0.0/8, ::1, localhost?
bool is_loopback_host(std::string_view host);

/// Is this host, decoded, a name or an IPv4 address: of letters, digits, hyphens and underscores, in labels of at least
/// one, 253 bytes at most? Any other that isn't an IPv6 address is refused.
bool is_host_name(std::string_view host);

}  // namespace lethe::http
