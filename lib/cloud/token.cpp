#include "cloud/token.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <tuple>
#include <utility>

#include "cloud/messages.hpp"
#include "cloud/outcome.hpp"
#include "core/http_date.hpp"
#include "support/digest.hpp"

namespace lethe::cloud {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using Result = std::expected<Token, Failure>;

constexpr std::string_view token_call = "token request";
constexpr core::Duration least_life = 60s;
constexpr core::Duration pause_after_refusal = 20min;
/// After the first, the second, and every further one in a row that reached the cloud. Else an outage of two minutes
/// would use up the hour's four.
constexpr std::array<core::Duration, 3> pauses_after_failure{10s, 2min, 15min};
constexpr std::size_t most_in_an_hour = 4;

support::DigestKey random_key() {
  std::random_device source;
  support::DigestKey key{};
  std::ranges::generate(key, [&source] { return static_cast<std::uint8_t>(source()); });
  return key;
}

std::string without_final_slashes(std::string url) {
  url.erase(url.find_last_not_of('/') + 1);
  return url;
}

/// A token failure is always one before the call itself.
Failure before_the_call(Failure failure) {
  failure.request_sent = false;
  return failure;
}

Failure secret_failure(std::string what) {
  return Failure{.kind = Failure::Kind::secret,
                 .request_sent = false,
                 .http_status = 0,
                 .retry_after = std::nullopt,
                 .what = std::move(what)};
}

Failure too_many(core::Duration wait) {
  return Failure{.kind = Failure::Kind::rationed,
                 .request_sent = false,
                 .http_status = 0,
                 .retry_after = wait,
                 .what = "token request: 4 were made within an hour, and Lethe makes no more"};
}

Failure refused_again() {
  return Failure{.kind = Failure::Kind::credentials,
                 .request_sent = true,
                 .http_status = 401,
                 .retry_after = std::nullopt,
                 .what = "a new access token is refused too: HTTP 401"};
}

Failure token_refusal(const http::Response& response) {
  Failure failure = refusal(token_call, response);
  if (response.status == 400 && !read_error_reply(response.body).code.empty()) {
    failure.kind = Failure::Kind::credentials;
  }
  return failure;
}

}  // namespace

bool same_credentials(const core::AccountSettings& one, const core::AccountSettings& other) {
  const auto facts = [](const core::AccountSettings& account) {
    return std::tie(account.name, account.auth_url, account.rest_url, account.client_id, account.client_secret.kind,
                    account.client_secret.name, account.account_id);
  };
  return facts(one) == facts(other);
}

TokenMemory::TokenMemory() : key(random_key()) {}

struct TokenSource::State {
  /// A token request under way. The timer never expires: its cancellation wakes those who wait for the outcome.
  struct Flight {
    asio::steady_timer landed;
    std::optional<Result> result;  ///< absent once landed: the request was given up, and whoever waited asks anew
  };
  /// A request that is ready to go, and what is left of the secret in it.
  struct Prepared {
    http::Request request;
    std::string secret_digest;
  };

  core::AccountSettings account;
  http::Client& http;
  support::Clock& clock;
  asio::any_io_executor executor;
  std::function<void()> request_made;
  std::function<std::string()> held_back;  ///< why no request may be made now; empty: it may
  std::shared_ptr<TokenMemory> memory;
  std::shared_ptr<Flight> flight;
  bool renewed_in_vain = false;    ///< a token was fetched for a 401, and no call was let through since
  bool secret_unreadable = false;  ///< when it was last needed

  bool has_token() const { return memory->kept && memory->kept->expires_at - clock.monotonic() >= least_life; }

  void forget_another_secret() const {
    if (memory->secret_digest.empty()) return;
    const auto secret = read_secret(account.client_secret);
    if (secret && digest(*secret) == memory->secret_digest) return;
    memory->kept.reset();
    memory->sent.clear();
    memory->hold.reset();
    memory->failures = 0;
  }

