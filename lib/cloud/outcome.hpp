// What an exchange that gave no usable answer means, for every call alike.
#pragma once

#include <optional>
#include <string_view>

#include "cloud/failure.hpp"
#include "core/time.hpp"
#include "http/client.hpp"
#include "http/message.hpp"

namespace lethe::cloud {

inline constexpr std::int64_t errorcode_not_found = 30003;
inline constexpr std::int64_t errorcode_unavailable = 50300;

/// The header's seconds, at most a day. An HTTP date is not read: like anything else that is no number of seconds, it
/// counts as absent.
std::optional<core::Duration> retry_after(const http::Response& response);

/// By its content type; a body says so itself (messages.hpp).
bool says_html(const http::Response& response);

/// `call` names the call in the failure's line: "status call".
Failure no_answer(std::string_view call, const http::Failure& failure);
/// Of a whole answer that is no success.
Failure refusal(std::string_view call, const http::Response& response);
Failure contract_failure(std::string_view call, int http_status, std::string_view what);

}  // namespace lethe::cloud
