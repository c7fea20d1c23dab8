#include "http/server.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "http/certificates.hpp"
#include "http/client.hpp"
#include "http/loop.hpp"

namespace lethe::http::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using Outcome = std::expected<Response, Failure>;
using Manner = ServerReply::Manner;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    handler = [this](Request request) -> asio::awaitable<ServerReply> {
      requests.push_back(request);
      co_return ServerReply{.response = {.status = 200,
                                         .headers = {{"X-Method", request.method}},
                                         .body = request.url + " " + request.body}};
    };
  }

  ~ServerTest() override {
    if (server_) {
      run(io, server_->stop());
    }
  }

  Server& server() {
    if (!server_) {
      auto made = make_server(io.get_executor(), settings, handler);
      if (!made) {
        throw std::runtime_error(made.error());
      }
      server_ = std::move(*made);
    }
    return *server_;
  }

  std::string url() { return "http://127.0.0.1:" + std::to_string(server().port()); }

  Outcome exchange(Request request) {
    if (!client_) {
      client_ = make_client(io.get_executor(), client_settings).value();
    }
    return run(io, client_->exchange(std::move(request)));
  }

  tcp::socket connected() {
    tcp::socket socket(io);
    socket.connect({asio::ip::make_address(server().address()), server().port()});
    return socket;
  }

  /// What the server says to this text, until it closes or a second has passed.
  std::string say(const std::string& text) { return run(io, talk(connected(), text)); }

  static asio::awaitable<std::string> talk(tcp::socket socket, std::string text) {
    const auto bytes = asio::buffer(text);
    co_await asio::async_write(socket, bytes, as_result);
    co_return co_await read_all(socket);
  }

  static asio::awaitable<std::string> read_all(tcp::socket& socket) {
    asio::steady_timer limit(socket.get_executor(), 3s);
    limit.async_wait([&socket](const boost::system::error_code& ec) {
      if (!ec) {
        socket.cancel();
      }
    });
    std::string heard;
    auto buffer = asio::dynamic_buffer(heard);
    auto [ec, size] = co_await asio::async_read(socket, buffer, as_result);
    end_of_read = ec;
    co_return heard;
  }

  static inline boost::system::error_code end_of_read;

  asio::io_context io;
  ServerSettings settings;
  ClientSettings client_settings;
  Handler handler;
  std::vector<Request> requests;

 private:
  std::unique_ptr<Client> client_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, handler_gets_the_request_and_its_reply_comes_back) {
  const auto outcome = exchange({.method = "POST", .url = url() + "/a?b=c", .headers = {{"X-A", "b"}}, .body = "text"});
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->status, 200);
  EXPECT_EQ(outcome->body, "/a?b=c text");
  EXPECT_EQ(header(outcome->headers, "x-method"), "POST");
  EXPECT_EQ(header(requests.at(0).headers, "x-a"), "b");
}

TEST_F(ServerTest, several_requests_in_one_connection_in_their_order) {
  const auto heard =
      say("GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 1\r\n\r\nxGET /3 HTTP/1.1\r\nConnection: "
          "close\r\n\r\n");
  EXPECT_EQ(end_of_read, asio::error::eof);
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_LT(heard.find("/1 "), heard.find("/2 x"));
  EXPECT_LT(heard.find("/2 x"), heard.find("/3 "));
}

TEST_F(ServerTest, http_1_0_connection_ends_after_the_reply) {
  EXPECT_THAT(say("GET /1 HTTP/1.0\r\n\r\n"), HasSubstr("/1 "));
  EXPECT_EQ(end_of_read, asio::error::eof);
}

