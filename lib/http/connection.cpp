#include "http/connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "http/read_head.hpp"
#include "http/tls.hpp"

namespace lethe::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using Kind = Failure::Kind;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
/// Interim answers (1xx) before the one that counts.
constexpr int most_interim_answers = 16;
/// What a connection keeps beside a head: it bounds what the parser asks for to the end first, a trailer or the line of
/// a chunk's size.
constexpr std::size_t most_read_ahead = std::size_t{64} * 1024;

/// Asio's resolver can't be interrupted, so nobody waits for it but a timer: when it is late, its answer is dropped.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), finished(executor) {}

  tcp::resolver resolver;
  asio::steady_timer finished;  ///< expires at the deadline; cancelled by the answer, or by who gives up
  std::optional<error_code> result;
  std::vector<tcp::endpoint> endpoints;
};

void start(const std::shared_ptr<Lookup>& lookup, const Origin& origin) {
  const auto flags = tcp::resolver::numeric_service | tcp::resolver::address_configured;
  lookup->resolver.async_resolve(origin.host, std::to_string(origin.port), flags,
                                 [lookup](const error_code& ec, const tcp::resolver::results_type& results) {
                                   lookup->result = ec;
                                   for (const auto& entry : results) {
                                     lookup->endpoints.push_back(entry.endpoint());
                                   }
                                   lookup->finished.cancel();
                                 });
}

/// What needs no resolver: addresses, and localhost, which http:// is trusted to and nobody may point elsewhere.
std::vector<tcp::endpoint> known_endpoints(const Origin& origin) {
  if (origin.host == "localhost") {
    return {{asio::ip::address_v4::loopback(), origin.port}, {asio::ip::address_v6::loopback(), origin.port}};
  }
  error_code ec;
  const auto address = asio::ip::make_address(origin.host, ec);
  if (ec) {
    return {};
  }
  return {{address, origin.port}};
}

bool is_http_error(const error_code& ec) {
  return ec.category() == make_error_code(beast::http::error::bad_version).category();
}

/// What an error means at a stage whose own failures are of the kind `usual`.
Kind kind_of(const error_code& ec, Kind usual) {
  if (ec == beast::error::timeout) {
    return Kind::timeout;
  }
  if (ec == asio::error::operation_aborted) {
    return Kind::stopped;
  }
  const bool cut_off = ec == beast::http::error::end_of_stream || ec == beast::http::error::partial_message;
  return is_http_error(ec) && !cut_off ? Kind::protocol : usual;
}

std::string reason_of(const error_code& ec) {
  if (ec == beast::error::timeout) {
    return "timed out";
  }
  if (ec == beast::http::error::end_of_stream) {
    return "the other side closed the connection";
  }
  if (ec == beast::http::error::partial_message) {
    return "the connection ended within the response";
  }
  return ec.message();
}

using Message = beast::http::request<beast::http::span_body<const char>>;

Message message_of(const Request& request, const Address& address, const std::string& user_agent) {
  Message message;
  message.version(11);
  message.method_string(request.method);
  message.target(address.target);
  message.set(beast::http::field::host, address.host_field);
  message.set(beast::http::field::user_agent, user_agent);
  message.set(beast::http::field::accept, "application/json");
  message.set(beast::http::field::accept_encoding, "identity");
  // What the caller gives replaces the default of that name, and may come more than once.
  for (const auto& [name, value] : request.headers) {
    message.erase(name);
  }
  for (const auto& [name, value] : request.headers) {
    message.insert(name, value);
  }
  message.keep_alive(!request.fresh_connection);
  message.body() = {request.body.data(), request.body.size()};
  message.prepare_payload();
  return message;
}

/// To be taken before the body is read: what comes in a trailer, behind it, is no header.
Response head_of(const beast::http::response<beast::http::string_body>& message) {
  Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message.base()) {
    response.headers.emplace_back(field.name_string(), field.value());
  }
  return response;
}

/// Is the body compressed, say? That wasn't asked for, and nobody here can read it.
bool is_encoded(const Response& response) {
  return std::ranges::any_of(response.headers, [](const auto& field) {
    const auto& [name, value] = field;
    const bool of_body = beast::iequals(name, "Content-Encoding") && !beast::iequals(value, "identity");
    const bool of_transfer = beast::iequals(name, "Transfer-Encoding") && !beast::iequals(value, "chunked");
    return of_body || of_transfer;
  });
}

