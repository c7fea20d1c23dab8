#include "rig.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace lethe::system_test {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t first_account_id = 10650003;

std::unique_ptr<support::Clock> clock_at(double time_scale) {
  const auto now = std::chrono::floor<core::Duration>(std::chrono::system_clock::now());
  return support::make_scaled_clock(time_scale, now, now);
}

fs::path make_directory() {
  auto pattern = (fs::temp_directory_path() / "lethe-system-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return pattern;
}

/// Where systemd would listen for READY=1.
int make_notify_socket(const fs::path& path) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("can't listen on " + path.string());
  }
  return fd;
}

std::string account_name(int number) {
  return number == 0 ? "acme" : fmt::format("acme{}", number + 1);
}

}  // namespace

Cloud::Cloud(simulator::ModelSettings model, double time_scale)
    : clock_(clock_at(time_scale)), work_(loop_.get_executor()) {
  auto server = simulator::make_server(loop_.get_executor(), {}, std::move(model), *clock_);
  if (!server) throw std::runtime_error(server.error());
  server_ = std::move(*server);
  thread_ = std::thread([this] { loop_.run(); });
}

Cloud::~Cloud() {
  asio::co_spawn(loop_, server_->stop(), asio::use_future).get();
  work_.reset();
  thread_.join();
}

std::vector<simulator::TrueOperation> Cloud::truth() {
  return asio::post(loop_, asio::use_future([this] { return server_->model().truth(clock_->now()); })).get();
}

simulator::CloudModel::Calls Cloud::calls() {
  return asio::post(loop_, asio::use_future([this] { return server_->model().calls(); })).get();
}

void Cloud::submit_as_administrator(std::string key) {
  const auto submit = [this, key = std::move(key)] {
    return server_->model().submit_as_administrator(first_account_id, {key}, clock_->now());
  };
  asio::post(loop_, asio::use_future(submit)).get();
}

simulator::Life quick_life(std::vector<std::string> background) {
  simulator::Life life;
  life.suppression = std::chrono::minutes{10};
  life.deletion = std::chrono::minutes{30};
  life.background = std::move(background);
  return life;
}

simulator::ModelSettings quick_model() {
  simulator::ModelSettings model;
  model.client_secret = client_secret;
  model.restorable_days = -1;
  model.token_life = std::chrono::hours{24 * 365};
  simulator::LifeRule refused;
  refused.match = "refused";
  simulator::LifeRule restored;
  restored.match = "restored";
  restored.life = quick_life({"Aborted"});
  simulator::LifeRule others;
  others.life = quick_life();
  model.lives = {refused, restored, others};
  return model;
}

Rig::Rig(RigSettings settings) : directory_(make_directory()), time_scale_(settings.time_scale) {
  cloud_ = std::make_unique<Cloud>(settings.model, settings.time_scale);
  notify_socket_ = make_notify_socket(directory_ / "notify");
  fs::create_directory(directory_ / "state");
  write("acme.secret", client_secret + "\n");
  write_configuration(settings);
}

Rig::~Rig() {
  daemon_.reset();
  if (testing::Test::HasFailure()) {
    const auto log = daemon_log();
    std::fprintf(stderr, "--- the end of the daemon's log\n%s\n",
                 log.substr(log.size() > 6000 ? log.size() - 6000 : 0).c_str());
  }
  close(notify_socket_);
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void Rig::write_configuration(const RigSettings& settings) const {
  std::string text = "[store]\npath = \"state/lethe.db\"\n[log]\nformat = \"json\"\n[web]\nlisten = \"\"\n";
  if (settings.intake) text += "[intake]\ndirectory = \"spool\"\n";
  for (int i = 0; i < settings.accounts; ++i) {
    text += fmt::format(
        "[[account]]\nname = \"{0}\"\nauth_url = \"{1}\"\nrest_url = \"{1}\"\nclient_id = \"{2}\"\n"
        "client_secret_file = \"acme.secret\"\naccount_id = {3}\n{4}\n",
        account_name(i), cloud_->url(), settings.model.client_id, first_account_id + i, settings.settings);
  }
  write("lethe.toml", text);
}

fs::path Rig::write(const std::string& name, const std::string& text) const {
  const auto path = directory_ / name;
  std::ofstream(path, std::ios::binary) << text;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  return path;
}

fs::path Rig::job(const std::string& name, const std::string& body) const {
  return write(name + ".toml", "account = \"acme\"\n" + body + "\n");
}

Result Rig::lethe(std::vector<std::string> arguments, const Environment& environment) const {
  auto variables = environment;
  variables.emplace("LETHE_CONFIG", config().string());
  const auto stem = fmt::format("command-{}", ++commands_);
  Process process(arguments, variables, directory_ / (stem + ".out"), directory_ / (stem + ".err"));
  const auto status = process.wait();
  if (!status) ADD_FAILURE() << "lethe " << arguments.front() << " hangs";
  return {status.value_or(-1), process.out(), process.err()};
}

boost::json::value Rig::json(std::vector<std::string> arguments) const {
  const auto result = lethe(std::move(arguments));
  EXPECT_EQ(result.status, 0) << result.err;
  boost::system::error_code error;
  auto value = boost::json::parse(result.out, error);
  EXPECT_FALSE(error) << "no JSON: " << result.out;
  return value;
}

std::string Rig::state_of(const std::string& job) const {
  const auto result = lethe({"show", job, "--json"});
  if (result.status != 0) return "show: " + result.err;
  return std::string(boost::json::parse(result.out).at("state").as_string());
}

std::unique_ptr<Process> Rig::launch_daemon(const std::string& name) {
  // The daemon forbids to be traced, and the leak check of a sanitized build traces.
  const Environment environment{{"LETHE_CONFIG", config().string()},
                                {"NOTIFY_SOCKET", (directory_ / "notify").string()},
                                {"ASAN_OPTIONS", "detect_leaks=0"}};
  const std::vector<std::string> arguments{"run", "--time-scale", fmt::format("{}", time_scale_)};
  return std::make_unique<Process>(arguments, environment, directory_ / (name + ".out"), directory_ / (name + ".err"));
}

Process& Rig::start_daemon() {
  notifications();
  daemon_ = launch_daemon("daemon");
  std::string heard;
  const bool ready = eventually([&] {
    heard += notifications();
    return heard.contains("READY=1") || !daemon_->running();
  });
  if (!ready || !heard.contains("READY=1")) ADD_FAILURE() << "the daemon doesn't start: " << daemon_log();
  return *daemon_;
}

int Rig::stop_daemon() {
  daemon_->signal(SIGTERM);
  return daemon_->wait().value_or(-1);
}

std::string Rig::notifications() const {
  std::string all;
  char buffer[4096];
  while (true) {
    const auto size = recv(notify_socket_, buffer, sizeof(buffer), 0);
    if (size <= 0) return all;
    all.append(buffer, static_cast<std::size_t>(size));
    all += "\n";
  }
}

}  // namespace lethe::system_test
