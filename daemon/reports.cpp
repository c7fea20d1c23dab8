// `lethe requests` and `lethe summary`: what the cloud itself lists, of one account or of all.
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command/each_account.hpp"
#include "command/period.hpp"
#include "command/requests.hpp"
#include "command/summary.hpp"
#include "commands.hpp"

namespace lethe::daemon {
namespace {

using command::ExitStatus;
using command::Outcome;
using command::Period;
using command::Session;

struct Options {
  std::string from;
  std::string until;
  std::optional<std::string> account;
  bool json = false;
};

template <class Report>
using Ask = Outcome<Report> (*)(Session& session, const core::AccountSettings& account, const Period& period);
template <class Report>
using Show = std::string (*)(const std::vector<Report>& reports);

std::string summaries_text(const std::vector<command::AccountSummary>& summaries) {
  return command::summaries_text(summaries, command::look_of_output());
}

template <class Report>
ExitStatus report(const Chosen& chosen, const Options& options, Ask<Report> ask, Show<Report> text, Show<Report> json) {
  const auto session = open_session(chosen);
  if (!session) return complain(session.error());
  const auto period = command::parse_period(options.from, options.until, (*session)->now());
  if (!period) return complain(period.error());
  const auto accounts = command::chosen_accounts((*session)->settings(), options.account);
  if (!accounts) return complain(accounts.error());
  const auto reports = command::ask_each<Report>(
      *accounts, [&](const core::AccountSettings& account) { return ask(**session, account, *period); });
  std::cout << (options.json ? json(reports.told) + "\n" : text(reports.told));
  std::cout.flush();
  for (const auto& failure : reports.failures) complain(failure);
  return reports.status();
}

std::shared_ptr<Options> add_options(CLI::App& command, const std::string& json) {
  auto options = std::make_shared<Options>();
  command.add_option("--from", options->from, "a day, a time or an age: 2026-11-20, 2026-11-20T08:00:00Z, 7d")
      ->type_name("T")
      ->required();
  command.add_option("--to", options->until, "the same; 0s is now")->type_name("T")->required();
  command.add_option("--account", options->account, "of this account only")->type_name("NAME");
  command.add_flag("--json", options->json, json);
  return options;
}

}  // namespace

void add_requests(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "requests",
                              "the cloud's own list of delete requests, with what of it is Lethe's; asks the cloud",
                              "lethe requests --from 7d --to 0s --account acme");
  const auto options = add_options(
      *command, "[{account, status_as_of, whole, requests: [{operation_id, status, operation, jobs, ...}]}]");
  command->final_callback([&chosen, options] {
    chosen.command = [&chosen, options] {
      return report<command::RequestList>(chosen, *options, command::list_requests, command::requests_text,
                                          command::requests_json);
    };
  });
}

void add_summary(CLI::App& app, Chosen& chosen) {
  auto* command =
      add_command(app, "summary", "how many delete requests the cloud received, by time, as bars; asks the cloud",
                  "lethe summary --from 2026-11-01 --to 2026-11-22");
  const auto options = add_options(
      *command, "[{account, status_as_of, series: [{status, status_id, requests, items: [{time, value}]}]}]");
  command->final_callback([&chosen, options] {
    chosen.command = [&chosen, options] {
      return report<command::AccountSummary>(chosen, *options, command::summarise, summaries_text,
                                             command::summary_json);
    };
  });
}

}  // namespace lethe::daemon
