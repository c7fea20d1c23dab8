#include "command/resolve.hpp"

#include <memory>
#include <optional>
#include <string>

#include "commands.hpp"

namespace lethe::daemon {
namespace {

struct Options {
  std::int64_t operation = 0;
  std::optional<std::int64_t> operation_id;
  bool resubmit = false;
  bool give_up = false;
  std::string why;
  bool json = false;
};

command::Resolution resolution_of(const Options& options) {
  using How = command::Resolution::How;
  const How how = options.resubmit ? How::resubmit : options.give_up ? How::give_up : How::adopt;
  return {.how = how, .operation_id = core::OperationId{options.operation_id.value_or(0)}, .why = options.why};
}

command::Outcome<command::Spoken> resolve(command::Session& session, const Options& options) {
  auto work = command::resolve_operation(session.store(), session.settings(), core::OperationNumber{options.operation},
                                         resolution_of(options), session.now());
  return command::perform(session.loop(), std::move(work));
}

}  // namespace

void add_resolve(CLI::App& app, Chosen& chosen) {
  auto* command = add_command(app, "resolve", "settle an operation that needs a person, or close one that is overdue",
                              "lethe resolve 17 --operation-id 2038 --why \"found in Contact Builder\"");
  auto options = std::make_shared<Options>();
  command->add_option("OPERATION", options->operation, "Lethe's number of it, as `lethe status` shows it")->required();
  auto* how = command->add_option_group("how", "one of these");
  how->add_option("--operation-id", options->operation_id, "the cloud has it under this operationID")->type_name("N");
  how->add_flag("--resubmit", options->resubmit, "the cloud doesn't have it: submit it again");
  how->add_flag("--give-up", options->give_up, "close it without the cloud's verdict");
  how->require_option(1);
  command->add_option("--why", options->why, "recorded with it; name no contact")->type_name("W")->required();
  command->add_flag("--json", options->json, "{operation, state, asked_operation_id}");
  command->final_callback([&chosen, options] {
    if (options->operation_id.value_or(1) < 1) throw CLI::ValidationError("--operation-id", "it is a positive integer");
    if (options->why.empty()) throw CLI::ValidationError("--why", "say why");
    chosen.command = [&chosen, options] {
      return answer(chosen, options->json, [&](command::Session& session) { return resolve(session, *options); });
    };
  });
}

}  // namespace lethe::daemon
