#include "simulation/installation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <stdexcept>
#include <utility>

#include "cloud/client.hpp"

namespace lethe::simulation {

namespace asio = boost::asio;

namespace {

constexpr core::Time start_of_time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
constexpr support::DigestKey key{};
constexpr std::string_view rest_url = "https://simulated.rest.marketingcloudapis.com";

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
      files_("simulation"),
      out_(log_.rdbuf()) {
  setenv("LETHE_SIMULATION_SECRET", settings_.model.client_secret.c_str(), 1);
  model_.set_rest_instance_url(std::string(rest_url));
}

Installation::~Installation() {
  if (running()) stop();
}

void Installation::start() {
  ++lives_;
  loop_ = std::make_unique<asio::io_context>(1);
  network_ = std::make_unique<Network>(Network{.model = model_,
                                               .clock = clock_,
                                               .faults = settings_.faults,
                                               .random = std::mt19937_64(settings_.seed * 1000003 + lives_)});
  logger_ = report::make_log(out_, core::LogFormat::json, core::LogLevel::info, [this] { return clock_.now(); });

  store::OpenSettings opening;
  opening.path = settings_.settings.store_path;
  opening.as = store::OpenSettings::As::daemon;
  opening.now = clock_.now();
  opening.write_on_this_thread = true;
  opening.instance = settings_.seed;
  opening.vfs = files_.name();
  auto opened = store::open_store(std::move(opening));
  if (!opened) throw std::runtime_error("the store doesn't open: " + opened.error().what);
  store_ = std::move(*opened);
  store::attach(*store_, clock_, loop_->get_executor());
  store_->on_transition([this](const core::Transition& step) { logger_->transition(step); });

  engine_ = std::make_unique<engine::Engine>(
      engine::Parts{.settings = settings_.settings,
                    .store = *store_,
                    .clock = clock_,
                    .log = *logger_,
                    .executor = loop_->get_executor(),
                    .make_client = [this](const core::AccountSettings& account, std::function<void()> request_made) {
                      return cloud::make_client(account, make_client(*network_, loop_->get_executor()), clock_,
                                                loop_->get_executor(), std::move(request_made));
                    }});
  tasks_ =
      std::make_unique<support::TaskGroup>(loop_->get_executor(), [this](std::exception_ptr thrown) { bug_ = thrown; });
  tasks_->spawn(engine_->run());
}

void Installation::settle() {
  do {
    loop_->restart();
  } while (loop_->poll() > 0);
  if (bug_) std::rethrow_exception(std::exchange(bug_, nullptr));
}

void Installation::run_for(core::Duration duration) {
  const core::Time until = clock_.now() + duration;
  settle();
  while (const auto next = clock_.next()) {
    if (*next > until) break;
    clock_.advance_to(*next);
    settle();
  }
  clock_.advance_to(until);
  settle();
}

void Installation::drop(intake::JobRequest request) {
  tasks_->spawn([](Installation& self, intake::JobRequest wanted) -> asio::awaitable<void> {
    auto accepted = co_await intake::accept(*self.store_, key, std::move(wanted), std::nullopt, self.clock_.now());
    if (!accepted) throw std::runtime_error("refused: " + support::to_line(accepted.error().fault));
    self.engine_->wake();
  }(*this, std::move(request)));
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
  logger_.reset();
  network_.reset();
  loop_.reset();
}

void Installation::stop() {
  wind_down();
  dismantle();
}

void Installation::kill() {
  // The disk and the wire stop at this instant. What the process still does after it reaches neither, so it may end in
  // order.
  const core::Time killed_at = clock_.now();
  files_.crash();
  network_->dead = true;
  out_.rdbuf(lost_.rdbuf());
  wind_down();
  dismantle();
  files_.revive();
  out_.rdbuf(log_.rdbuf());
  clock_.set(killed_at);
}

}  // namespace lethe::simulation
