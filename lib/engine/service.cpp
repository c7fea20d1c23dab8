#include "engine/service.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cloud/client.hpp"
#include "engine/engine.hpp"
#include "engine/transition_log.hpp"
#include "http/client.hpp"
#include "intake/spool.hpp"
#include "support/digest.hpp"
#include "support/task_group.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;

namespace {

/// Real time: how soon another process's write or a dropped file is noticed.
constexpr std::chrono::seconds watch_interval{1};

bool points_at_loopback(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  return parsed && http::is_loopback_host(std::string(parsed->host()));
}

std::optional<store::Error> refuse_time_scale(const core::Settings& settings, double factor) {
  if (factor == 1) return std::nullopt;
  for (const core::AccountSettings& account : settings.accounts) {
    if (!points_at_loopback(account.auth_url) || (account.rest_url && !points_at_loopback(*account.rest_url))) {
      return store::Error{store::Error::Kind::other_time,
                          "--time-scale is for rehearsals: account " + account.name +
                              " doesn't point at loopback; point its auth_url at a simulator or run without it"};
    }
  }
  return std::nullopt;
}

using Clients = std::vector<std::pair<std::string, std::unique_ptr<http::Client>>>;

/// The accounts' HTTP clients, made before work begins with them: a CA file that can't be read is refused then.
store::Result<Clients> prepare_clients(const asio::any_io_executor& executor, const core::Settings& settings) {
  Clients clients;
  for (const core::AccountSettings& account : settings.accounts) {
    http::ClientSettings client;
    client.ca_file = account.ca_file;
    auto made = http::make_client(executor, std::move(client));
    if (!made) {
      return std::unexpected(store::Error{store::Error::Kind::io, "account " + account.name + ": " + made.error()});
    }
    clients.emplace_back(account.name, std::move(*made));
  }
  return clients;
}

std::unique_ptr<support::Clock> make_clock(const store::TimeScale& scale) {
  if (scale.factor == 1) return support::make_system_clock();
  return support::make_scaled_clock(scale.factor, scale.epoch, scale.real_epoch);
}

}  // namespace

struct Service::State {
  asio::any_io_executor executor;
  std::shared_ptr<const core::Settings> settings;
  // The store is made first and goes before the clock and the logs, which its last writes still use.
  std::unique_ptr<support::Clock> clock;
  std::unique_ptr<report::Log> log;
  std::unique_ptr<TransitionLog> transitions;
  std::unique_ptr<store::Store> store;
  support::DigestKey key;
  Clients prepared;  ///< one for each account, until the engine takes it
  /// What the accounts' credentials have brought, and the settings that they were used by.
  std::map<std::string, std::pair<core::AccountSettings, std::shared_ptr<cloud::TokenMemory>>> tokens;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<intake::Spool> spool;
  std::shared_ptr<const core::Settings> spool_settings;  ///< that the spool was made with
  asio::steady_timer watch_timer;
  bool stopping = false;

  /// Settings that wait for the engine to end what it does under the old ones.
  struct Next {
    std::shared_ptr<const core::Settings> settings;
    Clients clients;
    std::function<void()> taken;
  };
  std::optional<Next> next;

  State(const asio::any_io_executor& on, core::Settings with)
      : executor(on), settings(std::make_shared<const core::Settings>(std::move(with))), watch_timer(on) {}

  std::shared_ptr<cloud::TokenMemory> memory_of(const core::AccountSettings& account) {
    auto& [used_by, memory] = tokens[account.name];
    if (!memory || !cloud::same_credentials(used_by, account)) memory = std::make_shared<cloud::TokenMemory>();
    used_by = account;
    return memory;
  }

  std::unique_ptr<cloud::Client> make_client(const core::AccountSettings& account, std::function<void()> request_made,
                                             std::function<std::string()> held_back) {
    for (auto& [name, client] : prepared) {
      if (name == account.name) {
        return cloud::make_client(account, std::move(client), *clock, executor, std::move(request_made),
                                  std::move(held_back), memory_of(account));
      }
    }
    throw std::logic_error("no HTTP client was prepared for account " + account.name);
  }

