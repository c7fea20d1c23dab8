#include "http/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <set>
#include <utility>

#include "http/connection.hpp"
#include "http/tls.hpp"
#include "http/url.hpp"

namespace lethe::http {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Kind = Failure::Kind;
using Outcome = std::expected<Response, Failure>;

struct Idle {
  std::unique_ptr<Connection> connection;
  Clock::time_point since;
};

/// What the exchanges share; they keep it alive when the client goes first.
struct Core {
  /// A connection kept for this origin that is still good, or none.
  std::unique_ptr<Connection> take(const Origin& origin) {
    const auto oldest = Clock::now() - settings.idle_limit;
    std::erase_if(idle, [oldest](const Idle& entry) { return entry.since < oldest || !entry.connection->reusable(); });
    const auto found =
        std::ranges::find_if(idle, [&origin](const Idle& entry) { return entry.connection->origin() == origin; });
    if (found == idle.end()) {
      return nullptr;
    }
    auto connection = std::move(found->connection);
    idle.erase(found);
    return connection;
  }

  void keep(std::unique_ptr<Connection> connection) {
    if (stopped || !connection->reusable()) {
      return;
    }
    idle.push_front({.connection = std::move(connection), .since = Clock::now()});
    if (idle.size() > settings.most_idle_connections) {
      idle.pop_back();
    }
  }

  void stop() {
    stopped = true;
    idle.clear();
    for (Connection* connection : busy) {
      connection->close();
    }
  }

  asio::any_io_executor executor;
  ClientSettings settings;
  std::shared_ptr<asio::ssl::context> tls;
  std::list<Idle> idle;  ///< the latest first
  std::set<Connection*> busy;
  bool stopped = false;
};

/// Makes a connection known as busy, so that stop() reaches it.
class Busy {
 public:
  Busy(Core& core, Connection* connection) : core_(core), connection_(connection) { core_.busy.insert(connection_); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() { core_.busy.erase(connection_); }

 private:
  Core& core_;
  Connection* connection_;
};

bool is_token(std::string_view text) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || marks.contains(c);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 32 && c != 127); });
}

/// A header's value can come from a reply (a token), and must not be able to write headers of its own.
bool can_be_sent(const Request& request) {
  return is_token(request.method) && std::ranges::all_of(request.headers, [](const auto& field) {
           return is_token(field.first) && is_field_value(field.second);
         });
}

Failure stopped_failure(const Origin& origin) {
  return {.kind = Kind::stopped, .what = fmt::format("{}: the client was stopped", text_of(origin))};
}

asio::awaitable<Outcome> exchange_over(Core& core, std::unique_ptr<Connection> connection, const Request& request,
                                       const Address& address, Clock::time_point deadline) {
  auto outcome = co_await connection->exchange(request, address, deadline);
  if (outcome) {
    core.keep(std::move(connection));
  }
  co_return outcome;
}

asio::awaitable<Outcome> exchange_fresh(Core& core, const Request& request, const Address& address,
                                        Clock::time_point deadline) {
  auto connection = make_connection(core.executor, core.tls, address.origin, core.settings);
  const Busy busy(core, connection.get());
  const auto open_by = std::min(deadline, Clock::now() + core.settings.connect_deadline);
  auto opened = co_await connection->open(open_by);
  if (!opened) {
    co_return std::unexpected(std::move(opened.error()));
  }
  co_return co_await exchange_over(core, std::move(connection), request, address, deadline);
}

asio::awaitable<Outcome> run(std::shared_ptr<Core> core, Request request) {
  const auto address = read_url(request.url);
  if (!address) {
    co_return std::unexpected(Failure{.kind = Kind::refused_url, .what = address.error()});
  }
  if (core->stopped) {
    co_return std::unexpected(stopped_failure(address->origin));
  }
  if (!can_be_sent(request)) {
    const auto host = text_of(address->origin);
    co_return std::unexpected(Failure{.kind = Kind::protocol,
                                      .what = fmt::format("{}: the request isn't sent: its method or a header holds "
                                                          "characters that HTTP forbids",
                                                          host)});
  }
  const auto deadline = Clock::now() + core->settings.exchange_deadline;
  auto kept = request.fresh_connection ? nullptr : core->take(address->origin);
  if (kept) {
    const Busy busy(*core, kept.get());
    co_return co_await exchange_over(*core, std::move(kept), request, *address, deadline);
  }
  co_return co_await exchange_fresh(*core, request, *address, deadline);
}

class PooledClient final : public Client {
 public:
  explicit PooledClient(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  PooledClient(const PooledClient&) = delete;
  PooledClient& operator=(const PooledClient&) = delete;
  ~PooledClient() override { core_->stop(); }

  asio::awaitable<Outcome> exchange(Request request) override { return run(core_, std::move(request)); }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace

std::expected<std::unique_ptr<Client>, std::string> make_client(asio::any_io_executor executor,
                                                                ClientSettings settings) {
  auto tls = make_client_context(settings.ca_file);
  if (!tls) {
    return std::unexpected(std::move(tls.error()));
  }
  auto core = std::make_shared<Core>();
  core->executor = std::move(executor);
  core->settings = std::move(settings);
  core->tls = std::move(*tls);
  return std::make_unique<PooledClient>(std::move(core));
}

}  // namespace lethe::http
