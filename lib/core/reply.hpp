// What an answer to a submission means: the only place that decides whether a request may be posted again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operation.hpp"
#include "core/time.hpp"

namespace lethe::core {

/// What came back for a submission, in facts alone.
struct Answer {
  enum class Delivery : std::uint8_t {
    not_sent,  ///< DNS, connect, TLS or token failure, or the connection broke before the last byte was handed over
    lost,      ///< the last byte was handed over and no whole answer came: time-out, reset, truncation, a restart
    answered,  ///< a whole HTTP answer came
  };
  /// The shape of the body, as cloud/messages recognised it.
  enum class Shape : std::uint8_t {
    unreadable,  ///< not JSON, or JSON of no known shape
    contacts,    ///< the contacts envelope: operationInitiated, operationID, hasErrors, resultMessages
    rest,        ///< the gateway's {message, errorcode}
    html,
  };
  Delivery delivery = Delivery::not_sent;
  int http_status = 0;
  Shape shape = Shape::unreadable;
  std::optional<bool> initiated;
  std::optional<std::int64_t> operation_id;
  std::optional<bool> has_errors;
  std::optional<bool> error_message;  ///< resultMessages holds one whose class is not Warning
  std::optional<std::int64_t> errorcode;
  std::optional<Duration> retry_after;    ///< as asked for; absent or unreadable: none
  std::optional<std::int64_t> row_count;  ///< targetListInformation.rowCount
  std::string what;  ///< one line for the log: code and class, a network failure; never a message of the cloud's (it
                     ///< can quote a contact)
};

struct Effect {
  enum class Next : std::uint8_t {
    suppressing,  ///< accepted; `operation_id` is set
    queue,        ///< not sent: queued again
    wait,         ///< queued, and the account waits for `wait`
    unconfirmed,  ///< it may have been accepted: never posted again blindly
    rejected,
    authorise,  ///< 401: one forced token refresh and once more; a second 401 is `block`
    block,      ///< the account is blocked with an alarm, the operation queued
  };
  Next next = Next::unconfirmed;
  std::optional<OperationId> operation_id;
  std::optional<Duration> wait;
  bool exhausted = false;  ///< with `wait`: the account has sent more than it may (pause_when_exhausted())
  std::string cause;
};

/// Waits are at most 24 h; one that the answer doesn't say how long is wait_unasked().
/// `authorised_again`: this answer came after the one forced token refresh that a 401 allows.
Effect judge(const Answer& answer, bool authorised_again);

}  // namespace lethe::core
