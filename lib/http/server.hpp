// A small HTTP/1.1 server for the simulator and for the page: keep-alive, bounded requests, optional TLS.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/message.hpp"

namespace lethe::http {

/// A reply, and how it leaves: the simulator plays faults of the network with it.
struct ServerReply {
  enum class Manner : std::uint8_t {
    whole,
    reset,      ///< the connection is reset, no byte is sent
    truncated,  ///< the header and half of the body, then the connection closes
    silent,     ///< nothing is sent and the connection stays open until the client or stop() ends it
  };
  Response response = {};
  Manner manner = Manner::whole;
};

using Handler = std::function<boost::asio::awaitable<ServerReply>(Request)>;

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                      ///< 0: any free one
  std::optional<std::string> certificate_pem;  ///< with key_pem: TLS
  std::optional<std::string> key_pem;
  std::size_t most_header_bytes = 16 * 1024;
  std::size_t most_body_bytes = 8 * 1024 * 1024;
  std::size_t most_connections = 256;
  std::chrono::milliseconds idle_limit{60'000};
};

class Server {
 public:
  virtual ~Server() = default;
  virtual std::string address() const = 0;
  virtual std::uint16_t port() const = 0;
  /// Closes the listener and every connection; returns when their coroutines have ended. To be called before
  /// destruction.
  virtual boost::asio::awaitable<void> stop() = 0;
};

/// Listens at once. Fails with one line (address in use, bad certificate). The executor runs on one thread and outlives
/// the server. A handler that waits when stop() is called is cancelled (terminal); one that throws costs a 500.
std::expected<std::unique_ptr<Server>, std::string> make_server(boost::asio::any_io_executor executor,
                                                                ServerSettings settings, Handler handler);

}  // namespace lethe::http
