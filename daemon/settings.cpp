#include "command/settings.hpp"

#include <memory>
#include <optional>
#include <string>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

using command::Outcome;
using command::Session;
using command::Spoken;

struct Options {
  std::string account;
  std::optional<int> days;
  std::string why;
  bool yes = false;
  bool json = false;
};

Outcome<command::WindowView> view_of(Session& session, const Options& options) {
  if (!options.days) return command::window_view(session.store(), session.settings(), options.account);
  command::WindowRequest request{
      .account = options.account, .days = *options.days, .why = options.why, .confirmed = options.yes};
  auto work = command::ask_for_window(session.store(), session.settings(), std::move(request), session.now());
  return command::perform(session.loop(), std::move(work));
}

Outcome<Spoken> settings(Session& session, const Options& options) {
  const auto view = view_of(session, options);
  if (!view) return std::unexpected(view.error());
  return Spoken{command::window_text(*view), command::window_json(*view)};
}

}  // namespace

void add_settings(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(
      app, "settings", "the restore window of an account: what is known of it, or a new one for the daemon to set",
      "lethe settings acme --suppression-days 3 --why \"agreed with legal\" --yes");
  auto options = std::make_shared<Options>();
  command->add_option("ACCOUNT", options->account, "the account's name")->required();
  command
      ->add_option("--suppression-days", options->days,
                   "how long deleted contacts can be restored: 1 or more, -1 for not at all; changes operations that "
                   "wait already")
      ->type_name("N");
  command->add_option("--why", options->why, "kept with it; name no contact")->type_name("W");
  command->add_flag("--yes", options->yes, "do it; without it, say what would change and do nothing");
  command->add_flag("--json", options->json, "{account, suppression_days, asked: {...}}");
  command->final_callback([&chosen, options] {
    chosen.command = [&chosen, options] {
      return answer(chosen, options->json, [&](Session& session) { return settings(session, *options); });
    };
  });
}

}  // namespace lethe::daemon
