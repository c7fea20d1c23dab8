#include "command/backup.hpp"

#include <iostream>
#include <memory>
#include <string>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

command::ExitStatus backup(const Chosen& chosen, const std::string& file, bool json) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto made =
      command::make_backup((*session)->store(), (*session)->settings().store_path, file, (*session)->now());
  if (!made) return complain(made.error());
  std::cout << (json ? command::backup_json(*made) + "\n" : command::backup_text(*made));
  return command::ExitStatus::done;
}

}  // namespace

void add_backup(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "backup", "a consistent, marked copy of the store, while the daemon runs",
                              "lethe backup /var/backups/lethe-2026-11-22.db");
  struct Options {
    std::string file;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "the copy; it must not exist yet")->required();
  command->add_flag("--json", options->json, "{file, transitions, hash, key_file}");
  command->final_callback([&chosen, options] {
    chosen.command = [&chosen, options] { return backup(chosen, options->file, options->json); };
  });
}

}  // namespace lethe::daemon
