// The HTTP client, on any bytes as the answer to its request, after which the connection ends. No exception; either a
// whole response within the limits, whose headers are single lines, or a failure that says in one line, without a byte
// of the answer, that the request was sent; and that at once, not at a deadline.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>

#include "fuzz/contract.hpp"
#include "fuzz/loopback.hpp"
#include "http/client.hpp"

namespace {

using namespace lethe;
using fuzz::require;
using Outcome = std::expected<http::Response, http::Failure>;

constexpr std::size_t most_header_bytes = 1024;
constexpr std::size_t most_body_bytes = 2048;

struct Asking {
  Asking() {
    http::ClientSettings settings;
    settings.exchange_deadline = std::chrono::seconds{20};
    settings.most_header_bytes = most_header_bytes;
    settings.most_body_bytes = most_body_bytes;
    auto made = http::make_client(loop.get_executor(), settings);
    require(made.has_value(), "there is a client");
    client = std::move(*made);
  }

  boost::asio::io_context loop;
  std::unique_ptr<http::Client> client;
  fuzz::Listener listener;
};

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

void check(const Outcome& outcome) {
  if (!outcome) {
    const auto kind = outcome.error().kind;
    fuzz::require_plain_line(outcome.error().what);
    require(outcome.error().request_sent, "the request was sent");
    require(kind == http::Failure::Kind::broken || kind == http::Failure::Kind::protocol, "the answer is at fault");
    return;
  }
  require(outcome->status >= 200 && outcome->status <= 999, "a response has a status");
  require(outcome->body.size() <= most_body_bytes, "a body is within its limit");
  std::size_t bytes = 0;
  for (const auto& [name, value] : outcome->headers) {
    require(!name.empty() && is_one_line(name) && is_one_line(value), "a header is one line");
    bytes += name.size() + value.size();
  }
  require(bytes <= most_header_bytes, "a head is within its limit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Asking asking;
  if (size > fuzz::most_in_one_go) return 0;
  std::optional<Outcome> outcome;
  http::Request request;
  request.url = "http://127.0.0.1:" + std::to_string(asking.listener.port()) + "/";
  request.fresh_connection = true;
  auto exchange = asking.client->exchange(std::move(request));
  boost::asio::co_spawn(asking.loop, std::move(exchange), [&](const std::exception_ptr& thrown, Outcome got) {
    if (thrown) std::rethrow_exception(thrown);
    outcome = std::move(got);
  });

  std::optional<fuzz::Socket> peer;
  std::string heard;
  fuzz::turn_until(asking.loop, [&] { return (peer = asking.listener.accept()).has_value(); });
  fuzz::turn_until(asking.loop, [&] {
    peer->hear(heard);
    return heard.ends_with("\r\n\r\n");
  });
  peer->send(fuzz::text_of(data, size));
  peer->end_sending();
  fuzz::turn_until(asking.loop, [&] { return outcome.has_value(); });
  check(*outcome);
  return 0;
}