TEST_F(ServerTest, chunked_request) {
  EXPECT_THAT(
      say("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
      HasSubstr("/1 abc"));
}

TEST_F(ServerTest, waiting_client_is_told_to_go_on) {
  const auto heard =
      say("POST /1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, reply_to_head_has_no_body) {
  const auto heard = say("HEAD /1 HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(heard, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(heard, testing::EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, status_204_has_no_body) {
  handler = [](Request) -> asio::awaitable<ServerReply> {
    co_return ServerReply{.response = {.status = 204, .body = "unwanted"}};
  };
  const auto heard = say("GET /1 HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(heard, testing::EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, unusual_status_and_unusable_status) {
  int status = 596;
  handler = [&status](Request) -> asio::awaitable<ServerReply> {
    co_return ServerReply{.response = {.status = status}};
  };
  EXPECT_EQ(exchange({.url = url()}).value().status, 596);
  status = 0;
  EXPECT_EQ(exchange({.url = url()}).value().status, 500);
}

TEST_F(ServerTest, large_header_is_answered_with_431) {
  settings.most_header_bytes = 1000;
  EXPECT_THAT(say("GET / HTTP/1.1\r\nX-A: " + std::string(200'000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(requests.empty());
}

TEST_F(ServerTest, header_that_is_read_in_two_goes_is_held_to_the_limit) {
  settings.most_header_bytes = 1024;
  std::string head = "GET / HTTP/1.1\r\n";
  while (head.size() < 1400) head += "X-A: bcdef\r\n";
  EXPECT_THAT(say(head + "\r\n"), StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(requests.empty());
}

TEST_F(ServerTest, large_body_is_answered_with_413) {
  settings.most_body_bytes = 1000;
  const std::string body(3'000'000, 'x');
  EXPECT_THAT(say("POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + body), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(say("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2dc6c0\r\n" + body),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(requests.empty());
}

TEST_F(ServerTest, body_of_exactly_the_limit_is_taken) {
  settings.most_body_bytes = 1000;
  EXPECT_EQ(exchange({.method = "POST", .url = url(), .body = std::string(1000, 'x')}).value().status, 200);
}

TEST_F(ServerTest, trailer_and_chunk_extension_without_end_are_refused) {
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string trailer;
  while (trailer.size() < 200'000) trailer += "X-A: bcdef\r\n";
  EXPECT_THAT(say(head + "0\r\n" + trailer), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(say(head + "1;e=" + std::string(200'000, 'e')), StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(requests.empty());
}

TEST_F(ServerTest, trailer_is_no_header) {
  EXPECT_THAT(
      say("POST / HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-T: y\r\n\r\n"),
      StartsWith("HTTP/1.1 200 "));
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(header(requests[0].headers, "X-T"), std::nullopt);
  EXPECT_EQ(requests[0].body, "x");
}

TEST_F(ServerTest, garbage_is_answered_with_400) {
  EXPECT_THAT(say("\x16\x03\x01 not HTTP\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(say("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(requests.empty());
}

TEST_F(ServerTest, request_that_ends_early_is_dropped) {
  tcp::socket socket = connected();
  asio::write(socket, asio::buffer(std::string_view("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab")));
  socket.shutdown(tcp::socket::shutdown_send);
  EXPECT_EQ(run(io, read_all(socket)), "");
  EXPECT_TRUE(requests.empty());
}

TEST_F(ServerTest, idle_connection_is_closed) {
  settings.idle_limit = 100ms;
  EXPECT_THAT(say("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(say("GET / HT"), "");
}

TEST_F(ServerTest, slow_handler_is_not_held_to_the_idle_limit) {
  settings.idle_limit = 50ms;
  handler = [](Request) -> asio::awaitable<ServerReply> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 200ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return ServerReply{.response = {.status = 200}};
  };
  EXPECT_EQ(exchange({.url = url()}).value().status, 200);
}

TEST_F(ServerTest, handler_that_throws_costs_one_request) {
  handler = [](Request request) -> asio::awaitable<ServerReply> {
    if (request.url == "/bad") {
      throw std::runtime_error("a bug");
    }
    if (request.url == "/worse") {
      throw 1;
    }
    co_return ServerReply{.response = {.status = 200}};
  };
  EXPECT_EQ(exchange({.url = url() + "/bad"}).value().status, 500);
  EXPECT_FALSE(exchange({.method = "POST", .url = url() + "/worse"}));
  EXPECT_EQ(exchange({.url = url() + "/good"}).value().status, 200);
}

struct Fault {
  const char* name;
  Manner manner;
  Failure::Kind kind;
};

class ServerMannerTest : public ServerTest, public testing::WithParamInterface<std::tuple<Fault, bool>> {};

TEST_P(ServerMannerTest, reaches_the_client_as_a_fault_of_the_network) {
  const auto& [fault, tls] = GetParam();
  client_settings.exchange_deadline = fault.manner == Manner::silent ? 400ms : 10s;
  const Authority authority("Test CA");
  if (tls) {
    const auto identity = authority.issue();
    settings.certificate_pem = identity.certificate_pem;
    settings.key_pem = identity.key_pem;
    client_settings.ca_file = write_file(authority.certificate_pem());
  }
  handler = [manner = fault.manner](Request) -> asio::awaitable<ServerReply> {
    co_return ServerReply{.response = {.status = 200, .body = "a body"}, .manner = manner};
  };
  const std::string address = (tls ? "https" : "http") + url().substr(4);
  const auto outcome = exchange({.method = "POST", .url = address, .body = "x", .fresh_connection = true});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(fault.kind)) << outcome.error().what;
  EXPECT_TRUE(outcome.error().request_sent);
}

std::string name_of_manner(const testing::TestParamInfo<std::tuple<Fault, bool>>& tested) {
  const auto& [fault, tls] = tested.param;
  return std::string(fault.name) + (tls ? "_tls" : "_plain");
}

INSTANTIATE_TEST_SUITE_P(Manners, ServerMannerTest,
                         testing::Combine(testing::Values(Fault{"reset", Manner::reset, Failure::Kind::broken},
                                                          Fault{"truncated", Manner::truncated, Failure::Kind::broken},
                                                          Fault{"silent", Manner::silent, Failure::Kind::timeout}),
                                          testing::Bool()),
                         name_of_manner);

TEST_F(ServerTest, reset_sends_nothing_and_truncated_half) {
  Manner manner = Manner::reset;
  handler = [&manner](Request) -> asio::awaitable<ServerReply> {
    co_return ServerReply{.response = {.status = 200, .body = "abcdef"}, .manner = manner};
  };
  EXPECT_EQ(say("GET / HTTP/1.1\r\n\r\n"), "");
  EXPECT_EQ(end_of_read, asio::error::connection_reset);
  manner = Manner::truncated;
  const auto heard = say("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(heard, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_THAT(heard, testing::EndsWith("\r\n\r\nabc"));
}

TEST_F(ServerTest, tls_end_to_end) {
  const Authority authority("Test CA");
  const auto identity = authority.issue();
  settings.certificate_pem = identity.certificate_pem;
  settings.key_pem = identity.key_pem;
  client_settings.ca_file = write_file(authority.certificate_pem());
  const auto address = "https" + url().substr(4);
  for (int i = 0; i < 3; ++i) {
    const auto outcome = exchange({.method = "POST", .url = address, .body = std::string(1'000'000, 'x')});
    ASSERT_TRUE(outcome) << outcome.error().what;
    EXPECT_EQ(outcome->body.size(), 1'000'002u);
  }
  EXPECT_EQ(say("GET / HTTP/1.1\r\n\r\n").find("HTTP"), std::string::npos);
}

TEST_F(ServerTest, connections_beyond_the_limit_wait_for_a_place) {
  settings.most_connections = 2;
  tcp::socket first = connected();
  tcp::socket second = connected();
  std::string heard;
  bool ended = false;
  auto third = talk(connected(), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  asio::co_spawn(io, std::move(third), [&](const std::exception_ptr&, std::string text) {
    heard = std::move(text);
    ended = true;
  });
  asio::steady_timer a_while(io, 100ms);
  run(io, a_while.async_wait(asio::use_awaitable));
  EXPECT_FALSE(ended);
  first.close();
  turn_until(io, [&] { return ended; });
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, survives_having_no_descriptor_left) {
  server();
  // A sanitizer that meets a type for the first time needs a descriptor to look at it, so all of this runs once before.
  const auto wait = [this] {
    asio::steady_timer a_while(io, 50ms);
    run(io, a_while.async_wait(asio::use_awaitable));
  };
  wait();
  ASSERT_THAT(run(io, talk(connected(), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n")), StartsWith("HTTP/1.1 200 "));
  tcp::socket waiting = connected();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  wait();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(run(io, talk(std::move(waiting), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n")),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, stop_under_load_ends_everything) {
  int begun = 0;
  int left = 0;
  handler = [&](Request request) -> asio::awaitable<ServerReply> {
    ++begun;
    const std::shared_ptr<void> guard(nullptr, [&left](void*) { ++left; });
    if (request.url == "/silent") {
      co_return ServerReply{.manner = Manner::silent};
    }
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
    co_return ServerReply{};
  };
  server();
  std::vector<tcp::socket> sockets;
  for (int i = 0; i < 30; ++i) {
    sockets.push_back(connected());
    const std::string_view text = i % 3 == 0   ? "GET /silent HTTP/1.1\r\n\r\n"
                                  : i % 3 == 1 ? "GET /waits HTTP/1.1\r\n\r\n"
                                               : "GET /idle";
    asio::write(sockets.back(), asio::buffer(text));
  }
  turn_until(io, [&] { return begun == 20; });
  run(io, server().stop());
  EXPECT_EQ(left, 20);
  for (auto& socket : sockets) {
    EXPECT_EQ(run(io, read_all(socket)), "");
    EXPECT_NE(end_of_read, asio::error::operation_aborted);
  }
  tcp::socket late(io);
  boost::system::error_code ec;
  late.connect({asio::ip::address_v4::loopback(), server().port()}, ec);
  EXPECT_EQ(ec, asio::error::connection_refused);
}

TEST_F(ServerTest, stop_twice_and_without_connections) {
  run(io, server().stop());
  run(io, server().stop());
}

TEST(MakeServer, what_cant_be_served_is_refused_in_one_line) {
  asio::io_context io;
  const Handler handler = [](Request) -> asio::awaitable<ServerReply> { co_return ServerReply{}; };
  const auto taken = make_server(io.get_executor(), {}, handler).value();
  ServerSettings same_port;
  same_port.port = taken->port();
  ServerSettings no_address;
  no_address.address = "nowhere";
  ServerSettings half_tls;
  half_tls.certificate_pem = self_signed().certificate_pem;
  ServerSettings bad_certificate;
  bad_certificate.certificate_pem = bad_certificate.key_pem = "none";
  ServerSettings foreign_key;
  foreign_key.certificate_pem = self_signed().certificate_pem;
  foreign_key.key_pem = self_signed().key_pem;
  for (const auto& settings : {same_port, no_address, half_tls, bad_certificate, foreign_key}) {
    const auto made = make_server(io.get_executor(), settings, handler);
    ASSERT_FALSE(made);
    EXPECT_FALSE(made.error().empty());
    EXPECT_EQ(made.error().find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace lethe::http::test
