// What an exchange that gave no usable answer means, for every call alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/failure.hpp"
#include "core/time.hpp"
#include "http/client.hpp"
#include "http/message.hpp"

namespace lethe::cloud {

inline constexpr std::int64_t errorcode_not_found = 30003;
inline constexpr std::int64_t errorcode_exhausted = 50200;
inline constexpr std::int64_t errorcode_unavailable = 50300;
inline constexpr std::int64_t errorcode_no_privilege = 20002;

/// The seconds of Retry-After, at most a day. What is no number of seconds counts as absent: date_to_seconds() comes
/// first.
std::optional<core::Duration> retry_after(const http::Response& response);

/// A Retry-After that is an HTTP date becomes a number of seconds: from the answer's own Date, where it has one that
/// can be read, else from `now`. One that is over becomes 0.
void date_to_seconds(http::Response& response, core::Time now);

/// By its content type; a body says so itself (messages.hpp).
bool says_html(const http::Response& response);

/// `call` names the call in the failure's line: "status call".
Failure no_answer(std::string_view call, const http::Failure& failure);
/// Of a whole answer that is no success. `scope`: what the call needs of the installed package.
Failure refusal(std::string_view call, const http::Response& response, std::string_view scope = {});
/// " the installed package lacks the scope …" where the answer says that a privilege is missing (403/20002); else
/// empty.
std::string missing_scope(int status, std::optional<std::int64_t> errorcode, std::string_view scope);
/// Of a request that wasn't made.
Failure held_back(std::string_view call, std::string_view why);
Failure contract_failure(std::string_view call, int http_status, std::string_view what);

}  // namespace lethe::cloud
