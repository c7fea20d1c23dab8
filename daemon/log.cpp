#include "report/log.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "command/follow.hpp"
#include "commands.hpp"

namespace lethe::daemon {
namespace {

using command::ExitStatus;

struct Options {
  command::LogQuestion question;
  std::optional<std::string> since;
  bool follow = false;
  bool json = false;
};

ExitStatus log(const Chosen& chosen, Options options) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  if (options.since) options.question.since = command::parse_since(*options.since, (*session)->now());
  const auto filter = command::resolve((*session)->store(), options.question);
  if (!filter) return complain(filter.error());
  const auto read = command::read_log((*session)->store(), *filter, options.follow, [&](const core::Transition& step) {
    std::cout << (options.json ? report::transition_json(step) : report::transition_text(step)) << "\n";
    if (options.follow) std::cout.flush();
    return std::cout.good();
  });
  return read ? ExitStatus::done : complain(read.error());
}

}  // namespace

void add_log(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "log", "the recorded transitions", "lethe log dsr-2026-11-22 --since 24h --follow");
  auto options = std::make_shared<Options>();
  command->add_option("JOB", options->question.job, "of this job only");
  command->add_option("--operation", options->question.operation, "of this operation (Lethe's number) only")
      ->type_name("N");
  command->add_option("--since", options->since, "from a time (2026-11-22T08:00:00Z) or an age (24h) on")
      ->type_name("T");
  command->add_flag("--follow", options->follow, "go on with what is recorded from now on");
  command->add_flag("--json", options->json, "JSON lines");
  command->final_callback([&chosen, options] {
    if (options->since && !command::parse_since(*options->since, core::Time{})) {
      throw CLI::ValidationError("--since", fmt::format("{} is neither a time nor an age", *options->since));
    }
    chosen.command = [&chosen, options] { return log(chosen, *options); };
  });
}

}  // namespace lethe::daemon
