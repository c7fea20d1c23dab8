#include "core/reply.hpp"

#include <algorithm>
#include <string_view>

#include "core/backoff.hpp"

namespace lethe::core {

namespace {

using Next = Effect::Next;
using Shape = Answer::Shape;

constexpr std::int64_t errorcode_not_found = 30003;
constexpr std::int64_t errorcode_exhausted = 50200;
constexpr std::int64_t errorcode_unavailable = 50300;

/// What was found, and the one line that the answer brings along.
std::string cause(std::string_view found, const Answer& answer) {
  std::string text{found};
  if (!answer.what.empty()) text += ": " + answer.what;
  return text;
}

Effect effect(Next next, std::string_view found, const Answer& answer) {
  Effect effect;
  effect.next = next;
  effect.cause = cause(found, answer);
  return effect;
}

Effect wait(std::string_view found, const Answer& answer) {
  const bool says_when = answer.retry_after && *answer.retry_after > Duration::zero();
  Effect waits = effect(Next::wait, found, answer);
  waits.wait = says_when ? std::min(*answer.retry_after, longest_retry_after) : wait_unasked(answer.http_status);
  waits.exhausted = !says_when && answer.http_status == 429 && answer.errorcode == errorcode_exhausted;
  return waits;
}

bool has_id(const Answer& answer) {
  return answer.operation_id.value_or(0) > 0;
}

bool reports_errors(const Answer& answer) {
  return answer.has_errors.value_or(false) || answer.error_message.value_or(false);
}

Effect judge_success(const Answer& answer) {
  if (answer.shape != Shape::contacts) {
    return effect(Next::unconfirmed, "the answer of success can't be read", answer);
  }
  const bool initiated = answer.initiated.value_or(false);
  if (initiated && has_id(answer) && !reports_errors(answer)) {
    Effect accepted = effect(Next::suppressing, "accepted", answer);
    accepted.operation_id = OperationId{*answer.operation_id};
    return accepted;
  }
  if (has_id(answer)) return effect(Next::unconfirmed, "an operationID together with a refusal", answer);
  if (initiated) return effect(Next::unconfirmed, "initiated, but without an operationID", answer);
  if (!answer.initiated && !reports_errors(answer)) {
    return effect(Next::unconfirmed, "the answer says neither that it was accepted nor that it was refused", answer);
  }
  return effect(Next::rejected, "refused", answer);
}

/// 400, 409, 413, 415: the cloud's own words for a request that it won't take, where they are the cloud's own.
Effect judge_refusal(const Answer& answer) {
  if (answer.shape == Shape::contacts || answer.shape == Shape::rest) return effect(Next::rejected, "refused", answer);
  return effect(Next::block, "refused in a shape that the cloud doesn't document, so perhaps not by the cloud", answer);
}

Effect judge_client_error(const Answer& answer, bool authorised_again) {
  switch (answer.http_status) {
    case 400:
    case 409:
    case 413:
    case 415:
      return judge_refusal(answer);
    case 401:
      if (authorised_again) return effect(Next::block, "a new access token was not accepted either", answer);
      return effect(Next::authorise, "the access token was not accepted", answer);
    case 404:
      if (answer.shape == Shape::rest && answer.errorcode == errorcode_not_found) {
        return effect(Next::rejected, "refused: not found", answer);
      }
      return effect(Next::block, "the address of the call was not found", answer);
    case 429:
      return wait("the cloud asks to wait", answer);
    default:
      return effect(Next::block, "the call is not let through", answer);
  }
}

Effect judge_server_error(const Answer& answer) {
  if (answer.http_status == 596) return effect(Next::block, "the service was not found", answer);
  if (answer.http_status == 503 && answer.errorcode == errorcode_unavailable) {
    return wait("the cloud is not available", answer);
  }
  return effect(Next::unconfirmed, "the server failed, perhaps after it had accepted", answer);
}

Effect judge_answered(const Answer& answer, bool authorised_again) {
  const int status_class = answer.http_status / 100;
  if (status_class == 2) return judge_success(answer);
  if (has_id(answer) || answer.initiated.value_or(false)) {
    return effect(Next::unconfirmed, "an error status together with an operation", answer);
  }
  switch (status_class) {
    case 3:
      return effect(Next::block, "the call is redirected", answer);
    case 4:
      return judge_client_error(answer, authorised_again);
    case 5:
      return judge_server_error(answer);
    default:
      return effect(Next::unconfirmed, "an HTTP status without a meaning here", answer);
  }
}

}  // namespace

Effect judge(const Answer& answer, bool authorised_again) {
  switch (answer.delivery) {
    case Answer::Delivery::not_sent:
      return effect(Next::queue, "not sent", answer);
    case Answer::Delivery::lost:
      return effect(Next::unconfirmed, "sent, but no answer came", answer);
    default:
      return judge_answered(answer, authorised_again);
  }
}

}  // namespace lethe::core
