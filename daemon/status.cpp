#include <iostream>
#include <memory>

#include "command/status_view.hpp"
#include "commands.hpp"

namespace lethe::daemon {
namespace {

command::ExitStatus status(const Chosen& chosen, bool json) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto view = command::status_view((*session)->store(), (*session)->settings(), (*session)->now());
  if (!view) return complain(command::failure(view.error()));
  std::cout << (json ? command::status_json(*view) + "\n" : command::status_text(*view));
  return command::ExitStatus::done;
}

}  // namespace

void add_status(CLI::App& app, Chosen& chosen) {
  auto* command =
      add_command(app, "status", "by account: what runs, and first of all what needs a person", "lethe status --json");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "{accounts: [...], attention: [...]}");
  command->final_callback([&chosen, json] { chosen.command = [&chosen, json] { return status(chosen, *json); }; });
}

}  // namespace lethe::daemon
