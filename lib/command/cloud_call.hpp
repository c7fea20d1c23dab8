// Calls of the cloud that a command makes itself, with a token of its own. Each counts in the account's daily budget,
// and none is made while that is used up or the cloud asked the account to wait.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <utility>

#include "cloud/client.hpp"
#include "cloud/failure.hpp"
#include "command/failure.hpp"
#include "command/session.hpp"
#include "core/settings.hpp"
#include "support/clock.hpp"

namespace lethe::command {

class CloudCalls {
 public:
  /// `session`: the store that keeps the budget; null where there is none yet. The failure is the account's: a CA file
  /// that can't be read (exit status 78).
  static Outcome<std::unique_ptr<CloudCalls>> of(const core::AccountSettings& account, Session* session);

  cloud::Client& client() { return *client_; }

  /// Makes a call of client() and counts its requests, whatever came of it.
  template <class T>
  Outcome<T> make(boost::asio::awaitable<std::expected<T, cloud::Failure>> call) {
    auto answer = perform(loop_, std::move(call));
    if (auto counted = count(); !counted) return std::unexpected(std::move(counted.error()));
    if (!answer) return std::unexpected(failed(answer.error()));
    return std::move(*answer);
  }

 private:
  CloudCalls(const core::AccountSettings& account, Session* session);

  /// Why no request may be made now; empty: it may.
  std::string held_back();
  Outcome<void> count();
  Failure failed(const cloud::Failure& failure) const;

  boost::asio::io_context loop_;
  const core::AccountSettings& account_;
  Session* session_;
  std::unique_ptr<support::Clock> clock_;
  std::unique_ptr<cloud::Client> client_;
  std::int64_t uncounted_ = 0;
};

/// 78 where the configuration or a secret is at fault, 1 where the host or the moment is.
ExitStatus exit_status(const cloud::Failure& failure);

}  // namespace lethe::command
