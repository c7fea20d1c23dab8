#include "http/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <map>
#include <utility>

#include "http/read_head.hpp"

namespace lethe::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
/// How long to wait before accepting again when the process has no descriptor left.
constexpr auto accept_pause = 100ms;
/// How long a peer may take to read a refusal or to answer the end of TLS.
constexpr auto farewell_limit = 1s;
/// What a connection keeps beside a head: it bounds what the parser asks for to the end first, a trailer or the line of
/// a chunk's size.
constexpr std::size_t most_read_ahead = std::size_t{64} * 1024;

struct Connection {
  Connection(tcp::socket socket, std::size_t most_buffered) : tcp_stream(std::move(socket)), buffer(most_buffered) {}

  void close() {
    stop.emit(asio::cancellation_type::terminal);
    tcp_stream.close();
  }

  beast::tcp_stream tcp_stream;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls;
  beast::flat_buffer buffer;
  asio::cancellation_signal stop;
};

/// What the coroutines share. They keep it alive; it knows them weakly and counts them.
struct Core {
  Core(const asio::any_io_executor& executor, ServerSettings given, Handler given_handler)
      : settings(std::move(given)), handler(std::move(given_handler)), acceptor(executor), changed(executor) {
    changed.expires_at(asio::steady_timer::time_point::max());
  }

  void close() {
    stopping = true;
    error_code ignored;
    acceptor.close(ignored);
    changed.cancel();
    // Closing one can change the map, so it is left in peace meanwhile.
    const auto open = connections;
    for (const auto& [number, weak] : open) {
      if (const auto connection = weak.lock()) {
        connection->close();
      }
    }
  }

  ServerSettings settings;
  Handler handler;
  tcp::acceptor acceptor;
  std::optional<asio::ssl::context> tls;
  asio::steady_timer changed;  ///< never expires; cancelled whenever a coroutine ends or stopping is set
  std::map<std::uint64_t, std::weak_ptr<Connection>> connections;
  std::uint64_t next_number = 0;
  bool accepting = false;
  bool stopping = false;
};

struct Incoming {
  std::optional<Request> request = {};
  bool keep_alive = false;
  bool head = false;  ///< asked with HEAD: the reply carries no body
  unsigned version = 11;
  int refusal = 0;  ///< the status that tells the peer why its request isn't taken; 0: the connection is over
};

int refusal_of(error_code ec) {
  if (ec == beast::http::error::end_of_stream || ec == beast::http::error::partial_message) {
    return 0;
  }
  if (ec == beast::http::error::header_limit || ec == beast::http::error::buffer_overflow) {
    return 431;
  }
  if (ec == beast::http::error::body_limit) {
    return 413;
  }
  return ec.category() == make_error_code(beast::http::error::bad_method).category() ? 400 : 0;
}

Headers headers_of(const beast::http::fields& fields) {
  Headers headers;
  for (const auto& field : fields) {
    headers.emplace_back(field.name_string(), field.value());
  }
  return headers;
}

template <class Stream>
asio::awaitable<Incoming> read_request(Stream& stream, beast::flat_buffer& buffer, const ServerSettings& settings) {
  beast::http::request_parser<beast::http::string_body> parser;
  parser.body_limit(settings.most_body_bytes);

  const error_code header_ec = co_await read_head(stream, buffer, parser, settings.most_header_bytes);
  if (header_ec) {
    co_return Incoming{.refusal = refusal_of(header_ec)};
  }
  // What comes in a trailer, behind the body, is no header.
  Headers headers = headers_of(parser.get().base());
  if (beast::iequals(parser.get()[beast::http::field::expect], "100-continue")) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto bytes = asio::buffer(go_on);
    auto [ec, written] = co_await asio::async_write(stream, bytes, as_result);
    if (ec) {
      co_return Incoming{};
    }
  }
  if (!parser.is_done()) {
    auto [ec, body_bytes] = co_await beast::http::async_read(stream, buffer, parser, as_result);
    if (ec) {
      co_return Incoming{.refusal = refusal_of(ec)};
    }
  }

  auto message = parser.release();
  Incoming incoming{.keep_alive = message.keep_alive(),
                    .head = message.method() == beast::http::verb::head,
                    .version = message.version()};
  incoming.request = Request{.method = std::string(message.method_string()),
                             .url = std::string(message.target()),
                             .headers = std::move(headers),
                             .body = std::move(message.body())};
  co_return incoming;
}

/// A handler that throws is answered for with 500: it is a bug, but one of a single request.
asio::awaitable<ServerReply> ask(const Handler& handler, Request request) {
  try {
    co_return co_await handler(std::move(request));
  } catch (const std::exception&) {
    co_return ServerReply{.response = {.status = 500}};
  }
}

