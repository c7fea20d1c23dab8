#include "simulation/installation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <stdexcept>
#include <utility>

#include "cloud/client.hpp"

namespace lethe::simulation {

namespace asio = boost::asio;

namespace {

constexpr support::DigestKey key{};
constexpr std::string_view rest_url = "https://simulated.rest.marketingcloudapis.com";

/// Passes everything on, and hears of errors.
class HeardLog : public report::Log {
 public:
  HeardLog(std::unique_ptr<report::Log> log, std::function<void(std::string_view)> heard)
      : log_(std::move(log)), heard_(std::move(heard)) {}
  void transition(const core::Transition& transition) override { log_->transition(transition); }
  void message(core::LogLevel level, std::string_view text, const report::Fields& fields) override {
    log_->message(level, text, fields);
    if (level == core::LogLevel::error) heard_(text);
  }
  void set_level(core::LogLevel level) override { log_->set_level(level); }

 private:
  std::unique_ptr<report::Log> log_;
  std::function<void(std::string_view)> heard_;
};

}  // namespace

core::Settings settings_for(const std::vector<std::string>& accounts) {
  core::Settings settings;
  settings.store_path = "lethe.db";
  std::int64_t account_id = 10650000;
  for (const std::string& name : accounts) {
    core::AccountSettings account;
    account.name = name;
    account.auth_url = "https://simulated.auth.marketingcloudapis.com";
    account.client_id = "rehearsal-client";
    account.client_secret = {core::SecretSource::Kind::environment, "LETHE_SIMULATION_SECRET"};
    account.account_id = ++account_id;
    settings.accounts.push_back(account);
  }
  return settings;
}

Installation::Installation(InstallationSettings settings)
    : settings_(std::move(settings)),
      clock_(start_of_time),
      model_(settings_.model),
      files_("simulation", settings_.seed),
      out_(log_.rdbuf()) {
  setenv("LETHE_SIMULATION_SECRET", settings_.model.client_secret.c_str(), 1);
  model_.set_rest_instance_url(std::string(rest_url));
  clock_.on_await([this] { heed_await(); });
}

Installation::~Installation() {
  if (running()) stop();
}

std::expected<std::unique_ptr<store::Store>, store::Error> Installation::open(store::OpenSettings::As as) {
  store::OpenSettings opening;
  opening.path = settings_.settings.store_path;
  opening.as = as;
  opening.now = clock_.now();
  opening.write_on_this_thread = true;
  opening.instance = settings_.seed;
  opening.vfs = files_.name();
  return store::open_store(std::move(opening));
}

void Installation::make_network() {
  network_ = std::make_unique<Network>(Network{.model = model_,
                                               .clock = clock_,
                                               .disk = files_,
                                               .faults = settings_.faults,
                                               .random = std::mt19937_64(settings_.seed * 1000003 + lives_),
                                               .life = lives_,
                                               .outlives_the_daemon = settings_.requests_outlive_the_daemon,
                                               .journal = &journal_,
                                               .tokens = &tokens_,
                                               .intent_of = intent_of,
                                               .submission_arrived = submission_arrived});
}

void Installation::make_engine() {
  engine_ = std::make_unique<engine::Engine>(engine::Parts{
      .settings = settings_.settings,
      .store = *store_,
      .clock = clock_,
      .log = *logger_,
      .executor = loop_->get_executor(),
      .make_client =
          [this](const core::AccountSettings& account, std::function<void()> request_made,
                 std::function<std::string()> held_back) {
            return cloud::make_client(account, make_client(*network_, loop_->get_executor(), account.name), clock_,
                                      loop_->get_executor(), std::move(request_made), std::move(held_back));
          },
      .digest_key = key});
  tasks_ =
      std::make_unique<support::TaskGroup>(loop_->get_executor(), [this](std::exception_ptr thrown) { bug_ = thrown; });
  tasks_->spawn(engine_->run());
}

bool Installation::start() {
  ++lives_;
  auto opened = open(store::OpenSettings::As::daemon);
  if (!opened) {
    if (!files_.crashed()) throw std::runtime_error("the store doesn't open: " + opened.error().what);
    awaits_to_live_.reset();
    files_.revive(survives_);
    return false;
  }
  store_ = std::move(*opened);
  loop_ = std::make_unique<asio::io_context>(1);
  make_network();
  auto log = report::make_log(out_, core::LogFormat::json, core::LogLevel::info, [this] { return clock_.now(); });
  logger_ = std::make_unique<HeardLog>(std::move(log), [this](std::string_view error) { heed_error(error); });
  transitions_ = std::make_unique<engine::TransitionLog>(*store_, *logger_);
  store::attach(*store_, clock_, loop_->get_executor());
  store_->on_transition([this](const core::Transition& step) { transitions_->committed(step); });
  make_engine();
  return true;
}

void Installation::settle() {
  do {
    loop_->restart();
  } while (loop_->poll() > 0);
  if (bug_) std::rethrow_exception(std::exchange(bug_, nullptr));
}

void Installation::crash_at_change(std::int64_t n, MemoryVfs::Survives survives) {
  survives_ = survives;
  files_.crash_at_change(n);
}

void Installation::crash_at_await(std::int64_t n, MemoryVfs::Survives survives) {
  survives_ = survives;
  awaits_to_live_ = n;
}

void Installation::heed_await() {
  if (!awaits_to_live_ || --*awaits_to_live_ > 0) return;
  awaits_to_live_.reset();
  files_.crash();
}

/// A daemon whose store fails for no reason that the disk gives would try for ever.
void Installation::heed_error(std::string_view error) {
  const bool fails = error.starts_with("the store can't be written");
  if (!fails || files_.crashed() || files_.condition() != MemoryVfs::Condition::fine) return;
  bug_ = std::make_exception_ptr(std::runtime_error(std::string(error)));
}

void Installation::run_for(core::Duration duration) {
  const core::Time until = clock_.true_time() + duration;
  settle();
  while (!files_.crashed()) {
    const auto next = clock_.next();
    if (!next || *next > until) break;
    clock_.advance_to(*next);
    settle();
  }
  if (files_.crashed()) {
    kill(survives_);
    return;
  }
  clock_.advance_to(until);
  settle();
}

void Installation::offer(intake::JobRequest request, std::function<void(const Accepted&)> answered) {
  tasks_->spawn([](Installation& self, intake::JobRequest wanted,
                   std::function<void(const Accepted&)> tell) -> asio::awaitable<void> {
    const Accepted accepted =
        co_await intake::accept(*self.store_, key, std::move(wanted), std::nullopt, self.clock_.now());
    tell(accepted);
    self.engine_->wake();
  }(*this, std::move(request), std::move(answered)));
  settle();
}

void Installation::drop(intake::JobRequest request) {
  offer(std::move(request), [](const Accepted& accepted) {
    if (!accepted) throw std::runtime_error("refused: " + support::to_line(accepted.error().fault));
  });
}

bool Installation::command(const Command& write) {
  auto opened = open(store::OpenSettings::As::command);
  if (!opened) return false;
  asio::io_context own(1);
  store::attach(**opened, clock_, own.get_executor());
  std::exception_ptr bug;
  asio::co_spawn(own, write(**opened), [&bug](std::exception_ptr thrown) { bug = std::move(thrown); });
  while (own.poll() > 0) own.restart();
  opened->reset();
  own.restart();
  own.poll();
  if (bug) std::rethrow_exception(bug);
  if (running() && !files_.crashed()) {
    transitions_->catch_up();
    engine_->wake();
    settle();
  }
  return true;
}

std::string Installation::stored_bytes() const {
  std::string bytes;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    bytes += files_.content(settings_.settings.store_path.string() + suffix).value_or("");
  }
  return bytes;
}