  void tell(const store::Restoration& restored) {
    log->message(LogLevel::warning,
                 "this store was restored from a copy: what waited is held, and what was being submitted waits for a"
                 " person, since it may have been submitted after the copy was made; see `lethe status`",
                 {{"copied_at", core::rfc3339(restored.copied_at)},
                  {"jobs", std::to_string(restored.jobs)},
                  {"operations", std::to_string(restored.operations)}});
  }

  void make_engine(bool first) {
    engine = std::make_unique<Engine>(
        Parts{.settings = *settings,
              .store = *store,
              .clock = *clock,
              .log = *log,
              .executor = executor,
              .make_client =
                  [this](const core::AccountSettings& account, std::function<void()> request_made,
                         std::function<std::string()> held_back) {
                    return make_client(account, std::move(request_made), std::move(held_back));
                  },
              .digest_key = key,
              .first = first});
  }

  std::unique_ptr<intake::Spool> spool_of(const core::Settings& with) {
    if (!with.intake_directory) return nullptr;
    return std::make_unique<intake::Spool>(*with.intake_directory, with, *store, key, *clock,
                                           [this](const intake::Spool::Notice& notice) {
                                             log->message(notice.accepted ? LogLevel::info : LogLevel::warning,
                                                          notice.what, {{"file", notice.file.string()}});
                                           });
  }

  store::Result<void> check_spool(const core::Settings& with) {
    const auto wanted = spool_of(with);
    if (!wanted) return {};
    const auto prepared_directory = wanted->prepare();
    if (prepared_directory) return {};
    return std::unexpected(store::Error{store::Error::Kind::io, prepared_directory.error()});
  }

  /// Between two looks at the intake directory: a look under way has its settings to its end.
  void renew_spool() {
    if (spool_settings == settings) return;
    spool = spool_of(*settings);
    spool_settings = settings;
  }

  void tell_unconfigured() {
    const auto open = store->open_accounts();
    if (!open) return;
    for (const store::OpenAccount& account : *open) {
      if (core::find_account(*settings, account.name) != nullptr) continue;
      log->message(
          LogLevel::warning,
          "the account isn't in the configuration: what is open of it stays as it is, and nobody asks about it",
          {{"account", account.name}, {"open", std::to_string(account.open)}});
    }
  }

  void keep(const char* key_name, bool differs) {
    if (!differs) return;
    log->message(LogLevel::warning, "a changed setting needs a restart: the old one stays until then",
                 {{"key", key_name}});
  }

  store::Result<void> reload(core::Settings with, std::function<void()> taken) {
    if (auto refused = refuse_time_scale(with, store->time_scale().factor)) return std::unexpected(std::move(*refused));
    auto clients = prepare_clients(executor, with);
    if (!clients) return std::unexpected(std::move(clients.error()));
    if (auto checked = check_spool(with); !checked) return checked;
    keep("store.path", with.store_path != settings->store_path);
    keep("web.listen", with.web_listen != settings->web_listen);
    keep("log.format", with.log_format != settings->log_format);
    keep("http.proxy", with.proxy != settings->proxy);
    with.store_path = settings->store_path;
    with.web_listen = settings->web_listen;
    with.log_format = settings->log_format;
    with.proxy = settings->proxy;
    next = Next{.settings = std::make_shared<const core::Settings>(std::move(with)),
                .clients = std::move(*clients),
                .taken = std::move(taken)};
    engine->stop();
    return {};
  }

  /// The engine has ended what it did.
  void take_next() {
    engine.reset();
    settings = std::move(next->settings);
    prepared = std::move(next->clients);
    const auto taken = std::move(next->taken);
    next.reset();
    log->set_level(settings->log_level);
    make_engine(false);
    log->message(LogLevel::info, "the new configuration is taken",
                 {{"file", settings->file.string()}, {"accounts", std::to_string(settings->accounts.size())}});
    tell_unconfigured();
    taken();
  }

