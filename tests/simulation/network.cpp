#include "simulation/network.hpp"

#include <string>
#include <utility>

namespace lethe::simulation {

namespace asio = boost::asio;
using Manner = http::ServerReply::Manner;
using Answered = std::expected<http::Response, http::Failure>;

namespace {

/// "https://host/path?query" -> "/path?query"
std::string target_of(const std::string& url) {
  const auto path = url.find('/', url.find("://") + 3);
  return path == std::string::npos ? "/" : url.substr(path);
}

Answered failure(http::Failure::Kind kind, bool request_sent, const char* what) {
  return std::unexpected(http::Failure{kind, request_sent, what});
}

class SimulatedClient final : public http::Client {
 public:
  SimulatedClient(Network& network, asio::any_io_executor executor)
      : network_(network), executor_(std::move(executor)) {}

  asio::awaitable<Answered> exchange(http::Request request) override {
    const bool submission = request.fresh_connection;
    network_.submissions_in_progress += submission ? 1 : 0;
    Answered answered = co_await carry(std::move(request));
    network_.submissions_in_progress -= submission ? 1 : 0;
    co_return answered;
  }

 private:
  Network& network_;
  asio::any_io_executor executor_;

  asio::awaitable<void> pass(core::Duration duration) {
    const auto timer = network_.clock.make_timer(executor_);
    co_await timer->wait_until(network_.clock.now() + duration);
  }

  core::Duration latency() { return core::Duration{20 + static_cast<std::int64_t>(network_.random() % 500)}; }

  bool happens(double probability) {
    return std::uniform_real_distribution<double>(0, 1)(network_.random) < probability;
  }

  asio::awaitable<Answered> carry(http::Request request) {
    request.url = target_of(request.url);
    co_await pass(latency());
    if (network_.dead || happens(network_.faults.unreachable)) {
      co_return failure(http::Failure::Kind::connect, false, "simulated: connection refused");
    }
    http::ServerReply reply = network_.model.handle(request, network_.clock.now());
    co_await pass(latency());
    if (network_.dead) co_return failure(http::Failure::Kind::stopped, true, "simulated: killed");
    co_return co_await deliver(std::move(reply));
  }

  asio::awaitable<Answered> deliver(http::ServerReply reply) {
    switch (reply.manner) {
      case Manner::whole:
        break;
      case Manner::reset:
        co_return failure(http::Failure::Kind::broken, true, "simulated: connection reset");
      case Manner::truncated:
        co_return failure(http::Failure::Kind::broken, true, "simulated: the body ended early");
      case Manner::silent:
        co_await pass(std::chrono::seconds{150});
        co_return failure(http::Failure::Kind::timeout, true, "simulated: no answer in time");
    }
    co_return std::move(reply.response);
  }
};

}  // namespace

std::unique_ptr<http::Client> make_client(Network& network, asio::any_io_executor executor) {
  return std::make_unique<SimulatedClient>(network, std::move(executor));
}

}  // namespace lethe::simulation