class BeastConnection final : public Connection {
 public:
  BeastConnection(const asio::any_io_executor& executor, std::shared_ptr<asio::ssl::context> context, Origin origin,
                  const ClientSettings& settings)
      : context_(std::move(context)),
        origin_(std::move(origin)),
        settings_(settings),
        tcp_(executor),
        buffer_(settings.most_header_bytes + most_read_ahead) {}

  const Origin& origin() const override { return origin_; }

  asio::awaitable<std::expected<void, Failure>> open(Deadline deadline) override {
    auto endpoints = known_endpoints(origin_);
    if (endpoints.empty()) {
      auto found = co_await resolve(deadline);
      if (!found) {
        co_return std::unexpected(std::move(found.error()));
      }
      endpoints = std::move(*found);
    }
    auto connected = co_await connect(std::move(endpoints), deadline);
    if (!connected || !origin_.tls) {
      co_return connected;
    }
    co_return co_await greet(deadline);
  }

  asio::awaitable<std::expected<Response, Failure>> exchange(const Request& request, const Address& address,
                                                             Deadline deadline) override {
    tcp_.expires_at(deadline);
    reusable_ = false;
    if (tls_) {
      co_return co_await exchange_over(*tls_, request, address);
    }
    co_return co_await exchange_over(tcp_, request, address);
  }