using Message = beast::http::response<beast::http::string_body>;

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

Message message_of(Response response, unsigned version, bool keep_alive, bool head) {
  const int status = response.status >= 200 && response.status <= 999 ? response.status : 500;
  Message message;
  message.version(version);
  message.result(static_cast<unsigned>(status));
  for (const auto& [name, value] : response.headers) {
    message.insert(name, value);
  }
  message.keep_alive(keep_alive);
  if (has_body(status)) {
    message.content_length(response.body.size());
    if (!head) {
      message.body() = std::move(response.body);
    }
  }
  return message;
}

template <class Stream>
asio::awaitable<bool> write_message(Stream& stream, Message message) {
  auto [ec, written] = co_await beast::http::async_write(stream, message, as_result);
  co_return !ec;
}

/// Reads and forgets, until the peer or the time limit of the stream ends it.
asio::awaitable<void> discard_input(beast::tcp_stream& stream) {
  std::array<char, 4096> waste;
  for (;;) {
    const auto room = asio::buffer(waste);
    auto [ec, bytes] = co_await stream.async_read_some(room, as_result);
    if (ec) {
      co_return;
    }
  }
}

/// A refused request may still be on its way; closing over unread bytes would reset the connection and lose the answer.
template <class Stream>
asio::awaitable<void> refuse(Stream& stream, beast::tcp_stream& below, int status) {
  below.expires_after(farewell_limit);
  if (co_await write_message(stream, message_of({.status = status}, 11, false, false))) {
    error_code ignored;
    below.socket().shutdown(tcp::socket::shutdown_send, ignored);
    co_await discard_input(below);
  }
}

void reset(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::socket::linger(true, 0), ignored);
  socket.close(ignored);
}

/// Returns whether the connection serves another request.
template <class Stream>
asio::awaitable<bool> send_reply(Stream& stream, Connection& connection, ServerReply reply, const Incoming& incoming) {
  auto message = message_of(std::move(reply.response), incoming.version, incoming.keep_alive, incoming.head);
  switch (reply.manner) {
    case ServerReply::Manner::whole: {
      const bool keep_alive = message.keep_alive();
      const bool written = co_await write_message(stream, std::move(message));
      co_return written&& keep_alive;
    }
    case ServerReply::Manner::reset:
      reset(connection.tcp_stream.socket());
      break;
    case ServerReply::Manner::truncated:
      message.body().resize(message.body().size() / 2);
      co_await write_message(stream, std::move(message));
      break;
    case ServerReply::Manner::silent:
      connection.tcp_stream.expires_never();
      co_await discard_input(connection.tcp_stream);
      break;
  }
  connection.tcp_stream.close();
  co_return false;
}

template <class Stream>
asio::awaitable<void> serve_requests(Core& core, Connection& connection, Stream& stream) {
  while (!core.stopping) {
    connection.tcp_stream.expires_after(core.settings.idle_limit);
    Incoming incoming = co_await read_request(stream, connection.buffer, core.settings);
    if (incoming.refusal != 0) {
      co_await refuse(stream, connection.tcp_stream, incoming.refusal);
      co_return;
    }
    if (!incoming.request) {
      co_return;
    }
    // The handler takes the time it needs; only the peer is held to a limit.
    connection.tcp_stream.expires_never();
    ServerReply reply = co_await ask(core.handler, std::move(*incoming.request));
    connection.tcp_stream.expires_after(core.settings.idle_limit);
    if (!co_await send_reply(stream, connection, std::move(reply), incoming)) {
      co_return;
    }
  }
}

asio::awaitable<void> serve_tls(Core& core, Connection& connection) {
  auto& stream = connection.tls.emplace(connection.tcp_stream, *core.tls);
  connection.tcp_stream.expires_after(core.settings.idle_limit);
  auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
  if (ec) {
    co_return;
  }
  co_await serve_requests(core, connection, stream);
  if (connection.tcp_stream.socket().is_open()) {
    connection.tcp_stream.expires_after(farewell_limit);
    co_await stream.async_shutdown(as_result);
  }
}

asio::awaitable<void> serve(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection) {
  error_code ignored;
  connection->tcp_stream.socket().set_option(tcp::no_delay(true), ignored);
  if (core->tls) {
    co_await serve_tls(*core, *connection);
  } else {
    co_await serve_requests(*core, *connection, connection->tcp_stream);
  }
}

