#include "command/find.hpp"

#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

struct Options {
  std::optional<std::string> key;
  std::optional<std::string> id;  ///< as it was given: the parser's own complaint would repeat it
  bool json = false;
};

/// Behind the line that was read, to the end of what is piped; empty lines are nothing. Who types isn't asked for more.
bool more_is_piped() {
  if (isatty(STDIN_FILENO) != 0) return false;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (!line.empty() && line != "\r") return true;
  }
  return false;
}

command::ExitStatus find(const Chosen& chosen, const Options& options) {
  const auto question = command::question(options.key, options.id, std::cin);
  if (!question) return complain(question.error());
  if (options.key == "-" && more_is_piped()) {
    return complain(command::failure(command::ExitStatus::usage,
                                     "--key -: more than one line came on stdin; ask about one contact at a time"));
  }
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto key = command::digest_key((*session)->settings());
  if (!key) return complain(key.error());
  const auto findings = command::find((*session)->store(), *key, *question);
  if (!findings) return complain(findings.error());
  std::cout << (options.json ? command::findings_json(*findings) + "\n" : command::findings_text(*findings));
  return command::ExitStatus::done;
}

}  // namespace

void add_find(CLI::App& app, Chosen& chosen) {
  auto* command =
      add_command(app, "find", "which jobs held a contact, and how they ended", "echo A-4711 | lethe find --key -");
  auto options = std::make_shared<Options>();
  auto* contact = command->add_option_group("contact");
  contact
      ->add_option("--key", options->key,
                   "the contact's key; -: read it from stdin (to its end), so that no list of processes shows it")
      ->type_name("K");
  contact->add_option("--id", options->id, "the contact's id")->type_name("N");
  contact->require_option(1);
  command->add_flag("--json", options->json, "one object: what was found, and what can't be searched");
  command->final_callback(
      [&chosen, options] { chosen.command = [&chosen, options] { return find(chosen, *options); }; });
}

}  // namespace lethe::daemon
