#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iostream>

#include "commands.hpp"
#include "config/config.hpp"

namespace lethe::daemon {
namespace {

/// The parser's own complaints can have several lines; a user gets one.
std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

/// What was given to it may be a contact: only complaints that hold nothing but names of options are passed on.
std::string complaint_about_find(const CLI::ParseError& error) {
  const bool names_options = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr ||
                             dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  if (names_options) return one_line(error.what());
  return "find: something else was given than one contact by --key or --id; put a key with spaces into quotes";
}

/// The parser only misses a command where there is one that it doesn't know.
std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  if (app.got_subcommand("find")) return complaint_about_find(error);
  if (!app.get_subcommands().empty()) return one_line(error.what());
  const auto unknown = app.remaining(false);
  if (unknown.empty()) return "a command is missing";
  if (unknown.front().starts_with('-')) return fmt::format("there is no option {}", unknown.front());
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  const auto meant = config::nearest(unknown.front(), known);
  return fmt::format("there is no command {}{}", unknown.front(),
                     meant ? fmt::format(" ({} may be meant)", *meant) : "");
}

/// The help that shows how it is done: of the command, where there is one.
std::string help_for(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return given.empty() ? "lethe --help" : fmt::format("lethe {} --help", given.front()->get_name());
}

command::ExitStatus unwritten() {
  return complain(command::failure(command::ExitStatus::failed, "the output could not be written"));
}

command::ExitStatus run_chosen(const Chosen& chosen) {
  const auto status = chosen.command();
  std::cout.flush();
  return status == command::ExitStatus::done && !std::cout ? unwritten() : status;
}

int run_main(int argc, char** argv) {
  CLI::App app("Submits contact deletions to Salesforce Marketing Cloud and follows each one to its end.", "lethe");
  app.set_version_flag("--version", "lethe " LETHE_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  Chosen chosen;
  app.add_option("--config", chosen.config,
                 "the configuration, for every command (default: $LETHE_CONFIG, else /etc/lethe/lethe.toml)")
      ->type_name("FILE");
  app.footer("`lethe COMMAND --help` says more and shows an example. First look: lethe demo");
  add_run(app, chosen);
  add_check(app, chosen);
  add_submit(app, chosen);
  add_status(app, chosen);
  add_jobs(app, chosen);
  add_show(app, chosen);
  add_log(app, chosen);
  add_find(app, chosen);
  add_verify(app, chosen);
  add_backup(app, chosen);
  add_cancel(app, chosen);
  add_retry(app, chosen);
  add_pause(app, chosen);
  add_resume(app, chosen);
  add_resolve(app, chosen);
  add_release(app, chosen);
  add_requests(app, chosen);
  add_summary(app, chosen);
  add_settings(app, chosen);
  add_demo(app, chosen);
  add_simulate(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    const int status = app.exit(wanted);
    std::cout.flush();
    return std::cout ? status : static_cast<int>(unwritten());
  } catch (const CLI::ParseError& error) {
    const auto line = fmt::format("{}; see `{}`", complaint(app, error), help_for(app));
    return static_cast<int>(complain(command::failure(command::ExitStatus::usage, line)));
  }
  return static_cast<int>(run_chosen(chosen));
}

}  // namespace

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& what, const std::string& example) {
  auto* added = app.add_subcommand(name, what);
  added->fallthrough();
  added->footer("Example:\n  " + example + "\n\nEvery command takes --config FILE.");
  return added;
}

command::ExitStatus complain(const command::Failure& failure) {
  for (const auto& line : failure.lines) std::cerr << "lethe: " << line << "\n";
  return failure.status;
}

command::ExitStatus answer(const Chosen& chosen, bool json,
                           const std::function<command::Outcome<command::Spoken>(command::Session&)>& done) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto spoken = done(**session);
  if (!spoken) return complain(spoken.error());
  std::cout << (json ? spoken->json + "\n" : spoken->text);
  return command::ExitStatus::done;
}

command::Outcome<std::unique_ptr<command::Session>> open_session(const Chosen& chosen) {
  auto settings = command::read_settings(chosen.config_file());
  if (!settings) return std::unexpected(settings.error());
  return command::Session::open(std::move(*settings));
}

}  // namespace lethe::daemon

int main(int argc, char** argv) {
  try {
    return lethe::daemon::run_main(argc, argv);
  } catch (const std::exception& bug) {
    std::cerr << "lethe: a bug: " << bug.what() << "\n";
    return 1;
  }
}
