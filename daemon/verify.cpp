#include "command/verify.hpp"

#include <iostream>
#include <memory>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

command::ExitStatus verify(const Chosen& chosen, bool json) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto verification = command::verify((*session)->store());
  if (!verification) return complain(verification.error());
  std::cout << (json ? command::verification_json(*verification) + "\n" : command::verification_text(*verification));
  return verification->breaks_total == 0 ? command::ExitStatus::done : command::ExitStatus::failed;
}

}  // namespace

void add_verify(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "verify", "the audit chain; status 0 only when it is whole", "lethe verify");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "{whole, transitions, hash, breaks_total, breaks: [...]}");
  command->final_callback([&chosen, json] { chosen.command = [&chosen, json] { return verify(chosen, *json); }; });
}

}  // namespace lethe::daemon
