#include <iostream>
#include <memory>
#include <string>

#include "command/job_view.hpp"
#include "commands.hpp"

namespace lethe::daemon {
namespace {

command::ExitStatus show(const Chosen& chosen, const std::string& id, bool json) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto now = (*session)->now();
  const auto detail = command::job_detail((*session)->store(), (*session)->settings(), id, now);
  if (!detail) return complain(detail.error());
  std::cout << (json ? command::detail_json(*detail) + "\n" : command::detail_text(*detail, now));
  return command::ExitStatus::done;
}

}  // namespace

void add_show(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "show", "one job: its operations, their timeline, why it waits, when it ends",
                              "lethe show dsr-2026-11-22");
  struct Options {
    std::string job;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("JOB", options->job, "the job's id")->required();
  command->add_flag("--json", options->json, "one object with its operations and transitions");
  command->final_callback([&chosen, options] {
    chosen.command = [&chosen, options] { return show(chosen, options->job, options->json); };
  });
}

}  // namespace lethe::daemon
