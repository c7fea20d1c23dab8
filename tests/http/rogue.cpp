#include "http/rogue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace lethe::http::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view head_end = "\r\n\r\n";

std::size_t length_in(const std::string& head) {
  static constexpr std::string_view name = "Content-Length: ";
  const auto at = head.find(name);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

int note_server_name(SSL* ssl, int*, void* record) {
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name); name != nullptr) {
    static_cast<RogueRecord*>(record)->server_names.emplace_back(name);
  }
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Peer::Peer(tcp::socket socket, int number, std::shared_ptr<RogueRecord> record)
    : socket_(std::move(socket)), number_(number), record_(std::move(record)) {}

asio::awaitable<bool> Peer::greet(asio::ssl::context& context) {
  tls_.emplace(socket_, context);
  auto [ec] = co_await tls_->async_handshake(asio::ssl::stream_base::server, as_result);
  co_return !ec;
}

asio::awaitable<std::string> Peer::read_head() {
  auto buffer = asio::dynamic_buffer(input_);
  error_code ec;
  std::size_t size = 0;
  if (tls_) {
    std::tie(ec, size) = co_await asio::async_read_until(*tls_, buffer, head_end, as_result);
  } else {
    std::tie(ec, size) = co_await asio::async_read_until(socket_, buffer, head_end, as_result);
  }
  if (ec) {
    co_return std::string();
  }
  std::string head = input_.substr(0, size);
  input_.erase(0, size);
  co_return head;
}

asio::awaitable<std::string> Peer::read_request() {
  std::string request = co_await read_head();
  const std::size_t length = length_in(request);
  if (input_.size() < length) {
    auto buffer = asio::dynamic_buffer(input_);
    const std::size_t missing = length - input_.size();
    if (tls_) {
      co_await asio::async_read(*tls_, buffer, asio::transfer_exactly(missing), as_result);
    } else {
      co_await asio::async_read(socket_, buffer, asio::transfer_exactly(missing), as_result);
    }
  }
  request += input_.substr(0, length);
  input_.erase(0, length);
  if (!request.empty()) {
    record_->requests.push_back(request);
  }
  co_return request;
}

asio::awaitable<bool> Peer::send(std::string text) {
  const auto bytes = asio::buffer(text);
  error_code ec;
  std::size_t written = 0;
  if (tls_) {
    std::tie(ec, written) = co_await asio::async_write(*tls_, bytes, as_result);
  } else {
    std::tie(ec, written) = co_await asio::async_write(socket_, bytes, as_result);
  }
  co_return !ec;
}

asio::awaitable<void> Peer::pause(std::chrono::milliseconds duration) {
  asio::steady_timer timer(socket_.get_executor(), duration);
  co_await timer.async_wait(as_result);
}

asio::awaitable<void> Peer::linger() {
  co_await socket_.async_wait(tcp::socket::wait_error, as_result);
}

void Peer::reset() {
  error_code ignored;
  socket_.set_option(tcp::socket::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Peer::close() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

asio::awaitable<void> Peer::close_in_order() {
  if (tls_) {
    co_await tls_->async_shutdown(as_result);
  }
  close();
}

struct Rogue::State {
  State(asio::io_context& io, Script given) : script(std::move(given)), acceptor(io, {tcp::v4(), 0}, true) {}

  Script script;
  tcp::acceptor acceptor;
  std::optional<asio::ssl::context> tls;
  std::shared_ptr<RogueRecord> record = std::make_shared<RogueRecord>();
};

Rogue::Rogue(asio::io_context& io, Script script, std::optional<RogueTls> tls) {
  state_ = std::make_shared<State>(io, std::move(script));
  // Only 127.0.0.1 is served, so that 127.0.0.2 refuses.
  const auto port = std::uint16_t{0};
  state_->acceptor = tcp::acceptor(io, {asio::ip::address_v4::loopback(), port}, true);
  if (tls) {
    auto& context = state_->tls.emplace(asio::ssl::context::tls_server);
    if (tls->only_1_1) {
      SSL_CTX_set_cipher_list(context.native_handle(), "ALL:@SECLEVEL=0");
      SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_1_VERSION);
      SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_1_VERSION);
    }
    context.use_certificate_chain(asio::buffer(tls->identity.certificate_pem));
    context.use_private_key(asio::buffer(tls->identity.key_pem), asio::ssl::context::pem);
    SSL_CTX_set_tlsext_servername_callback(context.native_handle(), &note_server_name);
    SSL_CTX_set_tlsext_servername_arg(context.native_handle(), state_->record.get());
  }
  asio::co_spawn(io, accept(state_), [](const std::exception_ptr& failed) {
    if (failed) {
      std::rethrow_exception(failed);
    }
  });
}

Rogue::~Rogue() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

const RogueRecord& Rogue::record() const {
  return *state_->record;
}

std::string Rogue::url(const std::string& host) const {
  const auto port = std::to_string(state_->acceptor.local_endpoint().port());
  return (state_->tls ? "https://" : "http://") + host + ":" + port;
}

asio::awaitable<void> Rogue::accept(std::shared_ptr<State> state) {
  for (;;) {
    auto [ec, socket] = co_await state->acceptor.async_accept(as_result);
    if (ec) {
      co_return;
    }
    const auto peer = std::make_shared<Peer>(std::move(socket), state->record->connections++, state->record);
    asio::co_spawn(state->acceptor.get_executor(), play(state, peer), [](const std::exception_ptr& failed) {
      if (failed) {
        std::rethrow_exception(failed);
      }
    });
  }
}

asio::awaitable<void> Rogue::play(std::shared_ptr<State> state, std::shared_ptr<Peer> peer) {
  if (state->tls && !co_await peer->greet(*state->tls)) {
    co_return;
  }
  co_await state->script(*peer);
}

std::string answer(const std::string& body, const std::string& more_headers) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers + "\r\n" + body;
}

}  // namespace lethe::http::test
