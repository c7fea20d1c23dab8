#include "cloud/messages.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>

#include "cloud/json_tree.hpp"
#include "core/admission.hpp"

namespace lethe::cloud {

namespace {

constexpr std::string_view delete_type = "ContactAndAttributes";
constexpr int data_extension = 3;  ///< listTypeID: the only valid one

// ---- requests

std::uint64_t contact_id(std::string_view text) {
  std::uint64_t id = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (fault != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument("a contact of an ids submission is no number");
  }
  return id;
}

boost::json::array values(const Submission& submission) {
  boost::json::array array;
  array.reserve(submission.contacts.size());
  for (const auto& contact : submission.contacts) {
    if (submission.selector == core::Selector::ids) {
      array.emplace_back(contact_id(contact));
    } else {
      array.emplace_back(contact);
    }
  }
  return array;
}

boost::json::object list_body(core::Action action, const core::ListTarget& list) {
  boost::json::object body;
  if (action == core::Action::delete_contacts) body["deleteOperationType"] = delete_type;
  boost::json::object& target = body["targetList"].emplace_object();
  target["listType"].emplace_object()["listTypeID"] = data_extension;
  target["listKey"] = list.key;
  body["deleteListWhenCompleted"] = list.delete_when_completed;
  body["deleteListContentsWhenCompleted"] = list.delete_contents_when_completed;
  return body;
}

std::string_view path_of(core::Action action) {
  return action == core::Action::delete_contacts ? "/contacts/v1/contacts/actions/delete"
                                                 : "/contacts/v1/contacts/actions/restrict";
}

std::string_view type_of(core::Selector selector) {
  switch (selector) {
    case core::Selector::ids:
      return "ids";
    case core::Selector::list:
      return "listReference";
    default:
      return "keys";
  }
}

// ---- replies

std::unexpected<std::string> broken(std::string_view field, std::string_view what) {
  return std::unexpected(std::string{field} + ": " + std::string{what});
}

std::expected<json::Node, std::string> parse_object(std::string_view body) {
  auto node = json::parse(body);
  if (node && node->object() == nullptr) return std::unexpected("the answer is no JSON object");
  return node;
}

/// A token goes into a header, so nothing but visible characters may be in it.
bool is_token(std::string_view text) {
  constexpr std::size_t longest = 8 * 1024;
  return !text.empty() && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

/// A word of the cloud goes into logs, pages and terminals: short and of printable ASCII. Beyond it lie controls
/// (U+009B begins a terminal's commands) and marks that turn the direction of a line.
bool is_word(std::string_view text) {
  constexpr std::size_t longest = 64;
  return text.size() <= longest && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// A code short enough not to be somebody's contact id.
std::optional<std::int64_t> as_code(const json::Node* node) {
  constexpr std::int64_t highest = 999'999;
  if (node == nullptr) return std::nullopt;
  const auto code = json::as_integer(*node);
  return code && *code >= 0 && *code <= highest ? code : std::nullopt;
}

std::string_view listed_error(std::string_view word) {
  static constexpr std::array<std::string_view, 11> listed = {
      "invalid_client", "invalid_request",     "invalid_grant",          "invalid_scope",
      "invalid_token",  "unauthorized_client", "unsupported_grant_type", "access_denied",
      "server_error",   "insufficient_scope",  "temporarily_unavailable"};
  const auto found = std::ranges::find(listed, word);
  return found == listed.end() ? "unlisted_error" : *found;
}

void append(std::string& line, std::string_view part) {
  if (!line.empty()) line += ", ";
  line += part;
}

bool is_warning(const json::Node& message) {
  const auto type = json::text(message, "resultClass");
  return type && *type && json::same_name(**type, "Warning");
}

struct ResultMessages {
  std::optional<bool> error;  ///< one of them is no Warning; absent: there is no such field
  std::string what;           ///< class and code of the first that is no Warning
};

ResultMessages read_messages(const json::Node& reply) {
  const auto field = json::child(reply, "resultMessages");
  if (!field) return {.error = true, .what = field.error()};
  if (!*field) return {};
  const auto* messages = (**field)->array();
  if (messages == nullptr) return {.error = true, .what = "resultMessages of an unknown form"};
  const auto error = std::ranges::find_if_not(*messages, is_warning);
  if (error == messages->end()) return {.error = false, .what = {}};
  std::string what = "a result message that is no warning";
  if (const auto code = as_code(json::find(*error, "resultCode"))) what += ", resultCode " + std::to_string(*code);
  return {.error = true, .what = std::move(what)};
}

ErrorReply error_of(const json::Node& reply) {
  ErrorReply error;
  error.errorcode = as_code(json::find(reply, "errorcode"));
  const auto* word = json::find(reply, "error");
  if (error.errorcode) {
    error.code = "errorcode " + std::to_string(*error.errorcode);
  } else if (word != nullptr && word->text() != nullptr) {
    error.code = listed_error(*word->text());
  }
  return error;
}

bool is_rest_shape(const json::Node& reply) {
  return json::find(reply, "errorcode") != nullptr || json::find(reply, "message") != nullptr;
}

bool is_contacts_shape(const json::Node& reply) {
  constexpr std::array<std::string_view, 4> fields = {"operationInitiated", "operationID", "hasErrors",
                                                      "resultMessages"};
  return std::ranges::any_of(fields, [&](std::string_view name) { return json::find(reply, name) != nullptr; });
}

void read_row_count(const json::Node& reply, core::Answer& answer) {
  const auto* list = json::find(reply, "targetListInformation");
  const auto* rows = list == nullptr ? nullptr : json::find(*list, "rowCount");
  const auto count = rows == nullptr ? std::nullopt : json::as_integer(*rows);
  if (count && *count >= 0 && *count <= core::most_contacts_of_a_list) answer.row_count = count;
}

/// Of fields that contradict each other, what shows that something may have been accepted: any operationID above zero.
std::optional<std::int64_t> any_operation_id(const json::Node& reply) {
  std::optional<std::int64_t> found;
  for (const auto* node : json::find_all(reply, "operationID")) {
    const auto id = json::as_integer(*node);
    if (id && (!found || *found <= 0)) found = id;
  }
  return found;
}

/// The same for operationInitiated: whether any of them is true.
std::optional<bool> any_initiated(const json::Node& reply) {
  for (const auto* node : json::find_all(reply, "operationInitiated")) {
    if (json::as_boolean(*node).value_or(false)) return true;
  }
  return std::nullopt;
}

/// The envelope of the contacts API. Where a decisive field can't be read, the shape stays `unreadable`.
void read_envelope(const json::Node& reply, core::Answer& answer) {
  const auto initiated = json::boolean(reply, "operationInitiated");
  const auto operation_id = json::integer(reply, "operationID");
  const auto has_errors = json::boolean(reply, "hasErrors");
  answer.initiated = initiated ? *initiated : any_initiated(reply);
  answer.operation_id = operation_id ? *operation_id : any_operation_id(reply);
  if (has_errors) answer.has_errors = *has_errors;
  const auto messages = read_messages(reply);
  answer.error_message = messages.error;
  read_row_count(reply, answer);

  answer.shape =
      initiated && operation_id && has_errors ? core::Answer::Shape::contacts : core::Answer::Shape::unreadable;
  if (!initiated) append(answer.what, initiated.error());
  if (!operation_id) append(answer.what, operation_id.error());
  if (!has_errors) append(answer.what, has_errors.error());
  if (answer.has_errors.value_or(false)) append(answer.what, "hasErrors");
  if (!messages.what.empty()) append(answer.what, messages.what);
}

std::expected<std::vector<std::string>, std::string> read_background(const json::Node& reply) {
  constexpr std::string_view field = "backgroundOperationsSummary";
  const auto summary = json::child(reply, field);
  if (!summary) return std::unexpected(summary.error());
  std::vector<std::string> words;
  if (!*summary) return words;
  if ((**summary)->array() == nullptr) return broken(field, "is no array");
  for (const auto& entry : *(**summary)->array()) {
    const auto* status = json::find(entry, "backgroundOperationStatusID");
    const auto* word = status == nullptr ? nullptr : status->text();
    if (word != nullptr && !json::text(entry, "backgroundOperationStatusID")) {
      return broken("backgroundOperationStatusID", "is there twice and says two things");
    }
    // An entry without a usable word is an entry all the same: one that isn't final.
    words.push_back(word != nullptr && is_word(*word) ? *word : std::string{});
  }
  return words;
}

std::expected<std::optional<int>, std::string> read_restorable_days(const json::Node& reply) {
  constexpr std::string_view field = "numberofRestorableDays";
  const auto days = json::integer(reply, field);
  if (!days) return std::unexpected(days.error());
  if (!*days) return std::nullopt;
  if (!std::in_range<int>(**days)) return broken(field, "is out of range");
  return static_cast<int>(**days);
}

std::expected<void, std::string> read_operation(const json::Node& operation, core::Observation& observation) {
  if (operation.object() == nullptr) return broken("operation", "is no object");
  const auto id = json::integer(operation, "operationID");
  if (!id) return std::unexpected("operation." + id.error());
  if (!*id || **id <= 0) return broken("operation.operationID", "is missing or not above zero");
  const auto status = json::text(operation, "status");
  if (!status) return std::unexpected("operation." + status.error());
  if (!*status) return broken("operation.status", "is missing");
  if (!is_word(**status)) return broken("operation.status", "is no word");
  const auto errors = json::boolean(operation, "errorsOccurredInBatchProcess");
  if (!errors) return std::unexpected("operation." + errors.error());
  // It only tells a new verdict from an old one: what can't be read counts as absent.
  const auto retries = json::integer(operation, "retryCount");
  if (retries && *retries && std::in_range<int>(**retries)) observation.retry_count = static_cast<int>(**retries);
  observation.operation_id = core::OperationId{**id};
  observation.status = **status;
  observation.errors_in_batch = errors->value_or(false);
  observation.list_key = json::text(operation, "listKey").value_or(std::nullopt);
  return {};
}

std::expected<core::Duration, std::string> read_life(const json::Node& reply) {
  constexpr std::int64_t documented = 1079;
  constexpr std::int64_t longest = 24 * 60 * 60;
  const auto seconds = json::integer(reply, "expires_in");
  if (!seconds) return std::unexpected(seconds.error());
  const std::int64_t life = seconds->value_or(documented);
  if (life <= 0) return broken("expires_in", "is not above zero");
  return std::chrono::seconds{std::min(life, longest)};
}

}  // namespace

std::string token_request(const core::AccountSettings& account, std::string_view secret) {
  // No scope: absent it means all scopes of the package, and an empty one would mean none.
  boost::json::object body;
  body["grant_type"] = "client_credentials";
  body["client_id"] = account.client_id;
  body["client_secret"] = secret;
  body["account_id"] = account.account_id;
  return boost::json::serialize(body);
}

std::string submission_body(const Submission& submission) {
  if (submission.selector == core::Selector::list) {
    return boost::json::serialize(list_body(submission.action, submission.list.value()));
  }
  boost::json::object body;
  body["values"] = values(submission);
  if (submission.action == core::Action::delete_contacts) body["DeleteOperationType"] = delete_type;
  return boost::json::serialize(body);
}

std::string submission_path(core::Action action, core::Selector selector) {
  return std::string{path_of(action)} + "?type=" + std::string{type_of(selector)};
}

std::string status_path(core::Action action, core::OperationId id) {
  return std::string{path_of(action)} + "/status?operationID=" + std::to_string(id.value);
}

std::string retry_path(core::Action action, core::OperationId id) {
  return "/contacts/v1/operations/" + std::string{core::word(action)} + "/" + std::to_string(id.value) + "/retry";
}

std::size_t submission_envelope(core::Action action, core::Selector selector) {
  Submission none;
  none.action = action;
  none.selector = selector;
  if (selector == core::Selector::list) none.list.emplace();
  return submission_body(none).size();
}

std::expected<TokenReply, std::string> read_token_reply(std::string_view body) {
  const auto reply = parse_object(body);
  if (!reply) return std::unexpected(reply.error());
  const auto token = json::text(*reply, "access_token");
  if (!token) return std::unexpected(token.error());
  if (!*token || !is_token(**token)) return broken("access_token", "is missing or no token");
  const auto life = read_life(*reply);
  if (!life) return std::unexpected(life.error());
  const auto url = json::text(*reply, "rest_instance_url");
  if (!url) return std::unexpected(url.error());
  return TokenReply{.access_token = **token,
                    .expires_in = *life,
                    .rest_instance_url = url->value_or(""),
                    .scope = json::text(*reply, "scope").value_or(std::nullopt)};
}

void read_submission_reply(std::string_view body, core::Answer& answer) {
  using Shape = core::Answer::Shape;
  answer.shape = Shape::unreadable;
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && body[first] == '<') {
    answer.shape = Shape::html;
    return append(answer.what, "an HTML page");
  }
  const auto reply = parse_object(body);
  if (!reply) return append(answer.what, reply.error());
  const auto error = error_of(*reply);
  answer.errorcode = error.errorcode;
  if (!error.code.empty()) append(answer.what, error.code);
  if (is_contacts_shape(*reply)) return read_envelope(*reply, answer);
  if (is_rest_shape(*reply)) {
    answer.shape = Shape::rest;
  } else if (error.code.empty()) {
    append(answer.what, "JSON of no known shape");
  }
}

std::expected<core::Observation, std::string> read_status_reply(std::string_view body) {
  const auto reply = parse_object(body);
  if (!reply) return std::unexpected(reply.error());
  const auto operation = json::child(*reply, "operation");
  if (!operation) return std::unexpected(operation.error());
  core::Observation observation;
  if (!*operation) return observation;
  const auto read = read_operation(***operation, observation);
  if (!read) return std::unexpected(read.error());
  auto background = read_background(*reply);
  if (!background) return std::unexpected(background.error());
  observation.background = std::move(*background);
  const auto days = read_restorable_days(*reply);
  if (!days) return std::unexpected(days.error());
  observation.restorable_days = *days;
  return observation;
}

std::expected<bool, std::string> read_retry_reply(std::string_view body, core::OperationId asked) {
  const auto reply = parse_object(body);
  if (!reply) return std::unexpected(reply.error());
  const auto restarted = json::boolean(*reply, "operationRestarted");
  if (!restarted) return std::unexpected(restarted.error());
  if (!*restarted) return broken("operationRestarted", "is missing");
  const auto id = json::integer(*reply, "operationID");
  if (!id) return std::unexpected(id.error());
  if (*id && **id != asked.value) return broken("operationID", "is another one than asked for");
  return **restarted && !reports_error(body);
}

bool reports_error(std::string_view body) {
  const auto reply = parse_object(body);
  if (!reply) return false;
  const auto has_errors = json::boolean(*reply, "hasErrors");
  return !has_errors || has_errors->value_or(false) || read_messages(*reply).error.value_or(false) ||
         is_rest_shape(*reply);
}

ErrorReply read_error_reply(std::string_view body) {
  const auto reply = parse_object(body);
  return reply ? error_of(*reply) : ErrorReply{};
}

}  // namespace lethe::cloud