  /// Sees in real time what comes from outside: dropped job files, and what commands write to the store.
  asio::awaitable<void> watch() {
    std::optional<std::int64_t> seen;
    while (!stopping) {
      renew_spool();
      if (spool && spool->may_have_work()) {
        co_await spool->take_all();
        engine->wake();
      }
      if (spool) spool->tidy();
      const auto version = store->data_version();
      if (version && seen != *version) {
        seen = *version;
        transitions->catch_up();
        engine->wake();
      }
      if (stopping) break;
      watch_timer.expires_after(watch_interval);
      co_await watch_timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }

  asio::awaitable<void> run(std::function<void()> ready) {
    std::exception_ptr bug;
    support::TaskGroup watching(executor, [this, &bug](std::exception_ptr thrown) {
      bug = std::move(thrown);
      stop();
    });
    watching.spawn(watch());
    tell_unconfigured();
    ready();
    try {
      co_await engine->run();
      while (!stopping && next) {
        take_next();
        co_await engine->run();
      }
    } catch (...) {
      bug = std::current_exception();
    }
    stop();
    co_await watching.join();
    if (bug) std::rethrow_exception(bug);
  }

  void stop() {
    stopping = true;
    watch_timer.cancel();
    engine->stop();
  }
};

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}
Service::~Service() = default;

store::Result<std::unique_ptr<Service>> Service::open(asio::any_io_executor executor, core::Settings settings,
                                                      ServiceOptions options) {
  if (auto refused = refuse_time_scale(settings, options.time_scale)) return std::unexpected(std::move(*refused));
  auto state = std::make_unique<State>(executor, std::move(settings));

  const core::Time real_now = support::make_system_clock()->now();
  store::OpenSettings opening;
  opening.path = state->settings->store_path;
  opening.as = store::OpenSettings::As::daemon;
  opening.time_scale = options.time_scale;
  opening.now = real_now;
  auto opened = store::open_store(std::move(opening));
  if (!opened) return std::unexpected(std::move(opened.error()));
  state->store = std::move(*opened);
  state->clock = make_clock(state->store->time_scale());
  store::attach(*state->store, *state->clock, std::move(executor));

  auto key = support::load_digest_key(support::digest_key_path(state->settings->store_path), true);
  if (!key) return std::unexpected(store::Error{store::Error::Kind::io, support::to_line(key.error())});
  state->key = *key;

  state->log = report::make_log(*options.log, state->settings->log_format, state->settings->log_level,
                                [clock = state->clock.get()] { return clock->now(); });
  state->transitions = std::make_unique<TransitionLog>(*state->store, *state->log);
  state->store->on_transition(
      [transitions = state->transitions.get()](const core::Transition& step) { transitions->committed(step); });

  if (const auto& restored = state->store->restoration()) state->tell(*restored);

  auto clients = prepare_clients(state->executor, *state->settings);
  if (!clients) return std::unexpected(std::move(clients.error()));
  state->prepared = std::move(*clients);
  state->make_engine(true);
  if (auto checked = state->check_spool(*state->settings); !checked) return std::unexpected(std::move(checked.error()));
  return std::unique_ptr<Service>(new Service(std::move(state)));
}

asio::awaitable<void> Service::run(std::function<void()> ready) {
  return state_->run(std::move(ready));
}
void Service::stop() {
  state_->stop();
}
store::Result<void> Service::reload(core::Settings settings, std::function<void()> taken) {
  return state_->reload(std::move(settings), std::move(taken));
}
store::Store& Service::store() {
  return *state_->store;
}
support::Clock& Service::clock() {
  return *state_->clock;
}
report::Log& Service::log() {
  return *state_->log;
}

}  // namespace lethe::engine