  /// A person who reloads after a refusal may have mended what it was about, the package for instance.
  void forget_refusal() const {
    if (memory->hold && memory->hold->failure.kind == Failure::Kind::credentials) memory->hold.reset();
  }

  std::string digest(std::string_view secret) const {
    support::Digest running(memory->key);
    running.add(secret);
    return running.finish();
  }

  /// The failure that forbids a request with this secret for now.
  std::optional<Failure> forbidden(std::string_view secret_digest) const {
    const auto now = clock.monotonic();
    const auto& hold = memory->hold;
    if (!hold || now >= hold->until) return std::nullopt;
    if (hold->failure.kind == Failure::Kind::credentials && hold->secret_digest != secret_digest) return std::nullopt;
    Failure failure = hold->failure;
    if (failure.kind != Failure::Kind::credentials) failure.retry_after = hold->until - now;
    return failure;
  }

  /// The failure that forbids any request for now.
  std::optional<Failure> one_too_many() {
    const auto hour_ago = clock.monotonic() - 1h;
    auto& sent = memory->sent;
    while (!sent.empty() && sent.front() <= hour_ago) sent.pop_front();
    if (sent.size() < most_in_an_hour) return std::nullopt;
    return too_many(sent.front() - hour_ago);
  }

  std::expected<Prepared, Failure> prepare() {
    const std::string why_not = held_back ? held_back() : std::string{};
    if (!why_not.empty()) return std::unexpected(cloud::held_back(token_call, why_not));
    const auto secret = read_secret(account.client_secret);
    secret_unreadable = !secret;
    if (!secret) return std::unexpected(secret_failure(secret.error()));
    Prepared prepared;
    prepared.secret_digest = digest(*secret);
    if (auto failure = forbidden(prepared.secret_digest)) return std::unexpected(std::move(*failure));
    if (auto failure = one_too_many()) return std::unexpected(std::move(*failure));
    prepared.request.method = "POST";
    prepared.request.url = without_final_slashes(account.auth_url) + "/v2/token";
    prepared.request.headers = {{"Content-Type", "application/json"}};
    prepared.request.body = token_request(account, *secret);
    // Tokens are so far apart that a kept connection would be stale, and a POST isn't tried again.
    prepared.request.fresh_connection = true;
    return prepared;
  }

  Failure hold_off(Failure failure, std::string secret_digest) {
    const bool refused = failure.kind == Failure::Kind::credentials;
    auto& failures = memory->failures;
    const auto row = failure.request_sent ? failures : 0;  // what never left used up none of the hour's requests
    const auto own_pause = refused ? pause_after_refusal : pauses_after_failure.at(row);
    const auto pause = std::max(own_pause, failure.retry_after.value_or(core::Duration::zero()));
    if (!refused && failure.request_sent) failures = std::min(failures + 1, pauses_after_failure.size() - 1);
    memory->hold = {.failure = before_the_call(std::move(failure)),
                    .until = clock.monotonic() + pause,
                    .secret_digest = std::move(secret_digest)};
    return memory->hold->failure;
  }

  std::expected<std::string, std::string> rest_url(const TokenReply& reply) const {
    if (account.rest_url) return without_final_slashes(*account.rest_url);
    auto url = normalise_rest_url(reply.rest_instance_url, account.auth_url);
    if (!url) return std::unexpected("rest_instance_url " + url.error());
    return url;
  }

  Result keep(const http::Response& response, core::Duration asked_at) {
    if (response.status / 100 != 2) return std::unexpected(token_refusal(response));
    const auto reply = read_token_reply(response.body);
    if (!reply) return std::unexpected(contract_failure(token_call, response.status, reply.error()));
    auto url = rest_url(*reply);
    if (!url) return std::unexpected(contract_failure(token_call, response.status, url.error()));
    const auto date = http::header(response.headers, "Date");
    memory->kept = {.token = Token{.access_token = reply->access_token,
                                   .rest_url = std::move(*url),
                                   .scope = reply->scope,
                                   .told_at = date ? core::parse_http_date(*date, clock.now()) : std::nullopt},
                    .expires_at = asked_at + reply->expires_in};
    return memory->kept->token;
  }

