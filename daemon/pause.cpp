#include "command/pause.hpp"

#include <memory>
#include <string>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

struct Options {
  std::string account;
  std::string why;
  bool json = false;
};

constexpr const char* json_help = "{account, state, why}";

command::Outcome<command::Spoken> pause(command::Session& session, const Options& options) {
  auto work = command::pause(session.store(), session.settings(), options.account, options.why, session.now());
  return command::perform(session.loop(), std::move(work));
}

command::Outcome<command::Spoken> resume(command::Session& session, const Options& options) {
  auto work = command::resume(session.store(), session.settings(), options.account);
  return command::perform(session.loop(), std::move(work));
}

}  // namespace

void add_pause(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "pause", "submit nothing new of an account; what was sent is followed on",
                              "lethe pause acme --why \"migration until Monday\"");
  auto options = std::make_shared<Options>();
  command->add_option("ACCOUNT", options->account, "the account's name")->required();
  command->add_option("--why", options->why, "shown until `lethe resume`; name no contact")->type_name("W")->required();
  command->add_flag("--json", options->json, json_help);
  command->final_callback([&chosen, options] {
    if (options->why.empty()) throw CLI::ValidationError("--why", "say why");
    chosen.command = [&chosen, options] {
      return answer(chosen, options->json, [&](command::Session& session) { return pause(session, *options); });
    };
  });
}

void add_resume(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "resume", "end the pause of an account", "lethe resume acme");
  auto options = std::make_shared<Options>();
  command->add_option("ACCOUNT", options->account, "the account's name")->required();
  command->add_flag("--json", options->json, json_help);
  command->final_callback([&chosen, options] {
    chosen.command = [&chosen, options] {
      return answer(chosen, options->json, [&](command::Session& session) { return resume(session, *options); });
    };
  });
}

}  // namespace lethe::daemon