  bool reusable() override {
    if (!reusable_ || !tcp_.socket().is_open()) {
      return false;
    }
    char byte = 0;
    const auto got = ::recv(tcp_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void close() override {
    closed_ = true;
    if (const auto lookup = lookup_.lock()) {
      lookup->finished.cancel();
    }
    tcp_.close();
  }

 private:
  Failure failure(Kind usual, std::string_view stage, const error_code& ec) const {
    if (closed_) {
      return stopped(stage);
    }
    return {.kind = kind_of(ec, usual), .what = fmt::format("{}: {}: {}", text_of(origin_), stage, reason_of(ec))};
  }

  Failure stopped(std::string_view stage) const {
    return {.kind = Kind::stopped, .what = fmt::format("{}: {}: stopped", text_of(origin_), stage)};
  }

  asio::awaitable<std::expected<std::vector<tcp::endpoint>, Failure>> resolve(Deadline deadline) {
    static constexpr std::string_view stage = "resolving";
    const auto lookup = std::make_shared<Lookup>(tcp_.get_executor());
    lookup_ = lookup;
    lookup->finished.expires_at(deadline);
    start(lookup, origin_);
    auto [wait_ec] = co_await lookup->finished.async_wait(as_result);
    if (closed_) {
      co_return std::unexpected(stopped(stage));
    }
    if (!lookup->result) {
      lookup->resolver.cancel();
      const error_code ec = wait_ec ? wait_ec : make_error_code(beast::error::timeout);
      co_return std::unexpected(failure(Kind::resolve, stage, ec));
    }
    if (*lookup->result) {
      co_return std::unexpected(failure(Kind::resolve, stage, *lookup->result));
    }
    co_return std::move(lookup->endpoints);
  }

  /// Each endpoint gets an equal share of the time that is left, lest one that swallows packets takes it all.
  asio::awaitable<std::expected<void, Failure>> connect(std::vector<tcp::endpoint> endpoints, Deadline deadline) {
    static constexpr std::string_view stage = "connecting";
    error_code last = asio::error::host_not_found;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      const auto now = std::chrono::steady_clock::now();
      const auto share = (deadline - now) / static_cast<std::int64_t>(endpoints.size() - i);
      tcp_.expires_at(now + share);
      auto [ec] = co_await tcp_.async_connect(endpoints[i], as_result);
      if (closed_) {
        co_return std::unexpected(stopped(stage));
      }
      if (!ec) {
        error_code ignored;
        tcp_.socket().set_option(tcp::no_delay(true), ignored);
        co_return std::expected<void, Failure>{};
      }
      last = ec;
      tcp_.close();
      if (ec == asio::error::operation_aborted) {
        break;
      }
    }
    co_return std::unexpected(failure(Kind::connect, stage, last));
  }

  asio::awaitable<std::expected<void, Failure>> greet(Deadline deadline) {
    static constexpr std::string_view stage = "TLS handshake";
    tls_.emplace(tcp_, *context_);
    if (!expect_host(tls_->native_handle(), origin_.host)) {
      const error_code ec = make_error_code(boost::system::errc::not_enough_memory);
      co_return std::unexpected(failure(Kind::tls, stage, ec));
    }
    tcp_.expires_at(deadline);
    auto [ec] = co_await tls_->async_handshake(asio::ssl::stream_base::client, as_result);
    if (!ec) {
      co_return std::expected<void, Failure>{};
    }
    Failure refused = failure(Kind::tls, stage, ec);
    if (refused.kind == Kind::tls) {
      const auto reason = handshake_reason(tls_->native_handle(), ec);
      refused.what = fmt::format("{}: {}: {}", text_of(origin_), stage, reason);
    }
    co_return std::unexpected(std::move(refused));
  }

  template <class Stream>
  asio::awaitable<std::expected<Response, Failure>> exchange_over(Stream& stream, const Request& request,
                                                                  const Address& address) {
    auto message = message_of(request, address, settings_.user_agent);
    auto [write_ec, written] = co_await beast::http::async_write(stream, message, as_result);
    Failure unsent;
    if (write_ec) {
      unsent = failure(Kind::broken, "sending the request", write_ec);
      if (unsent.kind != Kind::broken) {
        co_return std::unexpected(std::move(unsent));
      }
    }
    // A server may refuse a request before it has read it all, and close: its answer counts even so.
    auto answer = co_await read_answer(stream, request.method == "HEAD");
    if (answer) {
      kept_ = true;
      reusable_ = reusable_ && !write_ec && !request.fresh_connection;
      co_return answer;
    }
    if (write_ec) {
      unsent.stale = answer.error().stale;
      answer.error() = std::move(unsent);
    } else {
      answer.error().request_sent = true;
    }
    co_return answer;
  }

  template <class Stream>
  asio::awaitable<std::expected<Response, Failure>> read_answer(Stream& stream, bool head) {
    static constexpr std::string_view stage = "reading the response";
    for (int interim = 0; interim <= most_interim_answers; ++interim) {
      beast::http::response_parser<beast::http::string_body> parser;
      parser.body_limit(settings_.most_body_bytes);
      parser.skip(head);
      const error_code header_ec = co_await read_head(stream, buffer_, parser, settings_.most_header_bytes);
      if (header_ec) {
        Failure broken = failure(Kind::broken, stage, header_ec);
        const bool untouched = interim == 0 && !parser.got_some() && buffer_.size() == 0;
        broken.stale = kept_ && untouched && broken.kind == Kind::broken;
        co_return std::unexpected(std::move(broken));
      }
      const auto status = parser.get().result_int();
      if (status == 101) {
        break;
      }
      if (status < 200) {
        continue;
      }
      Response response = head_of(parser.get());
      if (!parser.is_done()) {
        auto [body_ec, body_bytes] = co_await beast::http::async_read(stream, buffer_, parser, as_result);
        if (body_ec) {
          co_return std::unexpected(failure(Kind::broken, stage, body_ec));
        }
      }
      if (buffer_.size() > 0) {
        co_return std::unexpected(misbehaved("more bytes than the response announced"));
      }
      response.body = std::move(parser.get().body());
      if (is_encoded(response)) {
        if (status < 300) {
          co_return std::unexpected(misbehaved("the body is encoded, though that wasn't asked for"));
        }
        response.body.clear();
      }
      reusable_ = parser.keep_alive();
      co_return response;
    }
    co_return std::unexpected(misbehaved("interim answers only, or another protocol"));
  }

  Failure misbehaved(std::string_view reason) const {
    return {.kind = Kind::protocol, .what = fmt::format("{}: reading the response: {}", text_of(origin_), reason)};
  }

  std::shared_ptr<asio::ssl::context> context_;
  Origin origin_;
  const ClientSettings& settings_;
  beast::tcp_stream tcp_;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls_;
  beast::flat_buffer buffer_;
  std::weak_ptr<Lookup> lookup_;
  bool kept_ = false;  ///< an exchange went well on it already
  bool reusable_ = false;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<Connection> make_connection(const asio::any_io_executor& executor,
                                            std::shared_ptr<asio::ssl::context> tls, Origin origin,
                                            const ClientSettings& settings) {
  return std::make_unique<BeastConnection>(executor, std::move(tls), std::move(origin), settings);
}

}  // namespace lethe::http
