// `lethe cancel` and `lethe retry`: what a person does to one job, with a why.
#include <memory>
#include <string>

#include "command/cancel.hpp"
#include "command/retry.hpp"
#include "commands.hpp"

namespace lethe::daemon {
namespace {

using command::Outcome;
using command::Session;
using command::Spoken;

struct Options {
  std::string job;
  std::string why;
  bool json = false;
};

struct Act {
  std::string name;
  std::string what;
  std::string example;
  std::string json;  ///< what --json prints
  Outcome<Spoken> (*done)(Session& session, const Options& options);
};

Outcome<Spoken> cancel(Session& session, const Options& options) {
  auto work = command::cancel(session.store(), options.job, options.why, session.now());
  const auto cancelled = command::perform(session.loop(), std::move(work));
  if (!cancelled) return std::unexpected(cancelled.error());
  return Spoken{command::cancel_text(*cancelled), command::cancel_json(*cancelled)};
}

Outcome<Spoken> retry(Session& session, const Options& options) {
  auto work = command::retry(session.store(), options.job, options.why, session.now());
  const auto asked = command::perform(session.loop(), std::move(work));
  if (!asked) return std::unexpected(asked.error());
  return Spoken{command::retry_text(*asked, options.job), command::retry_json(*asked)};
}

void add_act(CLI::App& app, Chosen& chosen, const Act& act) {
  auto* command = add_command(app, act.name, act.what, act.example);
  auto options = std::make_shared<Options>();
  command->add_option("JOB", options->job, "the job's id")->required();
  command->add_option("--why", options->why, "recorded with it; name no contact")->type_name("W");
  command->add_flag("--json", options->json, act.json);
  command->final_callback([&chosen, options, done = act.done] {
    chosen.command = [&chosen, options, done] {
      return answer(chosen, options->json, [&](Session& session) { return done(session, *options); });
    };
  });
}

}  // namespace

void add_cancel(CLI::App& app, Chosen& chosen) {
  add_act(app, chosen,
          {.name = "cancel",
           .what = "take out what of a job isn't sent yet; says what was",
           .example = "lethe cancel dsr-2026-11-22 --why \"sent by mistake\"",
           .json = "{id, state, cancelled, sent, operations}",
           .done = cancel});
}

void add_retry(CLI::App& app, Chosen& chosen) {
  add_act(app, chosen,
          {.name = "retry",
           .what = "have the cloud try a job's failed operations again, in place",
           .example = "lethe retry dsr-2026-11-22 --why \"the data extension is back\"",
           .json = "[{operation, operation_id, jobs, jobs_total}]",
           .done = retry});
}

}  // namespace lethe::daemon
