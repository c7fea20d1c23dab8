#include "core/remedy.hpp"

#include <fmt/format.h>

#include <string_view>

namespace lethe::core {

namespace {

bool can_be_retried(State state) {
  return state == State::failed || state == State::invalid;
}

bool is_unsettled(State state) {
  return state == State::unconfirmed || state == State::needs_operator;
}

std::string_view what_to_do(State state) {
  switch (state) {
    case State::held:
    case State::queued:
      return "it isn't sent; `lethe cancel JOB` takes a job out of it";
    case State::submitting:
      return "it is being sent; where no daemon runs, the next one settles it at its start";
    case State::unconfirmed:
    case State::needs_operator:
      return "`lethe resolve` settles it";
    case State::suppressing:
    case State::deleting:
      return "it is polled until the cloud says how it ended";
    case State::failed:
    case State::invalid:
      return "`lethe retry JOB` asks the cloud to try it again";
    default:
      return "it has ended; what it left undone can be asked for under a new job id";
  }
}

std::string refusal(const Operation& operation, std::string_view what) {
  return fmt::format("operation {} is {}, so {}; {}", operation.number.value, word(operation.state), what,
                     what_to_do(operation.state));
}

}  // namespace

std::optional<std::string> why_no_retry(const Operation& operation) {
  if (can_be_retried(operation.state) && operation.operation_id) return std::nullopt;
  return refusal(operation, "the cloud has nothing to retry");
}

std::optional<std::string> why_no_adoption(const Operation& operation) {
  if (is_unsettled(operation.state)) return std::nullopt;
  return refusal(operation, "it takes no other operationID");
}

std::optional<std::string> why_no_resubmission(const Operation& operation) {
  if (is_unsettled(operation.state)) return std::nullopt;
  return refusal(operation, "it is not submitted again");
}

std::optional<std::string> why_no_giving_up(const Operation& operation, const History& history,
                                            const ScheduleSettings& settings, Time now) {
  if (is_unsettled(operation.state) || overdue(operation, history, settings, now)) return std::nullopt;
  if (!is_polled(operation.state)) return refusal(operation, "there is nothing to give up");
  return refusal(operation, fmt::format("it can be given up once it is overdue, from {} on",
                                        rfc3339(expected_end(operation, history) + settings.overdue)));
}

RetryStep next_step(const Operation& operation, const Observation& observation) {
  if (!observation.operation_id || observation.operation_id != operation.operation_id) return RetryStep::unclear;
  const bool counted = observation.retry_count.value_or(0) > operation.retry_count.value_or(0);
  const bool stands = can_be_retried(verdict(operation.action, observation));
  return stands && !counted ? RetryStep::ask : RetryStep::under_way;
}

Operation retried(Operation operation, RetryStep step, const Observation& seen, Time at) {
  operation.state = State::suppressing;
  operation.retried_at = at;
  operation.attempt = 0;
  operation.ended_at.reset();
  operation.answered_at = at;
  operation.typical = false;
  operation.unknown_answers = 0;
  operation.unknown_since.reset();
  operation.old_verdict = step == RetryStep::ask;
  if (!operation.old_verdict) return operation;
  if (!seen.status.empty()) operation.status = seen.status;
  operation.background_status = background_words(seen);
  operation.retry_count = seen.retry_count;
  return operation;
}

}  // namespace lethe::core
