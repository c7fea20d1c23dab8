#include "command/simulate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <memory>

#include "commands.hpp"
#include "simulator/fault_spec.hpp"

namespace lethe::daemon {
namespace {

std::string more_help() {
  return fmt::format(
      "SPEC is a list of rules CALL:FAULT[@PROBABILITY][*TIMES][+FROM[-UNTIL]], separated by commas; the first that "
      "applies "
      "decides.\n"
      "  CALL   {}\n"
      "  FAULT  {}\n"
      "FROM and UNTIL are simulated time since the start. Example: a tenth of the status calls is throttled, the "
      "first\n"
      "submission's answer is lost, and on the third and the fourth day one call in twenty fails:\n"
      "  lethe simulate --time-scale 5000 --faults '{}'\n\n"
      "It prints its credentials and writes a configuration that `lethe run` takes as it is.",
      fmt::join(simulator::call_words(), ", "), fmt::join(simulator::fault_words(), ", "),
      simulator::fault_spec_example);
}

}  // namespace

void add_simulate(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "simulate", "a simulated Marketing Cloud alone, to rehearse against", "");
  command->footer(more_help());
  auto options = std::make_shared<command::SimulateOptions>();
  command->add_option("--listen", options->listen, "an address of loopback; port 0 is any free one")
      ->type_name("A:P")
      ->capture_default_str();
  command->add_option("--time-scale", options->time_scale, "time runs F times as fast; `lethe run` needs the same F")
      ->type_name("F")
      ->capture_default_str();
  command->add_option("--days", options->days, "the restore window; -1: none")->type_name("N")->capture_default_str();
  command->add_option("--faults", options->faults, "which calls meet which faults, see below")->type_name("SPEC");
  command->add_option("--seed", options->seed, "another seed, other durations and faults")
      ->type_name("S")
      ->capture_default_str();
  command->add_flag("--tls", options->tls, "https, with a certificate made on the spot");
  command
      ->add_option("--directory", options->directory,
                   "leave configuration and store in this new directory (default: a temporary one)")
      ->type_name("DIR");
  command->add_flag("--quiet", options->quiet, "no log of requests");
  command->final_callback([&chosen, options] {
    chosen.command = [options] {
      const auto served = command::simulate(*options, std::cout);
      return served ? command::ExitStatus::done : complain(served.error());
    };
  });
}

}  // namespace lethe::daemon