  asio::awaitable<Result> fetch() {
    auto prepared = prepare();
    if (!prepared) co_return std::unexpected(std::move(prepared.error()));
    const auto asked_at = clock.monotonic();
    request_made();
    memory->sent.push_back(asked_at);
    memory->secret_digest = prepared->secret_digest;
    auto response = co_await http.exchange(std::move(prepared->request));
    if (response) date_to_seconds(*response, clock.now());
    // What never left is nothing to the cloud.
    if (!response && !response.error().request_sent) memory->sent.pop_back();
    Result result = response ? keep(*response, asked_at) : std::unexpected(no_answer(token_call, response.error()));
    if (result) {
      memory->failures = 0;
    } else {
      result = std::unexpected(hold_off(std::move(result.error()), std::move(prepared->secret_digest)));
    }
    co_return result;
  }
};

namespace {

/// Ends a flight however its coroutine ends: with a result, an exception or a cancellation.
template <typename State, typename Flight>
class Landing {
 public:
  Landing(State& state, Flight& flight) : state_(state), flight_(flight) {}
  ~Landing() {
    state_.flight.reset();
    flight_.landed.cancel();
  }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;

 private:
  State& state_;
  Flight& flight_;
};

}  // namespace

TokenSource::TokenSource(core::AccountSettings account, http::Client& http, support::Clock& clock,
                         asio::any_io_executor executor, std::function<void()> request_made,
                         std::function<std::string()> held_back, std::shared_ptr<TokenMemory> memory)
    : state_(std::make_shared<State>(std::move(account), http, clock, std::move(executor), std::move(request_made),
                                     std::move(held_back),
                                     memory ? std::move(memory) : std::make_shared<TokenMemory>())) {
  state_->forget_another_secret();
  state_->forget_refusal();
}

TokenSource::~TokenSource() = default;

asio::awaitable<std::expected<Token, Failure>> TokenSource::get() {
  const auto state = state_;
  while (!state->has_token() && state->flight) {
    const auto awaited = state->flight;
    co_await awaited->landed.async_wait(asio::as_tuple(asio::use_awaitable));
    if (awaited->result) co_return *awaited->result;
  }
  if (state->has_token()) co_return state->memory->kept->token;

  const auto flight = std::make_shared<State::Flight>(
      asio::steady_timer(state->executor, asio::steady_timer::time_point::max()), std::nullopt);
  state->flight = flight;
  const Landing landing(*state, *flight);
  Result result = co_await state->fetch();
  flight->result = result;
  co_return result;
}

asio::awaitable<std::expected<Token, Failure>> TokenSource::renew(std::string used) {
  auto& kept = state_->memory->kept;
  if (kept && kept->token.access_token == used) {
    const auto& sent = state_->memory->sent;
    const bool young = !sent.empty() && state_->clock.monotonic() - sent.back() < pause_after_refusal;
    if (state_->renewed_in_vain && young) co_return std::unexpected(refused_again());
    state_->renewed_in_vain = true;
    kept.reset();
  }
  Result result = co_await get();
  co_return result;
}

void TokenSource::accepted() {
  state_->renewed_in_vain = false;
}

void TokenSource::forget(const std::string& used) {
  auto& kept = state_->memory->kept;
  if (kept && kept->token.access_token == used) kept.reset();
}

bool TokenSource::mended() const {
  const auto& hold = state_->memory->hold;
  const bool refused = hold && hold->failure.kind == Failure::Kind::credentials;
  if (!refused && !state_->secret_unreadable) return false;
  const auto secret = read_secret(state_->account.client_secret);
  if (!secret) return false;
  return state_->secret_unreadable || state_->digest(*secret) != hold->secret_digest;
}

}  // namespace lethe::cloud
