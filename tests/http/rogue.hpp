// A server without manners: each connection runs the script that a test gives it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/certificates.hpp"

namespace lethe::http::test {

struct RogueRecord {
  int connections = 0;
  std::vector<std::string> requests;      ///< head and body as they came
  std::vector<std::string> server_names;  ///< one for each TLS greeting that named a host (SNI)
};

/// The server's end of one connection.
class Peer {
 public:
  Peer(boost::asio::ip::tcp::socket socket, int number, std::shared_ptr<RogueRecord> record);

  /// The how-manieth connection this is, from 0.
  int number() const { return number_; }
  boost::asio::awaitable<bool> greet(boost::asio::ssl::context& context);
  /// Reads a whole request (by Content-Length) and records it; empty when the connection ends first.
  boost::asio::awaitable<std::string> read_request();
  /// Reads the head of a request only.
  boost::asio::awaitable<std::string> read_head();
  /// False once the other side has gone.
  boost::asio::awaitable<bool> send(std::string text);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds duration);
  /// Waits until the other side has gone, without reading for it.
  boost::asio::awaitable<void> linger();
  void reset();
  void close();
  /// Ends TLS in order, then closes.
  boost::asio::awaitable<void> close_in_order();

 private:
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  int number_;
  std::shared_ptr<RogueRecord> record_;
  std::string input_;
};

using Script = std::function<boost::asio::awaitable<void>(Peer&)>;

struct RogueTls {
  Identity identity;
  bool only_1_1 = false;
};

class Rogue {
 public:
  Rogue(boost::asio::io_context& io, Script script, std::optional<RogueTls> tls = std::nullopt);
  Rogue(const Rogue&) = delete;
  Rogue& operator=(const Rogue&) = delete;
  ~Rogue();

  const RogueRecord& record() const;
  /// "http://127.0.0.1:PORT" or https.
  std::string url(const std::string& host = "127.0.0.1") const;

 private:
  struct State;
  static boost::asio::awaitable<void> accept(std::shared_ptr<State> state);
  static boost::asio::awaitable<void> play(std::shared_ptr<State> state, std::shared_ptr<Peer> peer);
  std::shared_ptr<State> state_;
};

/// "HTTP/1.1 200 OK" with this body and its length.
std::string answer(const std::string& body, const std::string& more_headers = "");

}  // namespace lethe::http::test
