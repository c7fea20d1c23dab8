// Marketing Cloud's API as typed calls of one account. Nothing here decides what an answer means for an operation.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cloud/failure.hpp"
#include "cloud/messages.hpp"
#include "cloud/messages_lists.hpp"
#include "cloud/messages_reports.hpp"
#include "cloud/token.hpp"
#include "core/operation.hpp"
#include "core/reply.hpp"
#include "core/settings.hpp"
#include "http/client.hpp"
#include "support/clock.hpp"

namespace lethe::cloud {

class Client {
 public:
  virtual ~Client() = default;
  /// Posts once, on a connection of its own (after a 401, with a token fetched anew, once more: a 401 was not acted
  /// on). Whatever happens is an Answer; a token that can't be had is `not_sent`.
  struct Submitted {
    core::Answer answer;
    bool authorised_again = false;   ///< for core::judge
    std::optional<Failure> failure;  ///< the token's, where that is why nothing was sent
  };
  virtual boost::asio::awaitable<Submitted> submit(Submission submission) = 0;
  virtual boost::asio::awaitable<std::expected<core::Observation, Failure>> status(core::Action action,
                                                                                   core::OperationId id) = 0;
  /// One page, from 1, of the requests received from one day to another (UTC).
  virtual boost::asio::awaitable<std::expected<ListPage, Failure>> delete_requests(core::Time from, core::Time until,
                                                                                   int page) = 0;
  /// One page, from 1, of all delete operations.
  virtual boost::asio::awaitable<std::expected<ListPage, Failure>> delete_operations(int page) = 0;
  /// Asks the cloud to begin a failed operation anew, on a connection of its own. False: it refused; `refusal` says
  /// how. A Failure with request_sent: nobody knows whether it was done, and a status call tells.
  struct Restart {
    bool restarted = false;
    std::string refusal;
  };
  virtual boost::asio::awaitable<std::expected<Restart, Failure>> retry(core::Action action, core::OperationId id) = 0;
  /// One page, from 1, of the requests received from one instant to another, as the cloud shows them.
  virtual boost::asio::awaitable<std::expected<ReportedPage, Failure>> requests_report(core::Time from,
                                                                                       core::Time until, int page) = 0;
  virtual boost::asio::awaitable<std::expected<Summary, Failure>> summary(core::Time from, core::Time until) = 0;
  /// Sets the account's restore window, -1 for none. Empty: it is set; else why the cloud refused. Asked for twice, it
  /// is set all the same.
  virtual boost::asio::awaitable<std::expected<std::string, Failure>> set_window(int days) = 0;
  /// A token alone: `check --online`, and the probe of a blocked account.
  struct Access {
    std::optional<std::string> scope;   ///< what the token may be used for, where the cloud told it
    std::optional<core::Time> told_at;  ///< the cloud's clock when it gave the token
  };
  virtual boost::asio::awaitable<std::expected<Access, Failure>> authorise() = 0;
  /// What the refusal of a token was about has changed: the secret is another, or can be read again.
  virtual bool credentials_mended() const = 0;
};

/// `request_made` is called for every HTTP request of the account, tokens too (the daily budget counts them).
/// `held_back` is asked before each and says why it may not be made; empty: it may. A call that it keeps back fails
/// with Failure::Kind::held_back; a submission counts as not sent. `memory`: of the client before it, where that had
/// the same credentials.
std::unique_ptr<Client> make_client(core::AccountSettings account, std::unique_ptr<http::Client> http,
                                    support::Clock& clock, boost::asio::any_io_executor executor,
                                    std::function<void()> request_made, std::function<std::string()> held_back = {},
                                    std::shared_ptr<TokenMemory> memory = nullptr);

}  // namespace lethe::cloud
