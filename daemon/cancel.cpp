#include "command/cancel.hpp"

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

command::ExitStatus cancel(const Chosen& chosen, const Options& options) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  auto work = command::cancel((*session)->store(), options.job, options.why, (*session)->now());
  const auto cancelled = command::perform((*session)->loop(), std::move(work));
  if (!cancelled) return complain(cancelled.error());
  std::cout << (options.json ? command::cancel_json(*cancelled) + "\n" : command::cancel_text(*cancelled));
  return command::ExitStatus::done;
}

}  // namespace

void add_cancel(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "cancel", "take out what of a job isn't sent yet; says what was",
                              "lethe cancel dsr-2026-11-22 --why \"sent by mistake\"");
  auto options = std::make_shared<Options>();
  command->add_option("JOB", options->job, "the job's id")->required();
  command->add_option("--why", options->why, "recorded with it; name no contact")->type_name("W");
  command->add_flag("--json", options->json, "{id, state, cancelled, sent, operations}");
  command->final_callback(
      [&chosen, options] { chosen.command = [&chosen, options] { return cancel(chosen, *options); }; });
}

}  // namespace lethe::daemon
