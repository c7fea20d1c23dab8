// Why a call of Marketing Cloud's API gave no usable answer. None of these ever moves an operation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.hpp"

namespace lethe::cloud {

struct Failure {
  enum class Kind : std::uint8_t {
    unreachable,        ///< DNS, connect, TLS, reset, time-out
    credentials,        ///< the token request was refused, or 401 after the one forced refresh
    secret,             ///< the client secret can't be read, or its file is too open
    forbidden,          ///< 403, 3xx, 407, 404 of the gateway, 596 (but for a list): a person has to look
    throttled,          ///< 429, 503/50300
    rationed,           ///< Lethe's own limit of token requests is reached; `retry_after` says for how long
    exhausted,          ///< 429/50200 without Retry-After: the account has sent more than it may
    held_back,          ///< the request wasn't made: it may not be now (the day's budget, what the cloud asked for)
    server,             ///< other 5xx
    contract,           ///< an answer that breaks the contract: names the field
    unknown_operation,  ///< the cloud doesn't know this operationID
    missing,            ///< the account has no such list (404 or 596 for the call itself)
  };
  Kind kind = Kind::unreachable;
  bool request_sent = false;  ///< as in http::Failure; false for failures before the call itself (token)
  int http_status = 0;        ///< 0: no whole answer
  std::optional<core::Duration> retry_after;
  std::string what;  ///< one line: call, reason, code; never a token, secret or contact, never the cloud's own message
};

}  // namespace lethe::cloud
