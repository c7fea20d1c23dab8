// The other side misbehaves: what the client reports, and above all whether the request may have been acted on.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/client_fixture.hpp"
#include "http/names.hpp"

namespace lethe::http::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// More than the kernel takes for both sides of a connection, so that its end is never handed over to a deaf server.
const std::string huge(64 * 1024 * 1024, 'x');

Script after_request(std::string text) {
  return [text](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send(text);
    peer.close();
  };
}

TEST_F(ClientTest, unknown_name) {
  expect_failure(post("https://nowhere.test/?query", "secret"), Kind::resolve, false, "nowhere.test:443: resolving: ");
}

TEST_F(ClientTest, name_service_that_hangs_is_not_waited_for) {
  settings.connect_deadline = 100ms;
  const int unanswered = names_asked() - names_answered();
  expect_failure(get("https://slow.test/"), Kind::timeout, false, "slow.test:443: resolving: timed out");
  EXPECT_EQ(names_asked() - names_answered(), unanswered + 1);
}

TEST_F(ClientTest, nobody_listens) {
  std::string url;
  {
    const Rogue rogue(io, [](Peer&) -> asio::awaitable<void> { co_return; });
    url = rogue.url();
  }
  expect_failure(post(url, "secret"), Kind::connect, false, "connecting: Connection refused");
}

TEST_F(ClientTest, silent_after_the_request) {
  settings.exchange_deadline = 300ms;
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.read_request();
  });
  const auto begin = std::chrono::steady_clock::now();
  expect_failure(post(rogue.url() + "/?query", "secret"), Kind::timeout, true, "reading the response: timed out");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(ClientTest, server_that_never_reads_has_not_got_the_request) {
  settings.exchange_deadline = 300ms;
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> { co_await peer.pause(10s); });
  expect_failure(post(rogue.url(), huge), Kind::timeout, false, "sending the request: timed out");
}

TEST_F(ClientTest, one_deadline_for_a_response_that_drips) {
  settings.exchange_deadline = 300ms;
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1000; ++i) {
      co_await peer.send("x");
      co_await peer.pause(10ms);
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  expect_failure(get(rogue.url()), Kind::timeout, true, "timed out");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(ClientTest, header_that_drips) {
  settings.exchange_deadline = 300ms;
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 1000; ++i) {
      co_await peer.send("X-A: b\r\n");
      co_await peer.pause(10ms);
    }
  });
  expect_failure(get(rogue.url()), Kind::timeout, true, "timed out");
}

TEST_F(ClientTest, reset_in_the_middle_of_the_request) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_head();
    peer.reset();
  });
  expect_failure(post(rogue.url(), huge), Kind::broken, false, "sending the request: ");
}

TEST_F(ClientTest, reset_after_the_request) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    peer.reset();
  });
  expect_failure(post(rogue.url(), "secret"), Kind::broken, true, "reading the response: Connection reset");
}

TEST_F(ClientTest, closed_after_the_request) {
  const Rogue rogue(io, after_request(""));
  expect_failure(post(rogue.url(), "secret"), Kind::broken, true, "the other side closed the connection");
  expect_failure(get(rogue.url()), Kind::broken, true, "the other side closed the connection");
  EXPECT_EQ(rogue.record().requests.size(), 2u) << "a first attempt on a new connection is never repeated";
}

TEST_F(ClientTest, early_refusal_of_a_long_request_is_read) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_head();
    co_await peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}");
    peer.close();
  });
  const auto outcome = post(rogue.url(), huge);
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->status, 413);
}

TEST_F(ClientTest, idle_connection_closed_meanwhile_is_seen_before_it_is_used) {
  const Rogue rogue(io, after_request(answer("x")));
  EXPECT_TRUE(get(rogue.url()));
  EXPECT_TRUE(post(rogue.url(), "y", false)) << "nothing is sent on a connection that is known to be closed";
  EXPECT_EQ(rogue.record().requests.size(), 2u);
}

/// Serves one request; the connection ends when the second one comes, as if its end had crossed with it.
Script closes_on_second(bool by_reset, const std::string& first_words) {
  return [by_reset, first_words](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send(answer(std::to_string(peer.number())));
    co_await peer.read_request();
    co_await peer.send(first_words);
    if (by_reset) {
      peer.reset();
    } else {
      peer.close();
    }
  };
}

TEST_F(ClientTest, stale_connection_is_told_and_nothing_sent_again) {
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    for (const bool by_reset : {false, true}) {
      const Rogue rogue(io, closes_on_second(by_reset, ""));
      EXPECT_EQ(get(rogue.url()).value().body, "0");
      const auto second = exchange({.method = method, .url = rogue.url(), .body = "secret"});
      expect_failure(second, Kind::broken, true, by_reset ? "" : "closed");
      EXPECT_TRUE(second.error().stale) << method;
      EXPECT_EQ(rogue.record().requests.size(), 2u) << method;
      EXPECT_EQ(rogue.record().connections, 1) << method;
    }
  }
}