void Installation::resume(const std::string& account) {
  tasks_->spawn([](Installation& self, std::string name) -> asio::awaitable<void> {
    const auto set = co_await self.store_->resume(name);
    if (!set) throw std::runtime_error("not resumed: " + set.error().what);
    self.engine_->wake();
  }(*this, account));
  settle();
}

void Installation::release(const std::string& job) {
  const auto known = store_->job(job);
  if (!known || !*known) throw std::runtime_error("there is no job " + job);
  tasks_->spawn([](Installation& self, core::JobNumber number) -> asio::awaitable<void> {
    const auto released = co_await self.store_->release(number, self.clock_.now());
    if (!released) throw std::runtime_error("not released: " + released.error().what);
    self.engine_->wake();
  }(*this, (*known)->number));
  settle();
}

void Installation::wind_down() {
  engine_->stop();
  settle();
  while (tasks_->running() > 0) {
    const auto next = clock_.next();
    if (!next) throw std::logic_error("the engine neither works nor waits, and doesn't stop");
    clock_.advance_to(*next);
    settle();
  }
}

void Installation::dismantle() {
  engine_.reset();
  tasks_.reset();
  store_.reset();
  transitions_.reset();
  logger_.reset();
  faults_played_ += network_->faults_played;
  network_.reset();
  loop_.reset();
}

void Installation::stop() {
  wind_down();
  dismantle();
  if (files_.crashed()) files_.revive(survives_);
}

void Installation::kill(MemoryVfs::Survives survives) {
  // The disk and the wire stop at this instant. What the process still does after it reaches neither, so it may end in
  // order.
  const core::Time killed_at = clock_.true_time();
  awaits_to_live_.reset();
  files_.crash();
  out_.rdbuf(lost_.rdbuf());
  wind_down();
  dismantle();
  files_.revive(survives);
  out_.rdbuf(log_.rdbuf());
  clock_.set(killed_at);
}

}  // namespace lethe::simulation
