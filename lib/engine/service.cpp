#include "engine/service.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>
#include <exception>
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

std::unique_ptr<support::Clock> make_clock(const store::TimeScale& scale) {
  if (scale.factor == 1) return support::make_system_clock();
  return support::make_scaled_clock(scale.factor, scale.epoch, scale.real_epoch);
}

}  // namespace

struct Service::State {
  asio::any_io_executor executor;
  core::Settings settings;
  // The store is made first and goes before the clock and the logs, which its last writes still use.
  std::unique_ptr<support::Clock> clock;
  std::unique_ptr<report::Log> log;
  std::unique_ptr<TransitionLog> transitions;
  std::unique_ptr<store::Store> store;
  support::DigestKey key;
  std::vector<std::pair<std::string, std::unique_ptr<http::Client>>>
      prepared;  ///< one for each account, until the engine takes it
  std::unique_ptr<Engine> engine;
  std::unique_ptr<intake::Spool> spool;
  asio::steady_timer watch_timer;
  bool stopping = false;

  State(const asio::any_io_executor& on, core::Settings with)
      : executor(on), settings(std::move(with)), watch_timer(on) {}

  /// The accounts' HTTP clients, made before work begins: a CA file that can't be read is refused at the start.
  store::Result<void> prepare_clients() {
    for (const core::AccountSettings& account : settings.accounts) {
      http::ClientSettings client;
      client.ca_file = account.ca_file;
      auto made = http::make_client(executor, std::move(client));
      if (!made) {
        return std::unexpected(store::Error{store::Error::Kind::io, "account " + account.name + ": " + made.error()});
      }
      prepared.emplace_back(account.name, std::move(*made));
    }
    return {};
  }

  std::unique_ptr<cloud::Client> make_client(const core::AccountSettings& account, std::function<void()> request_made,
                                             std::function<std::string()> held_back) {
    for (auto& [name, client] : prepared) {
      if (name == account.name) {
        return cloud::make_client(account, std::move(client), *clock, executor, std::move(request_made),
                                  std::move(held_back));
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

  void make_engine() {
    engine = std::make_unique<Engine>(
        Parts{.settings = settings,
              .store = *store,
              .clock = *clock,
              .log = *log,
              .executor = executor,
              .make_client =
                  [this](const core::AccountSettings& account, std::function<void()> request_made,
                         std::function<std::string()> held_back) {
                    return make_client(account, std::move(request_made), std::move(held_back));
                  },
              .digest_key = key});
  }

  store::Result<void> make_spool() {
    if (!settings.intake_directory) return {};
    spool = std::make_unique<intake::Spool>(*settings.intake_directory, settings, *store, key, *clock,
                                            [this](const intake::Spool::Notice& notice) {
                                              log->message(notice.accepted ? LogLevel::info : LogLevel::warning,
                                                           notice.what, {{"file", notice.file.string()}});
                                            });
    const auto prepared_directory = spool->prepare();
    if (!prepared_directory) {
      return std::unexpected(store::Error{store::Error::Kind::io, prepared_directory.error()});
    }
    return {};
  }

  /// Sees in real time what comes from outside: dropped job files, and what commands write to the store.
  asio::awaitable<void> watch() {
    std::optional<std::int64_t> seen;
    while (!stopping) {
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
    ready();
    co_await engine->run();
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
  opening.path = state->settings.store_path;
  opening.as = store::OpenSettings::As::daemon;
  opening.time_scale = options.time_scale;
  opening.now = real_now;
  auto opened = store::open_store(std::move(opening));
  if (!opened) return std::unexpected(std::move(opened.error()));
  state->store = std::move(*opened);
  state->clock = make_clock(state->store->time_scale());
  store::attach(*state->store, *state->clock, std::move(executor));

  auto key = support::load_digest_key(support::digest_key_path(state->settings.store_path), true);
  if (!key) return std::unexpected(store::Error{store::Error::Kind::io, support::to_line(key.error())});
  state->key = *key;

  state->log = report::make_log(*options.log, state->settings.log_format, state->settings.log_level,
                                [clock = state->clock.get()] { return clock->now(); });
  state->transitions = std::make_unique<TransitionLog>(*state->store, *state->log);
  state->store->on_transition(
      [transitions = state->transitions.get()](const core::Transition& step) { transitions->committed(step); });

  if (const auto& restored = state->store->restoration()) state->tell(*restored);

  if (auto prepared = state->prepare_clients(); !prepared) return std::unexpected(std::move(prepared.error()));
  state->make_engine();
  if (auto made = state->make_spool(); !made) return std::unexpected(std::move(made.error()));
  return std::unique_ptr<Service>(new Service(std::move(state)));
}

asio::awaitable<void> Service::run(std::function<void()> ready) {
  return state_->run(std::move(ready));
}
void Service::stop() {
  state_->stop();
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
