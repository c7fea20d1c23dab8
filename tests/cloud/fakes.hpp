// A network and a clock played by the test, and an account whose markers must never show up in a failure's text.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/settings.hpp"
#include "http/client.hpp"
#include "support/clock.hpp"

namespace lethe::cloud::testing {

inline constexpr const char* secret_marker = "S3CRETMARKER";
inline constexpr const char* token_marker = "T0KENMARKER";
inline constexpr const char* contact_marker = "C0NTACTMARKER";
inline constexpr const char* auth_host = "https://mc1.auth.marketingcloudapis.com";
inline constexpr const char* rest_host = "https://mc1.rest.marketingcloudapis.com";

class ManualClock : public support::Clock {
 public:
  core::Time now() const override { return core::Time{elapsed}; }
  core::Duration monotonic() const override { return elapsed; }
  std::unique_ptr<support::Timer> make_timer(boost::asio::any_io_executor) override { return nullptr; }

  core::Duration elapsed{1'000'000};
};

using Reply = std::expected<http::Response, http::Failure>;

/// Answers what the script says, in order; a request without an answer in the script fails the test.
struct Network {
  std::deque<Reply> script;
  std::function<Reply(const http::Request&)> handler;  ///< instead of the script, where set
  std::vector<http::Request> requests;
  bool held = false;  ///< answers wait for release()
  boost::asio::steady_timer gate;

  explicit Network(boost::asio::io_context& context) : gate(context, boost::asio::steady_timer::time_point::max()) {}

  Reply answer(const http::Request& request) {
    if (handler) return handler(request);
    if (script.empty()) {
      ADD_FAILURE() << "an unexpected request: " << request.method << " " << request.url;
      return std::unexpected(http::Failure{.kind = http::Failure::Kind::stopped, .request_sent = false, .what = ""});
    }
    Reply reply = script.front();
    script.pop_front();
    return reply;
  }

  void release() {
    held = false;
    gate.cancel();
  }
};

class FakeHttp : public http::Client {
 public:
  explicit FakeHttp(Network& network) : network_(network) {}
  boost::asio::awaitable<Reply> exchange(http::Request request) override {
    network_.requests.push_back(request);
    if (network_.held) co_await network_.gate.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    Reply reply = network_.answer(request);
    co_return reply;
  }

 private:
  Network& network_;
};

inline Reply reply(int status, std::string body, http::Headers headers = {}) {
  return http::Response{.status = status, .headers = std::move(headers), .body = std::move(body)};
}

inline Reply broken(bool request_sent, http::Failure::Kind kind = http::Failure::Kind::broken) {
  return std::unexpected(http::Failure{.kind = kind, .request_sent = request_sent, .what = "the connection broke"});
}

inline Reply token_reply(const std::string& token = token_marker, int expires_in = 1079) {
  return reply(
      200, R"({"access_token":")" + token + R"(","token_type":"Bearer","expires_in":)" + std::to_string(expires_in) +
               R"(,"scope":"list_and_subscribers_read","rest_instance_url":"mc1.rest.marketingcloudapis.com"})");
}

inline core::AccountSettings account() {
  ::setenv("LETHE_TEST_SECRET", secret_marker, 1);
  core::AccountSettings settings;
  settings.name = "acme";
  settings.auth_url = auth_host;
  settings.client_id = "client";
  settings.client_secret = {.kind = core::SecretSource::Kind::environment, .name = "LETHE_TEST_SECRET"};
  settings.account_id = 10650003;
  return settings;
}

/// Runs a coroutine to its end and gives what it returned; one that doesn't end fails the test.
template <typename T>
T run(boost::asio::io_context& context, boost::asio::awaitable<T> task) {
  std::optional<T> result;
  std::exception_ptr fault;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr exception, T value) {
    fault = exception;
    if (!exception) result.emplace(std::move(value));
  });
  context.restart();
  context.run();
  if (fault) std::rethrow_exception(fault);
  if (!result) throw std::logic_error("the coroutine did not end");
  return std::move(*result);
}

inline bool quotes_a_marker(const std::string& text) {
  return text.contains(secret_marker) || text.contains(token_marker) || text.contains(contact_marker);
}

}  // namespace lethe::cloud::testing
