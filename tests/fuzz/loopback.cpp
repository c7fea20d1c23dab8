#include "fuzz/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "fuzz/contract.hpp"

namespace lethe::fuzz {
namespace {

constexpr int any = SOCK_STREAM | SOCK_CLOEXEC;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket::~Socket() {
  if (descriptor_ < 0) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(descriptor_);
}

void Socket::send(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    require(sent >= 0 || errno != EAGAIN, "the socket takes an input in one go");
    if (sent < 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Socket::end_sending() const {
  ::shutdown(descriptor_, SHUT_WR);
}

Socket::Heard Socket::hear(std::string& text) const {
  std::array<char, 4096> part;
  const ssize_t got = ::recv(descriptor_, part.data(), part.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Heard::nothing_yet;
  if (got <= 0) return Heard::end;
  text.append(part.data(), static_cast<std::size_t>(got));
  return Heard::some;
}

Socket connect(std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  while (true) {
    Socket socket(::socket(AF_INET, any, 0));
    if (::connect(socket.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    // libFuzzer looks at its time limit by a signal.
    require(errno == EINTR, "the server can be reached");
  }
}

Listener::Listener() : descriptor_(::socket(AF_INET, any | SOCK_NONBLOCK, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* any_address = reinterpret_cast<sockaddr*>(&address);
  const bool listening = ::bind(descriptor_, any_address, size) == 0 && ::listen(descriptor_, 16) == 0 &&
                         ::getsockname(descriptor_, any_address, &size) == 0;
  require(listening, "there is a port to listen on");
  port_ = ntohs(address.sin_port);
}

Listener::~Listener() {
  ::close(descriptor_);
}

std::optional<Socket> Listener::accept() const {
  const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  return Socket(descriptor);
}

}  // namespace lethe::fuzz
