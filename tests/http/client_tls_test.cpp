// Verified TLS: whom the client talks to, and whom it doesn't.
#include "http/client_fixture.hpp"

namespace lethe::http::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

asio::awaitable<void> serve_one_after_the_other(Peer& peer) {
  for (;;) {
    const std::string request = co_await peer.read_request();
    if (request.empty()) {
      co_return;
    }
    co_await peer.send(answer("hello"));
  }
}

class ClientTlsTest : public ClientTest {
 protected:
  ClientTlsTest() { settings.ca_file = write_file(authority.certificate_pem()); }

  RogueTls server_of(const std::string& names) const { return {.identity = authority.issue({.names = names})}; }

  const Authority authority{"Test CA"};
};

TEST_F(ClientTlsTest, private_authority_from_its_file) {
  const Rogue rogue(io, serve_one_after_the_other, server_of("DNS:rogue.test"));
  const auto outcome = get(rogue.url("rogue.test"));
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->body, "hello");
  EXPECT_TRUE(post(rogue.url("rogue.test"), std::string(5'000'000, 'x')));
  EXPECT_EQ(rogue.record().requests.at(1).size() / 1'000'000, 5u);
  EXPECT_THAT(rogue.record().server_names, ElementsAre("rogue.test", "rogue.test"));
}

TEST_F(ClientTlsTest, kept_connection_is_used_again) {
  const Rogue rogue(io, serve_one_after_the_other, server_of("DNS:rogue.test"));
  EXPECT_TRUE(get(rogue.url("rogue.test")));
  EXPECT_TRUE(get(rogue.url("rogue.test")));
  EXPECT_EQ(rogue.record().connections, 1);
  destroy_client();
}

TEST_F(ClientTlsTest, second_authority_in_the_file) {
  const Authority other("Another CA");
  settings.ca_file = write_file("a comment\n" + other.certificate_pem() + authority.certificate_pem());
  const Rogue rogue(io, serve_one_after_the_other, server_of("DNS:rogue.test"));
  EXPECT_TRUE(get(rogue.url("rogue.test")));
}

TEST_F(ClientTlsTest, wildcard_covers_one_label) {
  const Rogue rogue(io, serve_one_after_the_other, server_of("DNS:*.rogue.test"));
  EXPECT_TRUE(get(rogue.url("a.rogue.test")));
  expect_failure(get(rogue.url("rogue.test")), Kind::tls, false, "hostname mismatch");
}

TEST_F(ClientTlsTest, address_is_verified_as_an_address_and_not_named) {
  const Rogue rogue(io, serve_one_after_the_other, server_of("IP:127.0.0.1"));
  EXPECT_TRUE(get(rogue.url("127.0.0.1")));
  EXPECT_THAT(rogue.record().server_names, IsEmpty());
}

TEST_F(ClientTlsTest, address_that_the_certificate_has_as_a_name_only) {
  const Rogue rogue(io, serve_one_after_the_other, server_of("DNS:127.0.0.1"));
  expect_failure(post(rogue.url("127.0.0.1"), "secret"), Kind::tls, false, "IP address mismatch");
}

TEST_F(ClientTlsTest, other_name) {
  const Rogue rogue(io, serve_one_after_the_other, server_of("DNS:other.test,DNS:rogue.test.other"));
  expect_failure(post(rogue.url("rogue.test") + "/?query", "secret"), Kind::tls, false,
                 "TLS handshake: certificate refused: hostname mismatch");
  EXPECT_THAT(rogue.record().requests, IsEmpty());
}

TEST_F(ClientTlsTest, loopback_is_verified_too) {
  const Rogue rogue(io, serve_one_after_the_other, server_of("DNS:rogue.test"));
  expect_failure(post(rogue.url("localhost"), "secret"), Kind::tls, false, "hostname mismatch");
}

TEST_F(ClientTlsTest, expired) {
  const auto identity = authority.issue({.names = "DNS:rogue.test", .valid_from = -48h, .valid_until = -1h});
  const Rogue rogue(io, serve_one_after_the_other, RogueTls{.identity = identity});
  expect_failure(post(rogue.url("rogue.test"), "secret"), Kind::tls, false, "certificate has expired");
}

TEST_F(ClientTlsTest, not_yet_valid) {
  const auto identity = authority.issue({.names = "DNS:rogue.test", .valid_from = 1h, .valid_until = 48h});
  const Rogue rogue(io, serve_one_after_the_other, RogueTls{.identity = identity});
  expect_failure(post(rogue.url("rogue.test"), "secret"), Kind::tls, false, "certificate is not yet valid");
}

TEST_F(ClientTlsTest, self_signed_certificate) {
  const Rogue rogue(io, serve_one_after_the_other, RogueTls{.identity = self_signed({.names = "DNS:rogue.test"})});
  expect_failure(post(rogue.url("rogue.test"), "secret"), Kind::tls, false, "self-signed certificate");
}

