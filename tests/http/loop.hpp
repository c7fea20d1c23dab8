// Runs a coroutine to its end on the test's own loop.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace lethe::http::test {

/// Turns the loop until `done`; throws when that takes longer than any test should.
template <class Done>
void turn_until(boost::asio::io_context& io, Done done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) {
      throw std::runtime_error("the coroutine didn't end within 20 s");
    }
    io.restart();
    io.run_one_for(std::chrono::milliseconds(100));
  }
}

template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failed;
  boost::asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& thrown, T value) {
    failed = thrown;
    result = std::move(value);
  });
  turn_until(io, [&] { return result.has_value(); });
  if (failed) {
    std::rethrow_exception(failed);
  }
  return std::move(*result);
}

inline void run(boost::asio::io_context& io, boost::asio::awaitable<void> work) {
  bool ended = false;
  std::exception_ptr failed;
  boost::asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& thrown) {
    failed = thrown;
    ended = true;
  });
  turn_until(io, [&] { return ended; });
  if (failed) {
    std::rethrow_exception(failed);
  }
}

}  // namespace lethe::http::test
