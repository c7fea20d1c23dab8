#include "simulator/server.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "http/server.hpp"

namespace lethe::simulator {
namespace {

using Manner = http::ServerReply::Manner;

class LoopbackServer : public Server {
 public:
  LoopbackServer(ServerSettings settings, ModelSettings model, support::Clock& clock)
      : settings_(std::move(settings)), model_(std::move(model)), clock_(clock) {}

  std::expected<void, std::string> listen(boost::asio::any_io_executor executor) {
    http::ServerSettings wanted;
    wanted.address = settings_.address;
    wanted.port = settings_.port;
    wanted.certificate_pem = settings_.certificate_pem;
    wanted.key_pem = settings_.key_pem;
    auto made = http::make_server(std::move(executor), std::move(wanted),
                                  [this](http::Request request) { return reply(std::move(request)); });
    if (!made) return std::unexpected(made.error());
    http_ = std::move(*made);
    return {};
  }

  std::string url() const override {
    const std::string address = http_->address();
    const bool six = address.find(':') != std::string::npos && !address.starts_with('[');
    const std::string_view scheme = settings_.key_pem ? "https" : "http";
    return fmt::format("{}://{}:{}", scheme, six ? "[" + address + "]" : address, http_->port());
  }
  CloudModel& model() override { return model_; }
  boost::asio::awaitable<void> stop() override { return http_->stop(); }

 private:
  boost::asio::awaitable<http::ServerReply> reply(http::Request request) {
    const core::Time now = clock_.now();
    CloudModel::Handled handled = model_.handle_and_tell(request, now);
    const http::ServerReply& reply = handled.reply;
    const bool sent = reply.manner == Manner::whole || reply.manner == Manner::truncated;
    if (settings_.request_log) {
      settings_.request_log({now, std::move(handled.words), sent ? reply.response.status : 0, handled.fault});
    }
    co_return std::move(handled.reply);
  }

  ServerSettings settings_;
  CloudModel model_;
  support::Clock& clock_;
  std::unique_ptr<http::Server> http_;
};

}  // namespace

std::expected<std::unique_ptr<Server>, std::string> make_server(boost::asio::any_io_executor executor,
                                                                ServerSettings settings, ModelSettings model,
                                                                support::Clock& clock) {
  const bool own_url = model.rest_instance_url.empty();
  auto server = std::make_unique<LoopbackServer>(std::move(settings), std::move(model), clock);
  const std::expected<void, std::string> listening = server->listen(std::move(executor));
  if (!listening) return std::unexpected(listening.error());
  if (own_url) server->model().set_rest_instance_url(server->url());
  return server;
}

}  // namespace lethe::simulator
