#include "http/client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "http/client_fixture.hpp"
#include "http/names.hpp"

namespace lethe::http::test {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;

/// Answers every request on the connection with its number there: "0.0", "0.1", "1.0", ...
asio::awaitable<void> serve_politely(Peer& peer) {
  for (int i = 0;; ++i) {
    const std::string request = co_await peer.read_request();
    if (request.empty()) {
      co_return;
    }
    co_await peer.send(answer(std::to_string(peer.number()) + "." + std::to_string(i)));
  }
}

TEST_F(ClientTest, sends_its_headers_and_reads_status_headers_and_body) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 429 Slow Down\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}");
  });
  settings.user_agent = "lethe/test";
  const auto outcome = exchange({.method = "POST",
                                 .url = rogue.url() + "/a/b?c=d",
                                 .headers = {{"Authorization", "Bearer x"}, {"Content-Type", "application/json"}},
                                 .body = "{\"a\":1}"});
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->status, 429);
  EXPECT_EQ(header(outcome->headers, "retry-AFTER"), "7");
  EXPECT_EQ(header(outcome->headers, "absent"), std::nullopt);
  EXPECT_EQ(outcome->body, "{}");
  const auto& request = rogue.record().requests.at(0);
  EXPECT_THAT(request, testing::StartsWith("POST /a/b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Host: " + rogue.url().substr(7) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("User-Agent: lethe/test\r\n"));
  EXPECT_THAT(request, HasSubstr("Accept: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer x\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_THAT(request, testing::EndsWith("\r\n\r\n{\"a\":1}"));
  EXPECT_THAT(request, HasSubstr("Accept-Encoding: identity\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Connection: close")));
}

TEST_F(ClientTest, callers_header_replaces_the_default_and_may_repeat) {
  const Rogue rogue(io, serve_politely);
  ASSERT_TRUE(exchange({.url = rogue.url(), .headers = {{"accept", "text/csv"}, {"X-A", "1"}, {"X-A", "2"}}}));
  const auto& request = rogue.record().requests.at(0);
  EXPECT_THAT(request, HasSubstr("accept: text/csv\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("application/json")));
  EXPECT_THAT(request, HasSubstr("X-A: 1\r\nX-A: 2\r\n"));
}

TEST_F(ClientTest, header_that_would_write_headers_isnt_sent) {
  const Rogue rogue(io, serve_politely);
  expect_failure(exchange({.url = rogue.url(), .headers = {{"Authorization", "Bearer secret\r\nX: y"}}}),
                 Kind::protocol, false, "isn't sent");
  expect_failure(exchange({.url = rogue.url(), .headers = {{"A secret: b", "c"}}}), Kind::protocol, false,
                 "isn't sent");
  expect_failure(exchange({.method = "GET /secret", .url = rogue.url()}), Kind::protocol, false, "isn't sent");
  EXPECT_EQ(rogue.record().connections, 0);
}

TEST_F(ClientTest, redirect_isnt_followed) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    co_await peer.read_request();
  });
  EXPECT_EQ(get(rogue.url()).value().status, 302);
  EXPECT_EQ(rogue.record().requests.size(), 1u);
}

TEST_F(ClientTest, http_to_a_foreign_host_is_refused_before_anything_is_resolved) {
  const int before = names_asked();
  expect_failure(get("http://rogue.test/?query"), Kind::refused_url, false, "loopback only");
  expect_failure(get("rogue.test/?query"), Kind::refused_url, false, "URL");
  EXPECT_EQ(names_asked(), before);
}

TEST_F(ClientTest, localhost_asks_no_resolver) {
  const Rogue rogue(io, serve_politely);
  const int before = names_asked();
  EXPECT_EQ(get(rogue.url("localhost")).value().body, "0.0");
  EXPECT_EQ(names_asked(), before);
}

TEST_F(ClientTest, gets_share_a_kept_connection) {
  const Rogue rogue(io, serve_politely);
  EXPECT_EQ(get(rogue.url()).value().body, "0.0");
  EXPECT_EQ(get(rogue.url()).value().body, "0.1");
  EXPECT_EQ(post(rogue.url(), "x", false).value().body, "0.2");
}

TEST_F(ClientTest, fresh_connection_is_neither_taken_from_the_kept_ones_nor_kept) {
  const Rogue rogue(io, serve_politely);
  EXPECT_EQ(get(rogue.url()).value().body, "0.0");
  EXPECT_EQ(post(rogue.url(), "x", true).value().body, "1.0");
  EXPECT_THAT(rogue.record().requests.at(1), HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(post(rogue.url(), "x", true).value().body, "2.0");
  EXPECT_EQ(get(rogue.url()).value().body, "0.1");
}

TEST_F(ClientTest, other_origin_gets_another_connection) {
  const Rogue one(io, serve_politely);
  const Rogue two(io, serve_politely);
  EXPECT_TRUE(get(one.url()));
  EXPECT_EQ(get(two.url()).value().body, "0.0");
  EXPECT_EQ(get(one.url("localhost")).value().body, "1.0");
}

TEST_F(ClientTest, connection_idle_for_too_long_isnt_used) {
  const Rogue rogue(io, serve_politely);
  settings.idle_limit = std::chrono::milliseconds(0);
  EXPECT_EQ(get(rogue.url()).value().body, "0.0");
  EXPECT_EQ(get(rogue.url()).value().body, "1.0");
}

TEST_F(ClientTest, only_so_many_idle_connections_are_kept) {
  const Rogue one(io, serve_politely);
  const Rogue two(io, serve_politely);
  settings.most_idle_connections = 1;
  EXPECT_TRUE(get(one.url()));
  EXPECT_TRUE(get(two.url()));
  EXPECT_EQ(get(two.url()).value().body, "0.1");
  EXPECT_EQ(get(one.url()).value().body, "1.0");
}

TEST_F(ClientTest, server_that_says_close_isnt_asked_again_on_that_connection) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send(answer("x", "Connection: close\r\n"));
    co_await peer.read_request();
  });
  EXPECT_TRUE(get(rogue.url()));
  EXPECT_TRUE(get(rogue.url()));
  EXPECT_EQ(rogue.record().connections, 2);
}

