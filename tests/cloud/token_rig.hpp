// An access token's source on a clock and a network of the tests.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/token.hpp"
#include "fakes.hpp"

namespace lethe::cloud::testing {

using TokenResult = std::expected<Token, Failure>;

class TokenTest : public ::testing::Test {
 protected:
  void SetUp() override { make(account()); }
  void TearDown() override { EXPECT_EQ(network_.script.size(), 0U) << "answers that nobody asked for"; }

  void make(const core::AccountSettings& settings) {
    tokens_ = std::make_unique<TokenSource>(
        settings, http_, clock_, context_.get_executor(), [this] { ++counted_; }, std::function<std::string()>{},
        memory_);
  }
  void answers(Reply answer) { network_.script.push_back(std::move(answer)); }
  TokenResult get() { return run(context_, tokens_->get()); }
  TokenResult renew(const std::string& used) { return run(context_, tokens_->renew(used)); }
  Failure failure() {
    const auto result = get();
    EXPECT_FALSE(result.has_value());
    return result ? Failure{} : result.error();
  }
  std::size_t requests() const { return network_.requests.size(); }
  void pass(core::Duration time) { clock_.elapsed += time; }

  /// Starts a coroutine that stores its outcome; the caller runs the context.
  void start(boost::asio::awaitable<TokenResult> task, std::vector<TokenResult>& results) {
    boost::asio::co_spawn(context_, std::move(task), [&results](std::exception_ptr fault, TokenResult result) {
      if (fault) std::rethrow_exception(fault);
      results.push_back(std::move(result));
    });
  }
  void turn() {
    context_.restart();
    context_.poll();
  }

  boost::asio::io_context context_;
  ManualClock clock_;
  Network network_{context_};
  FakeHttp http_{network_};
  int counted_ = 0;
  std::shared_ptr<TokenMemory> memory_ = std::make_shared<TokenMemory>();
  std::unique_ptr<TokenSource> tokens_;
};

}  // namespace lethe::cloud::testing
