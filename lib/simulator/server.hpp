// The simulator on a port: a CloudModel behind lib/http, on a clock of its own.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "simulator/cloud_model.hpp"
#include "support/clock.hpp"

namespace lethe::simulator {

/// A request and what became of it; holds no contact and no token.
struct Exchange {
  core::Time at;  ///< by the simulator's clock
  std::string words;
  int status = 0;  ///< 0: no reply was sent
  std::optional<FaultRule::Fault> fault;
};

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                      ///< 0: any free one
  std::optional<std::string> certificate_pem;  ///< with key_pem: TLS
  std::optional<std::string> key_pem;
  /// Hears of every request after its reply was made.
  std::function<void(const Exchange&)> request_log;
};

class Server {
 public:
  virtual ~Server() = default;
  virtual std::string url() const = 0;  ///< "http://127.0.0.1:41234", https with TLS
  virtual CloudModel& model() = 0;
  virtual boost::asio::awaitable<void> stop() = 0;
};

std::expected<std::unique_ptr<Server>, std::string> make_server(boost::asio::any_io_executor executor,
                                                                ServerSettings settings, ModelSettings model,
                                                                support::Clock& clock);

}  // namespace lethe::simulator
