#include "command/resolve.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "command/reason.hpp"
#include "core/remedy.hpp"

namespace lethe::command {
namespace {

namespace asio = boost::asio;

std::optional<Failure> refusal(const std::optional<std::string>& why_not) {
  if (!why_not) return std::nullopt;
  return failure(ExitStatus::failed, *why_not);
}

/// Where it stands now; `asked` is the operationID that the cloud is still to be asked about.
std::string operation_json(const core::Operation& operation, std::optional<core::OperationId> asked) {
  boost::json::object entry;
  entry["operation"] = operation.number.value;
  entry["state"] = word(operation.state);
  entry["asked_operation_id"] = asked ? boost::json::value(asked->value) : nullptr;
  return boost::json::serialize(entry);
}

asio::awaitable<Outcome<Spoken>> adopt(store::Store& store, core::Operation operation, Resolution resolution,
                                       core::Time now) {
  if (auto refused = refusal(core::why_no_adoption(operation))) co_return std::unexpected(std::move(*refused));
  const auto owner = store.owner_of(operation.account, operation.action, resolution.operation_id);
  if (!owner) co_return std::unexpected(failure(owner.error()));
  if (*owner) {
    co_return std::unexpected(failure(
        ExitStatus::failed, fmt::format("operationID {} of account {} is operation {}; look at both with `lethe log`",
                                        resolution.operation_id.value, operation.account, (*owner)->value)));
  }
  core::Wish wish;
  wish.operation = operation.number;
  wish.kind = core::Wish::Kind::adopt;
  wish.operation_id = resolution.operation_id;
  wish.why = resolution.why;
  wish.made_at = now;
  std::string cause = by_a_person(core::in_words(wish) + " is asked for", resolution.why);
  const auto made = co_await store.make_wish(std::move(wish), std::move(cause));
  if (!made) co_return std::unexpected(failure(made.error()));
  auto text = fmt::format(
      "operation {}: the daemon asks the cloud about operationID {}, and takes it on when it is a {}; "
      "`lethe log --operation {}` tells what came of it\n",
      operation.number.value, resolution.operation_id.value, word(operation.action), operation.number.value);
  co_return Spoken{.text = std::move(text), .json = operation_json(operation, resolution.operation_id)};
}

/// A job of the operation that would expire at once instead of being sent.
store::Result<std::optional<core::Job>> expired_job(store::Store& store, core::OperationNumber number, core::Time now) {
  const auto slices = store.slices(number);
  if (!slices) return std::unexpected(slices.error());
  for (const store::Slice& slice : *slices) {
    auto job = store.job(slice.job);
    if (!job) return std::unexpected(job.error());
    if (job->not_after <= now) return std::move(*job);
  }
  return std::nullopt;
}

asio::awaitable<Outcome<Spoken>> resubmit(store::Store& store, core::Operation operation, std::string why,
                                          core::Time now) {
  if (auto refused = refusal(core::why_no_resubmission(operation))) co_return std::unexpected(std::move(*refused));
  const auto expired = expired_job(store, operation.number, now);
  if (!expired) co_return std::unexpected(failure(expired.error()));
  if (*expired) {
    co_return std::unexpected(failure(
        ExitStatus::failed,
        fmt::format("job {} of operation {} was not to be sent after {}; give the operation up with --give-up, and ask "
                    "again under a new job id",
                    (*expired)->id, operation.number.value, core::rfc3339((*expired)->not_after))));
  }
  operation.state = core::State::queued;
  operation.operation_id.reset();
  operation.submitted_at.reset();
  operation.absent_at.reset();
  operation.attempt = 0;
  operation.due_at.reset();
  const auto queued = co_await store.overrule(std::move(operation), now, by_a_person("to be submitted again", why));
  if (!queued) co_return std::unexpected(failure(queued.error()));
  auto text = fmt::format("operation {} is queued again and goes first\n", queued->number.value);
  co_return Spoken{.text = std::move(text), .json = operation_json(*queued, std::nullopt)};
}

asio::awaitable<Outcome<Spoken>> give_up(store::Store& store, const core::ScheduleSettings& schedule,
                                         core::Operation operation, std::string why, core::Time now) {
  const auto history = store.history(operation.account);
  if (!history) co_return std::unexpected(failure(history.error()));
  if (auto refused = refusal(core::why_no_giving_up(operation, *history, schedule, now))) {
    co_return std::unexpected(std::move(*refused));
  }
  operation.state = core::State::abandoned;
  const auto closed = co_await store.overrule(std::move(operation), now, by_a_person("given up", why));
  if (!closed) co_return std::unexpected(failure(closed.error()));
  auto text = fmt::format("operation {} is {}: closed without the cloud's verdict\n", closed->number.value,
                          word(closed->state));
  co_return Spoken{.text = std::move(text), .json = operation_json(*closed, std::nullopt)};
}

}  // namespace

asio::awaitable<Outcome<Spoken>> resolve_operation(store::Store& store, const core::Settings& settings,
                                                   core::OperationNumber number, Resolution resolution,
                                                   core::Time now) {
  if (auto checked = check_reason(resolution.why); !checked) co_return std::unexpected(std::move(checked.error()));
  auto operation = store.operation(number);
  if (!operation && operation.error().kind == store::Error::Kind::not_found) {
    co_return std::unexpected(
        failure(ExitStatus::unknown_name,
                fmt::format("no operation {}; `lethe status` names those that need a person", number.value)));
  }
  if (!operation) co_return std::unexpected(failure(operation.error()));
  switch (resolution.how) {
    case Resolution::How::resubmit:
      co_return co_await resubmit(store, std::move(*operation), std::move(resolution.why), now);
    case Resolution::How::give_up:
      co_return co_await give_up(store, settings.schedule, std::move(*operation), std::move(resolution.why), now);
    case Resolution::How::adopt:
      break;
  }
  co_return co_await adopt(store, std::move(*operation), std::move(resolution), now);
}

}  // namespace lethe::command
