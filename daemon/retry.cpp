#include "command/retry.hpp"

#include <iostream>
#include <memory>
#include <string>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

struct Options {
  std::string job;
  std::string why;
  bool json = false;
};

command::ExitStatus retry(const Chosen& chosen, const Options& options) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  auto work = command::retry((*session)->store(), options.job, options.why, (*session)->now());
  const auto asked = command::perform((*session)->loop(), std::move(work));
  if (!asked) return complain(asked.error());
  std::cout << (options.json ? command::retry_json(*asked) + "\n" : command::retry_text(*asked, options.job));
  return command::ExitStatus::done;
}

}  // namespace

void add_retry(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "retry", "have the cloud try a job's failed operations again, in place",
                              "lethe retry dsr-2026-11-22 --why \"the data extension is back\"");
  auto options = std::make_shared<Options>();
  command->add_option("JOB", options->job, "the job's id")->required();
  command->add_option("--why", options->why, "recorded with it; name no contact")->type_name("W");
  command->add_flag("--json", options->json, "[{operation, operation_id, jobs, jobs_total}]");
  command->final_callback(
      [&chosen, options] { chosen.command = [&chosen, options] { return retry(chosen, *options); }; });
}

}  // namespace lethe::daemon