TEST_F(ClientTest, chunked_body) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: u\r\n\r\n");
    co_await serve_politely(peer);
  });
  EXPECT_EQ(get(rogue.url()).value().body, "abcde");
  EXPECT_EQ(get(rogue.url()).value().body, "0.0");
}

TEST_F(ClientTest, http_1_0_without_length_ends_with_the_connection) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.0 200 OK\r\n\r\nabc");
    peer.close();
  });
  EXPECT_EQ(get(rogue.url()).value().body, "abc");
  EXPECT_EQ(get(rogue.url()).value().body, "abc");
  EXPECT_EQ(rogue.record().connections, 2);
}

TEST_F(ClientTest, answers_without_a_body) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    co_await serve_politely(peer);
  });
  EXPECT_EQ(get(rogue.url()).value().status, 204);
  EXPECT_EQ(exchange({.method = "HEAD", .url = rogue.url()}).value().body, "");
  EXPECT_EQ(get(rogue.url()).value().body, "0.0");
}

TEST_F(ClientTest, interim_answers_are_passed_over) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer("final"));
    co_await serve_politely(peer);
  });
  EXPECT_EQ(post(rogue.url(), "x", false).value().body, "final");
  EXPECT_EQ(get(rogue.url()).value().body, "0.0");
}

TEST_F(ClientTest, all_endpoints_of_a_name_are_tried) {
  const Authority authority("Test CA");
  const Rogue rogue(io, serve_politely, RogueTls{.identity = authority.issue({.names = "DNS:two.test"})});
  settings.ca_file = write_file(authority.certificate_pem());
  EXPECT_EQ(get(rogue.url("two.test")).value().body, "0.0");
}

/// Counts its exchanges' ends.
asio::awaitable<void> exchange_and_note(Client& client, std::string url, std::vector<Outcome>& outcomes) {
  Request request{.url = std::move(url)};
  auto outcome = co_await client.exchange(std::move(request));
  outcomes.push_back(std::move(outcome));
}

TEST_F(ClientTest, several_exchanges_at_once) {
  settings.exchange_deadline = std::chrono::seconds(2);
  const Rogue polite(io, serve_politely);
  const Rogue silent(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.read_request();
  });
  std::vector<Outcome> good;
  std::vector<Outcome> bad;
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(io, exchange_and_note(client(), polite.url(), good), [](const std::exception_ptr&) {});
    asio::co_spawn(io, exchange_and_note(client(), silent.url(), bad), [](const std::exception_ptr&) {});
  }
  turn_until(io, [&] { return good.size() == 20 && bad.size() == 20; });
  for (const auto& outcome : good) {
    EXPECT_TRUE(outcome) << outcome.error().what;
  }
  for (const auto& outcome : bad) {
    expect_failure(outcome, Kind::timeout, true, "timed out");
  }
  EXPECT_EQ(polite.record().connections, 20);
  EXPECT_TRUE(get(polite.url()));
  EXPECT_EQ(polite.record().connections, 20);
}

TEST_F(ClientTest, destroyed_with_idle_connections) {
  const Rogue rogue(io, serve_politely);
  EXPECT_TRUE(get(rogue.url()));
  destroy_client();
  EXPECT_TRUE(get(rogue.url()));
  EXPECT_EQ(rogue.record().connections, 2);
}

TEST_F(ClientTest, destroyed_with_an_exchange_under_way) {
  const Rogue rogue(io, [](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.read_request();
  });
  std::vector<Outcome> outcomes;
  asio::co_spawn(io, exchange_and_note(client(), rogue.url(), outcomes), [](const std::exception_ptr&) {});
  turn_until(io, [&] { return rogue.record().requests.size() == 1; });
  destroy_client();
  turn_until(io, [&] { return !outcomes.empty(); });
  expect_failure(outcomes.at(0), Kind::stopped, true, "stopped");
}

TEST_F(ClientTest, destroyed_while_a_name_is_looked_up) {
  std::vector<Outcome> outcomes;
  asio::co_spawn(io, exchange_and_note(client(), "https://slow.test", outcomes), [](const std::exception_ptr&) {});
  asio::steady_timer soon(io, std::chrono::milliseconds(50));
  run(io, soon.async_wait(asio::use_awaitable));
  destroy_client();
  turn_until(io, [&] { return !outcomes.empty(); });
  expect_failure(outcomes.at(0), Kind::stopped, false, "stopped");
}

TEST(MakeClient, ca_file_that_cant_be_used_is_refused_in_one_line) {
  asio::io_context io;
  const Authority authority("Test CA");
  const std::string pem = authority.certificate_pem();
  const std::vector<std::filesystem::path> files = {"/nonexistent/ca.pem",
                                                    testing::TempDir(),
                                                    write_file(""),
                                                    write_file("no certificate"),
                                                    write_file(pem.substr(0, 200)),
                                                    write_file(pem + pem.substr(0, 200))};
  for (const auto& file : files) {
    ClientSettings settings;
    settings.ca_file = file;
    const auto made = make_client(io.get_executor(), settings);
    ASSERT_FALSE(made) << file;
    EXPECT_EQ(made.error().find('\n'), std::string::npos);
    EXPECT_THAT(made.error(), HasSubstr(file.string()));
  }
}

}  // namespace
}  // namespace lethe::http::test
