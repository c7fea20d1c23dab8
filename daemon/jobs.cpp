#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "command/job_view.hpp"
#include "commands.hpp"
#include "core/operation.hpp"

namespace lethe::daemon {
namespace {

struct Options {
  store::JobFilter filter;
  std::vector<std::string> states;
  bool json = false;
};

command::ExitStatus jobs(const Chosen& chosen, const Options& options) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto list = command::job_list((*session)->store(), (*session)->settings(), options.filter);
  if (!list) return complain(list.error());
  std::cout << (options.json ? command::jobs_json(*list) + "\n" : command::jobs_text(*list));
  return command::ExitStatus::done;
}

void parse_states(Options& options) {
  for (const auto& text : options.states) {
    const auto state = core::parse_state(text);
    if (!state) throw CLI::ValidationError("--state", fmt::format("{} is no state", text));
    options.filter.states.push_back(*state);
  }
}

}  // namespace

void add_jobs(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "jobs", "a line a job", "lethe jobs --account acme --state suppressing deleting");
  auto options = std::make_shared<Options>();
  command->add_option("--account", options->filter.account, "of this account only")->type_name("NAME");
  command->add_option("--state", options->states, "in one of these states only")->type_name("STATE");
  command->add_flag("--json", options->json, "an array of jobs");
  command->final_callback([&chosen, options] {
    parse_states(*options);
    chosen.command = [&chosen, options] { return jobs(chosen, *options); };
  });
}

}  // namespace lethe::daemon
