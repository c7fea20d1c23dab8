#include "command/release.hpp"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

command::ExitStatus release(const Chosen& chosen, const std::vector<std::string>& ids, bool json) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto jobs = command::release(**session, ids);
  if (!jobs) return complain(jobs.error());
  std::cout << (json ? command::released_json(*jobs) + "\n" : command::released_text(*jobs));
  return command::ExitStatus::done;
}

}  // namespace

void add_release(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "release", "let go a job that is held, by the daily fuse or for another reason",
                              "lethe release dsr-2026-11-22");
  struct Options {
    std::vector<std::string> jobs;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("JOB", options->jobs, "the ids of held jobs; all are released, or none")->required();
  command->add_flag("--json", options->json, "an array of {id, state}");
  command->final_callback([&chosen, options] {
    chosen.command = [&chosen, options] { return release(chosen, options->jobs, options->json); };
  });
}

}  // namespace lethe::daemon
