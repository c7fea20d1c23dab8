#include "command/demo.hpp"

#include <iostream>
#include <memory>

#include "commands.hpp"

namespace lethe::daemon {

void add_demo(CLI::App& app, Chosen& chosen) {
  auto* command =
      add_command(app, "demo", "the main job in under a minute against a simulated cloud; nothing to configure",
                  "lethe demo --keep /tmp/lethe-demo");
  auto options = std::make_shared<command::DemoOptions>();
  command->add_option("--keep", options->keep, "leave configuration, store and log in this new directory")
      ->type_name("DIR");
  command->final_callback([&chosen, options] {
    chosen.command = [options] {
      const auto played = command::demo(*options, std::cout);
      return played ? command::ExitStatus::done : complain(played.error());
    };
  });
}

}  // namespace lethe::daemon
