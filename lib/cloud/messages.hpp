// JSON <-> core types: the only file that knows the API's field names. Readers are tolerant (names in any case, numbers
// as strings, unknown fields, absent, null or empty), and say which field broke the contract where one did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/job.hpp"
#include "core/operation.hpp"
#include "core/reply.hpp"
#include "core/settings.hpp"

namespace lethe::cloud {

/// The scopes of an installed package: for lists and status calls, and for what changes anything.
inline constexpr std::string_view read_scope = "list_and_subscribers_read";
inline constexpr std::string_view write_scope = "list_and_subscribers_write";

/// What one operation sends.
struct Submission {
  core::Action action = core::Action::delete_contacts;
  core::Selector selector = core::Selector::keys;
  std::vector<std::string> contacts;     ///< for keys and ids (decimal text)
  std::optional<core::ListTarget> list;  ///< for list
};

std::string token_request(const core::AccountSettings& account, std::string_view secret);
/// Contacts of an ids submission are decimal numbers: anything else is a bug of the caller and throws.
std::string submission_body(const Submission& submission);
/// Path and query below the account's REST address.
std::string submission_path(core::Action action, core::Selector selector);
std::string status_path(core::Action action, core::OperationId id);
std::string retry_path(core::Action action, core::OperationId id);
/// Bytes of submission_body() for a submission of no contacts: what core::Batch needs to know.
std::size_t submission_envelope(core::Action action, core::Selector selector);

struct TokenReply {
  std::string access_token;
  core::Duration expires_in;
  std::string rest_instance_url;     ///< as it came; may be empty
  std::optional<std::string> scope;  ///< as it came, where it was told
};
/// The error names the field, never a value.
std::expected<TokenReply, std::string> read_token_reply(std::string_view body);

/// Fills shape, initiated, operation_id, has_errors, error_message, errorcode, row_count and what of an answer.
void read_submission_reply(std::string_view body, core::Answer& answer);

/// An answer without `operation` is an Observation without operation_id; reports_error() then tells why.
std::expected<core::Observation, std::string> read_status_reply(std::string_view body);

/// Whether the cloud says that it began the operation anew; the error names the field that broke the contract.
std::expected<bool, std::string> read_retry_reply(std::string_view body, core::OperationId asked);

/// The answer says of itself that it is an error, whatever its HTTP status: hasErrors (or what can't be read as its
/// opposite), a message that is no Warning, or the gateway's shape.
bool reports_error(std::string_view body);

/// The errorcode of the REST shape or the error of the token shape, as "errorcode 50100" or "invalid_client"; empty if
/// neither.
struct ErrorReply {
  std::optional<std::int64_t> errorcode;
  std::string code;  ///< printable: letters, digits, '_' only, at most 40
};
ErrorReply read_error_reply(std::string_view body);

}  // namespace lethe::cloud
