// The commands of the executable: each adds itself to the parser and, when it was chosen, does its work.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "command/failure.hpp"
#include "command/session.hpp"
#include "command/spoken.hpp"

namespace lethe::daemon {

/// What the parser found, shared by all commands.
struct Chosen {
  std::optional<std::filesystem::path> config;
  std::function<command::ExitStatus()> command;

  std::filesystem::path config_file() const { return command::configuration_file(config); }
};

void add_run(CLI::App& app, Chosen& chosen);
void add_check(CLI::App& app, Chosen& chosen);
void add_submit(CLI::App& app, Chosen& chosen);
void add_status(CLI::App& app, Chosen& chosen);
void add_jobs(CLI::App& app, Chosen& chosen);
void add_show(CLI::App& app, Chosen& chosen);
void add_log(CLI::App& app, Chosen& chosen);
void add_find(CLI::App& app, Chosen& chosen);
void add_verify(CLI::App& app, Chosen& chosen);
void add_backup(CLI::App& app, Chosen& chosen);
void add_cancel(CLI::App& app, Chosen& chosen);
void add_retry(CLI::App& app, Chosen& chosen);
void add_pause(CLI::App& app, Chosen& chosen);
void add_resume(CLI::App& app, Chosen& chosen);
void add_resolve(CLI::App& app, Chosen& chosen);
void add_release(CLI::App& app, Chosen& chosen);
void add_requests(CLI::App& app, Chosen& chosen);
void add_summary(CLI::App& app, Chosen& chosen);
void add_settings(CLI::App& app, Chosen& chosen);
void add_demo(CLI::App& app, Chosen& chosen);
void add_simulate(CLI::App& app, Chosen& chosen);

/// A command of this name whose help ends with `example`.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& what, const std::string& example);

/// Says it on stderr, a line each, and gives the exit status back.
command::ExitStatus complain(const command::Failure& failure);

/// Opens the store and prints what was done there, as text or as JSON, or complains.
command::ExitStatus answer(const Chosen& chosen, bool json,
                           const std::function<command::Outcome<command::Spoken>(command::Session&)>& done);

/// Configuration, then store: what most commands begin with.
command::Outcome<std::unique_ptr<command::Session>> open_session(const Chosen& chosen);

}  // namespace lethe::daemon
