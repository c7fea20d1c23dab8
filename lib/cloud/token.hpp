// An account's access token: fetched when a call needs one, by one request at a time, kept in memory only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/failure.hpp"
#include "core/settings.hpp"
#include "http/client.hpp"
#include "support/clock.hpp"
#include "support/digest.hpp"

namespace lethe::cloud {

struct Token {
  std::string access_token;
  std::string rest_url;  ///< scheme, no final slash; the configured one, else the reply's, held to the rule of
                         ///< where a token may be sent
  std::optional<std::string> scope;   ///< as the reply told it
  std::optional<core::Time> told_at;  ///< by the server's clock, where its reply said that
};

/// Reads a secret at the moment it is needed. A file with any bit for others is refused; a final newline is cut.
std::expected<std::string, std::string> read_secret(const core::SecretSource& source);

/// Where a token may be sent: https under .marketingcloudapis.com or under the auth host's own domain; where the auth
/// host is loopback, loopback. Adds a missing scheme, cuts final slashes. The error says which rule was broken.
std::expected<std::string, std::string> normalise_rest_url(std::string_view rest_instance_url,
                                                           std::string_view auth_url);

/// Whether a token of the one is the other's too.
bool same_credentials(const core::AccountSettings& one, const core::AccountSettings& other);

/// What an account's credentials have brought so far. It outlives a client whose successor has the same ones, so that a
/// reload costs no token, and the hour's limit and the pauses after failures stay; a refusal is tried again. All times
/// are the clock's monotonic ones.
struct TokenMemory {
  struct Kept {
    Token token;
    core::Duration expires_at;
  };
  /// Why, and until when, no token request goes out.
  struct Hold {
    Failure failure;
    core::Duration until;
    std::string secret_digest;  ///< of the secret that was used
  };
  std::optional<Kept> kept;
  std::optional<Hold> hold;
  std::size_t failures = 0;         ///< in a row, that reached the cloud and refused nothing
  std::deque<core::Duration> sent;  ///< the last hour's requests
  support::DigestKey key;           ///< random
  std::string secret_digest;        ///< of the secret that was last used: the secret itself isn't kept
  TokenMemory();
};

/// Single flight: callers that need a token while one is being fetched wait for that one. A token with under 60 s left
/// (on the clock's monotonic time) is fetched anew by the call that needs it. After a refused credential
/// the next token request goes out no sooner than 20 min later (a bad secret must not become a storm); until then
/// get() fails with the same failure, unless the secret, read anew, is another than the one refused. After any other
/// failure of a token request the next one goes out no sooner than 10 s later (after the second in a row 2 min, from
/// the third on 15), nor before what Retry-After asks for. Whatever happens, at most 4 requests go to the cloud within
/// an hour (its own soft limit is one in 20 min, and a token is used for 17 min); what would be the fifth fails as
/// rationed until its time has come. What is remembered is dropped where the secret, read anew, is another.
class TokenSource {
 public:
  TokenSource(core::AccountSettings account, http::Client& http, support::Clock& clock,
              boost::asio::any_io_executor executor, std::function<void()> request_made,
              std::function<std::string()> held_back = {}, std::shared_ptr<TokenMemory> memory = nullptr);
  ~TokenSource();
  boost::asio::awaitable<std::expected<Token, Failure>> get();
  /// After a 401: fetches a new token unless `used` is no longer the one kept (another call has refreshed it already).
  /// Once for each episode of 401s: it is over when accepted() says so. As long as it lasts, and less than 20 min have
  /// passed since the last token request, it fails, as the credentials' fault.
  boost::asio::awaitable<std::expected<Token, Failure>> renew(std::string used);
  /// A call was let through with a token.
  void accepted();
  /// The token lacks a scope that the installed package may get: unless it was replaced, the next call fetches another.
  void forget(const std::string& used);
  /// What a refusal was about has changed: the secret is another, or can be read again.
  bool mended() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with the coroutines that wait in it
};

}  // namespace lethe::cloud