TEST_F(ClientTlsTest, unknown_issuer) {
  settings.ca_file.clear();
  const Rogue rogue(io, serve_one_after_the_other, server_of("DNS:rogue.test"));
  expect_failure(post(rogue.url("rogue.test"), "secret"), Kind::tls, false, "unable to get local issuer certificate");
}

TEST_F(ClientTlsTest, authority_of_the_same_name_with_another_key) {
  const Authority namesake("Test CA");
  const Rogue rogue(io, serve_one_after_the_other, RogueTls{.identity = namesake.issue({.names = "DNS:rogue.test"})});
  expect_failure(post(rogue.url("rogue.test"), "secret"), Kind::tls, false, "certificate");
}

TEST_F(ClientTlsTest, server_of_tls_1_1_only) {
  auto tls = server_of("DNS:rogue.test");
  tls.only_1_1 = true;
  const Rogue rogue(io, serve_one_after_the_other, tls);
  expect_failure(post(rogue.url("rogue.test"), "secret"), Kind::tls, false, "TLS handshake: ");
}

TEST_F(ClientTlsTest, server_that_speaks_no_tls) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.send(answer("hello"));
    co_await peer.pause(1s);
  });
  const auto url = "https" + rogue.url("rogue.test").substr(4);
  expect_failure(post(url, "secret"), Kind::tls, false, "TLS handshake: ");
}

TEST_F(ClientTlsTest, silent_instead_of_a_handshake) {
  settings.connect_deadline = 100ms;
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> { co_await peer.pause(10s); });
  const auto begin = std::chrono::steady_clock::now();
  const auto url = "https" + rogue.url("rogue.test").substr(4);
  expect_failure(post(url, "secret"), Kind::timeout, false, "TLS handshake: timed out");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(ClientTlsTest, reset_instead_of_a_handshake) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    peer.reset();
    co_return;
  });
  const auto url = "https" + rogue.url("rogue.test").substr(4);
  expect_failure(post(url, "secret"), Kind::tls, false, "TLS handshake: Connection reset");
}

TEST_F(ClientTlsTest, endless_body_counts_only_when_tls_ends_in_order) {
  const Rogue rogue(
      io,
      [](Peer& peer) -> asio::awaitable<void> {
        co_await peer.read_request();
        co_await peer.send("HTTP/1.0 200 OK\r\n\r\nhello");
        if (peer.number() == 0) {
          co_await peer.close_in_order();
        } else {
          peer.close();
        }
      },
      server_of("DNS:rogue.test"));
  EXPECT_EQ(get(rogue.url("rogue.test")).value().body, "hello");
  expect_failure(get(rogue.url("rogue.test")), Kind::broken, true, "reading the response: ");
}

TEST_F(ClientTlsTest, truncated_body) {
  const Rogue rogue(
      io,
      [](Peer& peer) -> asio::awaitable<void> {
        co_await peer.read_request();
        co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
        peer.close();
      },
      server_of("DNS:rogue.test"));
  expect_failure(post(rogue.url("rogue.test"), "secret"), Kind::broken, true, "reading the response: ");
}

TEST_F(ClientTlsTest, silent_after_the_request) {
  settings.exchange_deadline = 300ms;
  const Rogue rogue(
      io,
      [](Peer& peer) -> asio::awaitable<void> {
        co_await peer.read_request();
        co_await peer.pause(10s);
      },
      server_of("DNS:rogue.test"));
  expect_failure(post(rogue.url("rogue.test"), "secret"), Kind::timeout, true, "reading the response: timed out");
}

TEST_F(ClientTlsTest, server_that_never_reads_has_not_got_the_request) {
  settings.exchange_deadline = 500ms;
  const Rogue rogue(
      io, [](Peer& peer) -> asio::awaitable<void> { co_await peer.pause(10s); }, server_of("DNS:rogue.test"));
  expect_failure(post(rogue.url("rogue.test"), std::string(64 * 1024 * 1024, 'x')), Kind::timeout, false,
                 "sending the request: timed out");
}

TEST_F(ClientTlsTest, stale_connection_is_told_as_such) {
  const Rogue rogue(
      io,
      [](Peer& peer) -> asio::awaitable<void> {
        co_await peer.read_request();
        co_await peer.send(answer("hello"));
        co_await peer.read_request();
        if (peer.number() % 2 == 0) {
          peer.close();
        } else {
          co_await peer.close_in_order();
        }
      },
      server_of("DNS:rogue.test"));
  for (const bool in_order : {false, true}) {
    EXPECT_TRUE(get(rogue.url("rogue.test")));
    const auto second = get(rogue.url("rogue.test"));
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().stale) << (in_order ? "closed in order" : "closed");
  }
  EXPECT_EQ(rogue.record().connections, 2);
}

}  // namespace
}  // namespace lethe::http::test
