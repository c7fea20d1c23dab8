// A client, and what its tests say often. Its deadlines are long, for machines that are busy: tests of time shorten
// them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "http/client.hpp"
#include "http/loop.hpp"
#include "http/rogue.hpp"

namespace lethe::http::test {

using Outcome = std::expected<Response, Failure>;
using Kind = Failure::Kind;

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    settings.exchange_deadline = std::chrono::seconds(10);
    settings.connect_deadline = std::chrono::seconds(5);
  }

  /// Made from `settings` when first asked for.
  Client& client() {
    if (!client_) {
      auto made = make_client(io.get_executor(), settings);
      if (!made) {
        throw std::runtime_error(made.error());
      }
      client_ = std::move(*made);
    }
    return *client_;
  }

  Outcome exchange(Request request) { return run(io, client().exchange(std::move(request))); }
  Outcome get(const std::string& url) { return exchange({.url = url}); }
  Outcome post(const std::string& url, std::string body, bool fresh = true) {
    return exchange({.method = "POST", .url = url, .body = std::move(body), .fresh_connection = fresh});
  }

  void destroy_client() { client_.reset(); }

  boost::asio::io_context io;
  ClientSettings settings;

 private:
  std::unique_ptr<Client> client_;
};

/// One line, and nothing of the request but its host.
inline void expect_failure(const Outcome& outcome, Kind kind, bool request_sent, const std::string& reason) {
  ASSERT_FALSE(outcome.has_value()) << "status " << outcome->status << ", body " << outcome->body.substr(0, 100);
  const auto& failure = outcome.error();
  EXPECT_EQ(static_cast<int>(failure.kind), static_cast<int>(kind)) << failure.what;
  EXPECT_EQ(failure.request_sent, request_sent) << failure.what;
  EXPECT_THAT(failure.what, testing::HasSubstr(reason));
  EXPECT_EQ(failure.what.find('\n'), std::string::npos);
  EXPECT_EQ(failure.what.find("query"), std::string::npos) << failure.what;
  EXPECT_EQ(failure.what.find("secret"), std::string::npos) << failure.what;
}

}  // namespace lethe::http::test
