#include "simulation/network.hpp"

#include <charconv>
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
  return std::unexpected(http::Failure{.kind = kind, .request_sent = request_sent, .what = what});
}

/// A retry and a change of the restore window have connections of their own too.
bool is_submission(const http::Request& request) {
  return request.fresh_connection && request.url.contains("/actions/") && request.url.contains("?type=");
}

Exchange::Call call_of(const http::Request& request, const std::string& target) {
  if (target.starts_with("/v2/token")) return Exchange::Call::token;
  return is_submission(request) ? Exchange::Call::submission : Exchange::Call::other;
}

std::optional<std::chrono::seconds> retry_after(const http::Response& response) {
  const auto text = http::header(response.headers, "Retry-After");
  if (!text) return std::nullopt;
  std::int64_t seconds = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), seconds);
  return read.ec == std::errc{} ? std::optional(std::chrono::seconds{seconds}) : std::nullopt;
}

class SimulatedClient final : public http::Client {
 public:
  SimulatedClient(Network& network, asio::any_io_executor executor, std::string account)
      : network_(network), executor_(std::move(executor)), account_(std::move(account)) {}

  asio::awaitable<Answered> exchange(http::Request request) override {
    if (network_.dead()) co_return failure(http::Failure::Kind::stopped, false, "simulated: killed");
    const bool submission = is_submission(request);
    network_.submissions_in_progress += submission ? 1 : 0;
    Answered answered = co_await carry(std::move(request));
    network_.submissions_in_progress -= submission ? 1 : 0;
    co_return answered;
  }

 private:
  Network& network_;
  asio::any_io_executor executor_;
  std::string account_;

  asio::awaitable<void> pass(core::Duration duration) {
    const auto timer = network_.clock.make_true_timer(executor_);
    co_await timer->wait_until(network_.clock.true_time() + duration);
  }

  core::Duration latency() { return core::Duration{20 + static_cast<std::int64_t>(network_.random() % 500)}; }

  core::Duration slowness(Exchange::Call call) {
    const auto most = static_cast<std::uint64_t>(network_.faults.slow.count());
    if (call != Exchange::Call::other || most == 0) return core::Duration{0};
    return core::Duration{static_cast<std::int64_t>(network_.random() % most)};
  }

  bool happens(double probability) {
    return std::uniform_real_distribution<double>(0, 1)(network_.random) < probability;
  }

  asio::awaitable<Answered> carry(http::Request request) {
    Exchange exchange = begin(request);
    co_await pass(latency());
    const bool lost = network_.dead() && !(network_.outlives_the_daemon && happens(0.5));
    if (lost || (!network_.dead() && happens(network_.faults.unreachable))) {
      note(std::move(exchange));
      co_return failure(http::Failure::Kind::connect, false, "simulated: connection refused");
    }
    http::ServerReply reply = reach(request, exchange);
    if (network_.spoil) network_.spoil(request.url, reply.response);
    co_await pass(latency() + slowness(exchange.call));
    if (network_.dead()) {
      note(std::move(exchange));
      co_return failure(http::Failure::Kind::stopped, true, "simulated: killed");
    }
    Answered answered = co_await deliver(std::move(reply));
    if (!network_.dead()) end(exchange, answered);
    note(std::move(exchange));
    co_return answered;
  }

  Exchange begin(http::Request& request) {
    request.url = target_of(request.url);
    Exchange exchange;
    exchange.account = account_;
    exchange.call = call_of(request, request.url);
    exchange.life = network_.life;
    exchange.started = network_.clock.true_time();
    if (exchange.call == Exchange::Call::submission && network_.intent_of) {
      exchange.operation = network_.intent_of(account_);
    }
    if (network_.tokens != nullptr) {
      const auto authorization = http::header(request.headers, "Authorization");
      if (authorization) network_.tokens->emplace(authorization->substr(authorization->find(' ') + 1));
    }
    return exchange;
  }

  http::ServerReply reach(const http::Request& request, Exchange& exchange) {
    exchange.arrived = network_.clock.true_time();
    auto handled = network_.model.handle_and_tell(request, network_.clock.true_time());
    network_.faults_played += handled.fault ? 1 : 0;
    exchange.words = std::move(handled.words);
    if (exchange.call == Exchange::Call::submission && network_.submission_arrived) {
      network_.submission_arrived(exchange);
    }
    return std::move(handled.reply);
  }

  void end(Exchange& exchange, const Answered& answered) const {
    exchange.ended = network_.clock.true_time();
    if (!answered) return;
    exchange.status = answered->status;
    exchange.retry_after = retry_after(*answered);
  }

  void note(Exchange exchange) const {
    if (network_.journal != nullptr) network_.journal->push_back(std::move(exchange));
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

std::unique_ptr<http::Client> make_client(Network& network, asio::any_io_executor executor, std::string account) {
  return std::make_unique<SimulatedClient>(network, std::move(executor), std::move(account));
}

}  // namespace lethe::simulation
