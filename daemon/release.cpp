#include "command/release.hpp"

#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

command::Outcome<command::Spoken> let_go(command::Session& session, const std::vector<std::string>& ids) {
  const auto jobs = command::release(session, ids);
  if (!jobs) return std::unexpected(jobs.error());
  return command::Spoken{command::released_text(*jobs), command::released_json(*jobs)};
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
    chosen.command = [&chosen, options] {
      return answer(chosen, options->json, [&](command::Session& session) { return let_go(session, options->jobs); });
    };
  });
}

}  // namespace lethe::daemon
