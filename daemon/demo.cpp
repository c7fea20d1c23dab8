#include "command/demo.hpp"

#include <iostream>
#include <memory>

#include "command/terminal.hpp"
#include "commands.hpp"

namespace lethe::daemon {

void add_demo(CLI::App& app, Chosen& chosen) {
  auto* command =
      add_command(app, "demo", "the main job in under a minute against a simulated cloud; nothing to configure",
                  "lethe demo --keep /tmp/lethe-demo");
  auto options = std::make_shared<command::DemoOptions>();
  command->add_option("--keep", options->keep, "leave configuration, store and log in this new directory")
      ->type_name("DIR");
  auto plain = std::make_shared<bool>(false);
  command->add_flag("--plain", *plain, "a line for every step, as in a pipe, instead of the moving view of a terminal");
  command->final_callback([&chosen, options, plain] {
    options->live = !*plain && command::on_a_terminal();
    chosen.command = [options] {
      const auto played = command::demo(*options, std::cout);
      return played ? command::ExitStatus::done : complain(played.error());
    };
  });
}

}  // namespace lethe::daemon
