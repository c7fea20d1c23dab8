#include "command/submit.hpp"

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include "command/dry_run.hpp"
#include "command/follow.hpp"
#include "command/progress.hpp"
#include "commands.hpp"
#include "core/operation.hpp"
#include "report/log.hpp"

namespace lethe::daemon {
namespace {

using command::ExitStatus;
using command::Outcome;

struct Options {
  std::vector<std::filesystem::path> files;
  command::SubmitFlags flags;
  std::optional<std::string> action;
  bool wait = false;
  bool dry_run = false;
  bool json = false;
};

Outcome<std::vector<command::Wanted>> requests(const Options& options, const core::Settings& settings,
                                               const command::Watch& watch) {
  if (!options.files.empty()) return command::requests_of_files(options.files, settings, watch);
  auto request = command::request_of_flags(options.flags, settings, watch);
  if (!request) return std::unexpected(request.error());
  std::vector<command::Wanted> wanted;
  wanted.push_back(std::move(*request));
  return wanted;
}

/// Neither a store nor its key is needed, so a job by flags may have no id yet.
ExitStatus dry_run(const Options& options, const core::Settings& settings) {
  std::vector<intake::JobRequest> wanted;
  if (!options.files.empty()) {
    auto checked = command::requests_of_files(options.files, settings);
    if (!checked) return complain(checked.error());
    for (auto& each : *checked) wanted.push_back(std::move(each.request));
  } else {
    auto request = command::request_as_given(options.flags, settings);
    if (!request) return complain(request.error());
    wanted.push_back(std::move(*request));
  }
  const auto jobs = command::forecast(settings, wanted);
  if (!jobs) return complain(jobs.error());
  std::cout << (options.json ? command::forecast_json(*jobs) + "\n" : command::forecast_text(*jobs));
  return ExitStatus::done;
}

void mention_missing_daemon(const core::Settings& settings) {
  if (store::daemon_runs(settings.store_path)) return;
  std::cerr << "lethe: no daemon runs on " << settings.store_path.string()
            << "; the jobs are queued, and go on when `lethe run` starts\n";
}

/// Prints each transition, unless stdout is to hold JSON alone; refreshes the jobs at the end.
Outcome<void> wait(command::Session& session, std::vector<command::Submitted>& jobs, bool quiet) {
  std::vector<core::JobNumber> numbers;
  numbers.reserve(jobs.size());
  for (const auto& submitted : jobs) numbers.push_back(submitted.job.number);
  const auto followed = command::follow_to_end(session.store(), numbers, [quiet](const core::Transition& transition) {
    if (!quiet) std::cout << report::transition_text(transition) << std::endl;
  });
  if (!followed) return followed;
  return command::refresh(session.store(), jobs);
}

ExitStatus submit(const Chosen& chosen, const Options& options) {
  const auto settings = command::read_settings(chosen.config_file());
  if (!settings) return complain(settings.error());
  if (options.dry_run) return dry_run(options, *settings);
  const auto session = command::Session::open(*settings);
  if (!session) return complain(session.error());
  command::ProgressLine progress(isatty(STDERR_FILENO) == 1 ? &std::cerr : nullptr);
  const auto watch = [&progress](const intake::Progress& step) {
    progress.show(step, std::chrono::steady_clock::now());
  };
  auto wanted = requests(options, *settings, watch);
  if (!wanted) {
    progress.clear();
    return complain(wanted.error());
  }
  auto [jobs, refused] = command::submit(**session, std::move(*wanted), watch);
  progress.clear();
  if (!options.json) std::cout << command::submitted_text(jobs) << std::flush;
  auto status = refused ? complain(*refused) : ExitStatus::done;
  if (options.wait && !jobs.empty()) {
    mention_missing_daemon(*settings);
    const auto waited = wait(**session, jobs, options.json);
    if (!waited) return complain(waited.error());
    if (!options.json) std::cout << command::submitted_text(jobs);
    if (status == ExitStatus::done && !command::all_ended_as_asked(jobs)) status = ExitStatus::ended_otherwise;
  }
  if (options.json) std::cout << command::submitted_json(jobs) << "\n";
  return status;
}

int sources_of(const command::SubmitFlags& flags) {
  return int{flags.keys_file.has_value()} + int{flags.ids_file.has_value()} + int{flags.list.has_value()};
}

/// Any flag of a job's own. Beside a job file, which says it all, it would be left unheard: an --action restrict, and
/// the contacts deleted.
bool describes_a_job(const Options& options) {
  const auto& flags = options.flags;
  return !flags.account.empty() || sources_of(flags) > 0 || flags.column || options.action || flags.id ||
         flags.accept_warnings;
}

/// What the parser can't say by itself: job files or flags, and of the flags one source.
void check_usage(const Options& options) {
  const auto& flags = options.flags;
  const int sources = sources_of(flags);
  if (options.files.empty() && flags.account.empty()) {
    throw CLI::ValidationError("submit", "needs job files, or --account and a source of contacts");
  }
  if (!options.files.empty() && describes_a_job(options)) {
    throw CLI::ValidationError("submit", "takes job files or flags, not both");
  }
  if (options.files.empty() && sources != 1) {
    throw CLI::ValidationError("submit", "needs exactly one of --keys-file, --ids-file and --list");
  }
  if (options.dry_run && options.wait) throw CLI::ValidationError("--dry-run", "queues nothing to --wait for");
  if (flags.id && flags.id->empty()) throw CLI::ValidationError("--id", "is empty");
  if (flags.column && !flags.keys_file) throw CLI::ValidationError("--column", "belongs to --keys-file");
}

}  // namespace

void add_submit(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "submit", "queue jobs, with or without a running daemon",
                              "lethe submit dsr-2026-11-22.toml --wait\n"
                              "  lethe submit --account acme --keys-file keys.csv --column SubscriberKey");
  auto options = std::make_shared<Options>();
  auto& flags = options->flags;
  command->add_option("JOB.toml", options->files, "job files; all are checked before the first is taken");
  command->add_option("--account", flags.account, "instead of job files: the account of one job")->type_name("NAME");
  command->add_option("--keys-file", flags.keys_file, "its contact keys, one a line")->type_name("FILE");
  command->add_option("--column", flags.column, "the keys are in this column of a CSV")->type_name("NAME");
  command->add_option("--ids-file", flags.ids_file, "its contact ids, one a line")->type_name("FILE");
  command->add_option("--list", flags.list, "everyone in the data extension of this external key")->type_name("KEY");
  command->add_option("--action", options->action, "delete (the default) or restrict")
      ->type_name("ACTION")
      ->check(CLI::IsMember(
          {std::string(word(core::Action::delete_contacts)), std::string(word(core::Action::restrict_contacts))}));
  command->add_option("--id", flags.id, "the job's id (default: made from its content)")->type_name("ID");
  command->add_flag("--accept-warnings", flags.accept_warnings, "take what looks wrong as it is");
  command->add_flag("--wait", options->wait, "follow the jobs to their end; exit status 4 when one ends otherwise");
  command->add_flag("--dry-run", options->dry_run,
                    "queue nothing: say how many operations and bytes, and when it would end");
  command->add_flag("--json", options->json, "an array of {id, state, contacts, operations_expected}");
  command->final_callback([&chosen, options] {
    check_usage(*options);
    if (options->action) options->flags.action = core::parse_action(*options->action).value();
    chosen.command = [&chosen, options] { return submit(chosen, *options); };
  });
}

}  // namespace lethe::daemon
