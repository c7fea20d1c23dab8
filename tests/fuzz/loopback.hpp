// Plain sockets on loopback for the peer of a client or server under test, on the test's own thread: nothing here waits
// but turn_until(), which turns the loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/contract.hpp"

namespace lethe::fuzz {

/// What a socket surely takes without a reader.
inline constexpr std::size_t most_in_one_go = 32 * 1024;

/// One end of a connection. Closed by a reset, so that no port stays occupied for a while.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  /// What the other side has closed already is sent in vain.
  void send(std::string_view text) const;
  void end_sending() const;
  enum class Heard : std::uint8_t { nothing_yet, some, end };
  /// Appends what is there.
  Heard hear(std::string& text) const;

 private:
  friend Socket connect(std::uint16_t port);

  int descriptor_;
};

Socket connect(std::uint16_t port);

class Listener {
 public:
  Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  std::uint16_t port() const { return port_; }
  std::optional<Socket> accept() const;

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

/// Turns the loop until `done`; more than 10 s break the contract.
template <class Done>
void turn_until(boost::asio::io_context& loop, Done done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!done()) {
    require(std::chrono::steady_clock::now() < limit, "the exchange ends");
    loop.restart();
    loop.poll();
  }
}

}  // namespace lethe::fuzz
