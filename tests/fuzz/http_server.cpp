// The HTTP server, on any bytes of a connection that ends after them. No exception; a handler gets requests within the
// limits, whose target and headers hold no line end; what comes back begins with a status line; the connection ends.
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "fuzz/contract.hpp"
#include "fuzz/loopback.hpp"
#include "http/server.hpp"

namespace {

using namespace lethe;
using fuzz::require;

constexpr std::size_t most_header_bytes = 1024;
constexpr std::size_t most_body_bytes = 2048;

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

boost::asio::awaitable<http::ServerReply> answer(http::Request request) {
  require(!request.method.empty() && is_one_line(request.method), "a request has a method");
  require(!request.url.empty() && is_one_line(request.url), "a request has a target");
  require(request.body.size() <= most_body_bytes, "a body is within its limit");
  std::size_t bytes = 0;
  for (const auto& [name, value] : request.headers) {
    require(!name.empty() && is_one_line(name) && is_one_line(value), "a header is one line");
    bytes += name.size() + value.size();
  }
  require(bytes <= most_header_bytes, "a head is within its limit");
  co_return http::ServerReply{.response = {.status = 200, .headers = {}, .body = "{}"}};
}

struct Serving {
  Serving() {
    http::ServerSettings settings;
    settings.most_header_bytes = most_header_bytes;
    settings.most_body_bytes = most_body_bytes;
    auto made = http::make_server(loop.get_executor(), settings, answer);
    require(made.has_value(), "the server listens");
    server = std::move(*made);
  }

  boost::asio::io_context loop;
  std::unique_ptr<http::Server> server;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Serving serving;
  if (size > fuzz::most_in_one_go) return 0;
  const fuzz::Socket peer = fuzz::connect(serving.server->port());
  peer.send(fuzz::text_of(data, size));
  peer.end_sending();
  std::string heard;
  fuzz::turn_until(serving.loop, [&] { return peer.hear(heard) == fuzz::Socket::Heard::end; });
  require(heard.empty() || heard.starts_with("HTTP/1."), "an answer begins with a status line");
  return 0;
}