TEST_F(ClientTest, connection_is_not_stale_once_a_byte_of_the_response_came) {
  const Rogue rogue(io, closes_on_second(false, "H"));
  EXPECT_TRUE(get(rogue.url()));
  const auto second = get(rogue.url());
  expect_failure(second, Kind::broken, true, "ended within the response");
  EXPECT_FALSE(second.error().stale);
  EXPECT_EQ(rogue.record().connections, 1);
}

TEST_F(ClientTest, fresh_connection_is_never_stale) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    peer.close();
  });
  EXPECT_FALSE(get(rogue.url()).error().stale);
}

TEST_F(ClientTest, connection_that_is_silent_is_not_stale) {
  settings.exchange_deadline = 300ms;
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send(answer("x"));
    co_await peer.read_request();
    co_await peer.read_request();
  });
  EXPECT_TRUE(get(rogue.url()));
  expect_failure(get(rogue.url()), Kind::timeout, true, "timed out");
  EXPECT_EQ(rogue.record().connections, 1);
}

struct BadResponse {
  const char* name;
  std::string text;
  Kind kind;
  const char* reason;
};

class ClientBadResponseTest : public ClientTest, public testing::WithParamInterface<BadResponse> {};

TEST_P(ClientBadResponseTest, is_a_failure_after_the_request_was_sent) {
  settings.most_header_bytes = 2000;
  settings.most_body_bytes = 1000;
  const Rogue rogue(io, after_request(GetParam().text));
  expect_failure(post(rogue.url(), "secret"), GetParam().kind, true, GetParam().reason);
}

std::string repeated_headers() {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += "X-A: bcdef\r\n";
  }
  return text;
}

std::string many_interim_answers() {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "HTTP/1.1 100 Continue\r\n\r\n";
  }
  return text + answer("x");
}

INSTANTIATE_TEST_SUITE_P(
    Responses, ClientBadResponseTest,
    testing::Values(
        BadResponse{"body_truncated", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsecret", Kind::broken,
                    "within the response"},
        BadResponse{"header_truncated", "HTTP/1.1 200 OK\r\nContent-Le", Kind::broken, "within the response"},
        BadResponse{"more_than_announced", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nsecret", Kind::protocol,
                    "more bytes"},
        BadResponse{"chunks_truncated", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Kind::broken,
                    "within the response"},
        BadResponse{"chunks_without_last", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
                    Kind::broken, "within the response"},
        BadResponse{"chunk_size_unreadable",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", Kind::protocol,
                    "chunk"},
        BadResponse{"two_lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 6\r\n\r\nsecret",
                    Kind::protocol, "Content-Length"},
        BadResponse{"length_unreadable", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Kind::protocol,
                    "Content-Length"},
        BadResponse{"length_beyond_numbers", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                    Kind::protocol, "Content-Length"},
        BadResponse{"announced_body_too_large",
                    "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'), Kind::protocol,
                    "body limit"},
        BadResponse{"endless_body_too_large", "HTTP/1.0 200 OK\r\n\r\n" + std::string(1001, 'x'), Kind::protocol,
                    "body limit"},
        BadResponse{
            "chunked_body_too_large",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n",
            Kind::protocol, "body limit"},
        BadResponse{"many_headers", "HTTP/1.1 200 OK\r\n" + repeated_headers() + "\r\n", Kind::protocol,
                    "header limit"},
        BadResponse{"one_long_header", "HTTP/1.1 200 OK\r\nX-A: " + std::string(100'000, 'x') + "\r\n\r\n",
                    Kind::protocol, "header limit"},
        BadResponse{"another_protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", Kind::protocol, "version"},
        BadResponse{"page_without_head", "<html>secret</html>\r\n\r\n", Kind::protocol, "version"},
        BadResponse{"status_unreadable", "HTTP/1.1 2x0 OK\r\n\r\n", Kind::protocol, "status"},
        BadResponse{"http_2", "HTTP/2 200\r\n\r\n", Kind::protocol, "version"},
        BadResponse{"switches_protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Kind::protocol,
                    "another protocol"},
        BadResponse{"interim_answers_without_end", many_interim_answers(), Kind::protocol, "interim"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(ClientTest, body_of_exactly_the_limit_is_taken) {
  settings.most_body_bytes = 1000;
  const Rogue rogue(io, after_request(answer(std::string(1000, 'x'))));
  EXPECT_EQ(get(rogue.url()).value().body.size(), 1000u);
}

TEST_F(ClientTest, connection_that_sent_more_than_it_announced_is_not_used_again) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send(answer("x"));
    co_await peer.pause(50ms);
    co_await peer.send(answer("an answer to nothing"));
    co_await peer.read_request();
  });
  EXPECT_EQ(get(rogue.url()).value().body, "x");
  asio::steady_timer later(io, 100ms);
  run(io, later.async_wait(asio::use_awaitable));
  EXPECT_EQ(get(rogue.url()).value().body, "x");
  EXPECT_EQ(rogue.record().connections, 2);
}

}  // namespace
}  // namespace lethe::http::test