void start_connection(const std::shared_ptr<Core>& core, tcp::socket socket) {
  const auto number = core->next_number++;
  auto connection = std::make_shared<Connection>(std::move(socket), core->settings.most_header_bytes + most_read_ahead);
  core->connections.emplace(number, connection);
  // An exception ends its connection and nothing else: it is a peer's doing, or the cancellation by stop().
  auto ended = [core, number, connection](const std::exception_ptr&) {
    core->connections.erase(number);
    core->changed.cancel();
  };
  const auto executor = core->acceptor.get_executor();
  const auto slot = connection->stop.slot();
  asio::co_spawn(executor, serve(core, connection), asio::bind_cancellation_slot(slot, std::move(ended)));
}

asio::awaitable<void> accept_connections(std::shared_ptr<Core> core) {
  asio::steady_timer pause(core->acceptor.get_executor());
  while (!core->stopping) {
    if (core->connections.size() >= core->settings.most_connections) {
      co_await core->changed.async_wait(as_result);
      continue;
    }
    auto [ec, socket] = co_await core->acceptor.async_accept(as_result);
    if (core->stopping) {
      co_return;
    }
    if (ec) {
      pause.expires_after(accept_pause);
      co_await pause.async_wait(as_result);
      continue;
    }
    start_connection(core, std::move(socket));
  }
}

void start_accepting(const std::shared_ptr<Core>& core) {
  core->accepting = true;
  auto ended = [core](const std::exception_ptr&) {
    core->accepting = false;
    core->changed.cancel();
  };
  asio::co_spawn(core->acceptor.get_executor(), accept_connections(core), std::move(ended));
}

std::expected<void, std::string> listen(Core& core) {
  const auto& settings = core.settings;
  const auto fail = [&settings](const error_code& ec) {
    return std::unexpected(fmt::format("can't listen on {}:{}: {}", settings.address, settings.port, ec.message()));
  };
  error_code ec;
  const auto address = asio::ip::make_address(settings.address, ec);
  if (ec) {
    return fail(ec);
  }
  const tcp::endpoint endpoint(address, settings.port);
  core.acceptor.open(endpoint.protocol(), ec);
  if (!ec) {
    core.acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  }
  if (!ec) {
    core.acceptor.bind(endpoint, ec);
  }
  if (!ec) {
    core.acceptor.listen(asio::socket_base::max_listen_connections, ec);
  }
  if (ec) {
    return fail(ec);
  }
  return {};
}

std::expected<void, std::string> prepare_tls(Core& core) {
  const auto& settings = core.settings;
  if (!settings.certificate_pem && !settings.key_pem) {
    return {};
  }
  if (!settings.certificate_pem || !settings.key_pem) {
    return std::unexpected("TLS needs both a certificate and its key; one of them is missing");
  }
  auto& context = core.tls.emplace(asio::ssl::context::tls_server);
  error_code ec;
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.use_certificate_chain(asio::buffer(*settings.certificate_pem), ec);
  if (ec) {
    return std::unexpected(fmt::format("the server's certificate can't be used: {}", ec.message()));
  }
  context.use_private_key(asio::buffer(*settings.key_pem), asio::ssl::context::pem, ec);
  if (ec) {
    return std::unexpected(fmt::format("the key of the server's certificate can't be used: {}", ec.message()));
  }
  return {};
}

class BeastServer final : public Server {
 public:
  explicit BeastServer(std::shared_ptr<Core> core)
      : core_(std::move(core)), endpoint_(core_->acceptor.local_endpoint()) {}
  BeastServer(const BeastServer&) = delete;
  BeastServer& operator=(const BeastServer&) = delete;
  ~BeastServer() override { core_->close(); }

  std::string address() const override { return endpoint_.address().to_string(); }
  std::uint16_t port() const override { return endpoint_.port(); }

  asio::awaitable<void> stop() override {
    const auto core = core_;
    core->close();
    while (core->accepting || !core->connections.empty()) {
      co_await core->changed.async_wait(as_result);
    }
  }

 private:
  std::shared_ptr<Core> core_;
  tcp::endpoint endpoint_;
};

}  // namespace

// The interface takes the executor by value, as Asio does.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
std::expected<std::unique_ptr<Server>, std::string> make_server(asio::any_io_executor executor, ServerSettings settings,
                                                                Handler handler) {
  auto core = std::make_shared<Core>(executor, std::move(settings), std::move(handler));
  if (const auto ready = prepare_tls(*core); !ready) {
    return std::unexpected(ready.error());
  }
  if (const auto listening = listen(*core); !listening) {
    return std::unexpected(listening.error());
  }
  auto server = std::make_unique<BeastServer>(core);
  start_accepting(core);
  return server;
}

}  // namespace lethe::http
