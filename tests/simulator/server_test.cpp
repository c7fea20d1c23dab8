#include "simulator/server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "simulator/cloud.hpp"
#include "simulator/fault_spec.hpp"
#include "support/clock.hpp"

namespace lethe::simulator {
namespace {

/// One request over a socket of its own; what came until the other side closed.
std::string exchange(std::uint16_t port, const std::string& request) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = recv(socket, part.data(), part.size(), 0)) > 0;) {
      answer.append(part.data(), static_cast<std::size_t>(got));
    }
  }
  close(socket);
  return answer;
}

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
}

class SimulatorServer : public testing::Test {
 protected:
  void SetUp() override {
    ServerSettings settings;
    settings.request_log = [this](const Exchange& exchange) {
      log.push_back(
          fmt::format("{} {} {}", exchange.status, exchange.words, exchange.fault ? word(*exchange.fault) : ""));
    };
    ModelSettings model;
    FaultRule fault;
    fault.call = FaultRule::Call::submit;
    fault.fault = FaultRule::Fault::reset_after;
    model.faults.push_back(fault);
    auto made = make_server(io.get_executor(), settings, model, *clock);
    ASSERT_TRUE(made) << made.error();
    server = std::move(*made);
    port = static_cast<std::uint16_t>(std::stoi(server->url().substr(server->url().rfind(':') + 1)));
  }

  /// Runs the server until `client`, on a thread of its own, is through.
  std::string serve(const std::string& request) {
    std::string answer;
    std::exception_ptr failure;
    std::thread client([&] {
      answer = exchange(port, request);
      boost::asio::co_spawn(io, server->stop(), [&](std::exception_ptr error) { failure = error; });
    });
    io.run();
    client.join();
    EXPECT_FALSE(failure);
    return answer;
  }

  boost::asio::io_context io;
  std::unique_ptr<support::Clock> clock = support::make_system_clock();
  std::vector<std::string> log;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;
};

TEST_F(SimulatorServer, answers_over_loopback_and_logs_the_request) {
  const std::string answer = serve(get("/contacts/v1/contacts/deleteOperations"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 ")) << answer;
  EXPECT_NE(answer.find("Not Authorized"), std::string::npos);
  EXPECT_EQ(log, (std::vector<std::string>{"401 list of operations "}));
  EXPECT_EQ(server->model().calls().lists, 1);
}

TEST_F(SimulatorServer, its_tokens_name_its_own_address) {
  const std::string body =
      R"({"grant_type":"client_credentials","client_id":"rehearsal-client","client_secret":"rehearsal-secret"})";
  const std::string answer = serve(
      fmt::format("POST /v2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}",
                  body.size(), body));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(answer.find("\"rest_instance_url\":\"" + server->url()), std::string::npos) << answer;
}

TEST_F(SimulatorServer, a_reset_sends_no_byte_and_is_logged_as_such) {
  const std::string answer = serve(
      "POST /contacts/v1/contacts/actions/delete?type=keys HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(answer, "");
  EXPECT_EQ(log, (std::vector<std::string>{"0 submit reset_after"}));
}

TEST_F(SimulatorServer, a_taken_port_is_one_line) {
  ServerSettings settings;
  settings.port = port;
  const auto second = make_server(io.get_executor(), settings, ModelSettings{}, *clock);
  ASSERT_FALSE(second);
  EXPECT_FALSE(second.error().empty());
  EXPECT_EQ(second.error().find('\n'), std::string::npos);
  serve(get("/"));
}

}  // namespace
}  // namespace lethe::simulator
