#include "command/check.hpp"

#include <iostream>
#include <memory>
#include <vector>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

using command::ExitStatus;

ExitStatus tell(const command::CheckReport& report) {
  for (const auto& line : report.good) std::cout << line << "\n";
  std::cout.flush();
  for (const auto& warning : report.warnings) std::cerr << "lethe: warning: " << warning << "\n";
  for (const auto& failure : report.bad) complain(failure);
  return report.status();
}

ExitStatus check(const Chosen& chosen, const std::vector<std::filesystem::path>& jobs, bool online) {
  const auto status = tell(command::check_files(chosen.config_file(), jobs));
  if (status == ExitStatus::configuration || !online) return status;
  const auto settings = command::read_settings(chosen.config_file());
  if (!settings) return complain(settings.error());
  const auto reached = tell(command::check_online(*settings));
  return reached == ExitStatus::done ? status : reached;
}

}  // namespace

void add_check(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "check", "configuration, secrets and job files: every fault at once",
                              "lethe check dsr-2026-11-22.toml --online");
  struct Options {
    std::vector<std::filesystem::path> jobs;
    bool online = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("JOB.toml", options->jobs, "job files; the lists that they name are read too");
  command->add_flag("--online", options->online,
                    "of each account: ask for a token, look at its scopes and the cloud's clock, read a list page");
  command->final_callback([&chosen, options] {
    chosen.command = [&chosen, options] { return check(chosen, options->jobs, options->online); };
  });
}

}  // namespace lethe::daemon
