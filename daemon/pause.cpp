#include "command/pause.hpp"

#include <iostream>
#include <memory>
#include <string>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

struct Options {
  std::string account;
  std::string why;
};

command::ExitStatus tell(const command::Outcome<std::string>& outcome) {
  if (!outcome) return complain(outcome.error());
  std::cout << *outcome;
  return command::ExitStatus::done;
}

command::ExitStatus pause(const Chosen& chosen, const Options& options) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  auto work =
      command::pause((*session)->store(), (*session)->settings(), options.account, options.why, (*session)->now());
  return tell(command::perform((*session)->loop(), std::move(work)));
}

command::ExitStatus resume(const Chosen& chosen, const std::string& account) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  auto work = command::resume((*session)->store(), (*session)->settings(), account);
  return tell(command::perform((*session)->loop(), std::move(work)));
}

}  // namespace

void add_pause(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "pause", "submit nothing new of an account; what was sent is followed on",
                              "lethe pause acme --why \"migration until Monday\"");
  auto options = std::make_shared<Options>();
  command->add_option("ACCOUNT", options->account, "the account's name")->required();
  command->add_option("--why", options->why, "shown until `lethe resume`; name no contact")->type_name("W")->required();
  command->final_callback([&chosen, options] {
    if (options->why.empty()) throw CLI::ValidationError("--why", "say why");
    chosen.command = [&chosen, options] { return pause(chosen, *options); };
  });
}

void add_resume(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "resume", "end the pause of an account", "lethe resume acme");
  auto account = std::make_shared<std::string>();
  command->add_option("ACCOUNT", *account, "the account's name")->required();
  command->final_callback(
      [&chosen, account] { chosen.command = [&chosen, account] { return resume(chosen, *account); }; });
}

}  // namespace lethe::daemon
