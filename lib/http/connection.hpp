// One connection of the client: opened once, then one exchange after the other.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <string>

#include "http/client.hpp"
#include "http/message.hpp"
#include "http/url.hpp"

namespace lethe::http {

using Deadline = std::chrono::steady_clock::time_point;

class Connection {
 public:
  virtual ~Connection() = default;
  virtual const Origin& origin() const = 0;
  /// Resolves, connects to the first endpoint that answers, and greets (TLS).
  virtual boost::asio::awaitable<std::expected<void, Failure>> open(Deadline deadline) = 0;
  virtual boost::asio::awaitable<std::expected<Response, Failure>> exchange(const Request& request,
                                                                            const Address& address,
                                                                            Deadline deadline) = 0;
  /// Did the last exchange leave it fit for another, and has the other side neither closed it nor sent more since?
  virtual bool reusable() = 0;
  /// Whatever is under way fails with Kind::stopped.
  virtual void close() = 0;
};

/// The settings must outlive the connection.
std::unique_ptr<Connection> make_connection(const boost::asio::any_io_executor& executor,
                                            std::shared_ptr<boost::asio::ssl::context> tls, Origin origin,
                                            const ClientSettings& settings);

}  // namespace lethe::http
