#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

#include "command/check.hpp"
#include "command/owner.hpp"
#include "command/reload.hpp"
#include "commands.hpp"
#include "engine/service.hpp"
#include "support/time_scale.hpp"

namespace lethe::daemon {
namespace {

using command::ExitStatus;

/// Contacts, secrets and tokens are in this process's memory: none of it goes to a core file.
void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

/// As Type=notify-reload has it too: systemd tells by the time which reload this is the beginning of.
void tell_reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", micros).c_str());
}

/// The first SIGTERM or SIGINT stops in order, the second at once; SIGHUP reads the configuration anew.
class Signals {
 public:
  Signals(boost::asio::io_context& loop, engine::Service& service, std::filesystem::path configuration)
      : set_(loop, SIGTERM, SIGINT, SIGHUP), service_(service), configuration_(std::move(configuration)) {
    wait();
  }
  void forget() { set_.cancel(); }

 private:
  void wait() {
    set_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      heed(signal);
      wait();
    });
  }

  void heed(int signal) {
    if (signal == SIGHUP) {
      if (stopping_) return;
      tell_reloading();
      return command::reload(service_, configuration_, [] { sd_notify(0, "READY=1"); });
    }
    if (stopping_) _exit(static_cast<int>(ExitStatus::failed));
    stopping_ = true;
    service_.log().message(core::LogLevel::info,
                           "stopping: what is in progress is finished and recorded; a second signal ends it at once");
    sd_notify(0, "STOPPING=1");
    service_.stop();
  }

  boost::asio::signal_set set_;
  engine::Service& service_;
  std::filesystem::path configuration_;
  bool stopping_ = false;
};

ExitStatus run(const Chosen& chosen, double time_scale) {
  forbid_core_dumps();
  std::signal(SIGPIPE, SIG_IGN);
  auto settings = command::read_settings(chosen.config_file());
  if (!settings) return complain(settings.error());
  if (const auto owner = command::become_owner(settings->store_path); !owner) {
    return complain(command::failure(ExitStatus::configuration, owner.error()));
  }
  if (const auto fault = command::unusable_secret(*settings)) return complain(*fault);
  boost::asio::io_context loop;
  engine::ServiceOptions options;
  options.time_scale = time_scale;
  options.log = &std::cerr;
  auto service = engine::Service::open(loop.get_executor(), std::move(*settings), options);
  if (!service) {
    // Whatever refuses a start needs a person, but for a full disk and a busy store, which may pass.
    const auto kind = service.error().kind;
    const bool may_pass = kind == store::Error::Kind::full || kind == store::Error::Kind::busy;
    return complain(command::failure(may_pass ? ExitStatus::failed : ExitStatus::configuration, service.error().what));
  }
  Signals signals(loop, **service, chosen.config_file());
  command::perform(loop, (*service)->run([] { sd_notify(0, "READY=1"); }));
  signals.forget();
  return ExitStatus::done;
}

}  // namespace

void add_run(CLI::App& app, Chosen& chosen) {
  auto* command =
      add_command(app, "run", "the daemon: works until SIGTERM", "lethe run --config /etc/lethe/lethe.toml");
  auto scale = std::make_shared<double>(1);
  command
      ->add_option("--time-scale", *scale,
                   "rehearsal: waits and recorded times run F times as fast; every account must point at loopback")
      ->type_name("F");
  command->final_callback([&chosen, scale] {
    if (!support::is_time_scale(*scale))
      throw CLI::ValidationError("--time-scale", "must be above 0 and at most 100,000");
    chosen.command = [&chosen, scale] { return run(chosen, *scale); };
  });
}

}  // namespace lethe::daemon
