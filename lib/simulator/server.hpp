// The simulator on a port: a CloudModel behind lib/http, on a clock of its own.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "http/server.hpp"
#include "simulator/cloud_model.hpp"
#include "support/clock.hpp"

namespace lethe::simulator {

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  /// Hears of every request after its reply was made: method, target, status (0: none was sent).
  std::function<void(const std::string& method, const std::string& target, int status)> request_log;
};

class Server {
 public:
  virtual ~Server() = default;
  virtual std::string url() const = 0;  ///< "http://127.0.0.1:41234"
  virtual CloudModel& model() = 0;
  virtual boost::asio::awaitable<void> stop() = 0;
};

std::expected<std::unique_ptr<Server>, std::string> make_server(boost::asio::any_io_executor executor,
                                                                ServerSettings settings, ModelSettings model,
                                                                support::Clock& clock);

}  // namespace lethe::simulator
