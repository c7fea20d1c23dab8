#include "simulator/submission.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace lethe::simulator {
namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 4'000'000;
constexpr std::size_t most_values = 1'000'000;

/// What the contacts envelope says is wrong.
struct Complaint {
  std::string_view code;
  std::string message;
};

const json::object* object_of(const json::object& parent, std::string_view name) {
  const json::value* value = property(parent, name);
  return value != nullptr ? value->if_object() : nullptr;
}

bool is_true(const json::object& body, std::string_view name) {
  const json::value* value = property(body, name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

/// A delete names ContactAndAttributes, the only type there is; a restrict may leave it out.
std::optional<Complaint> check_type(Kind kind, const json::object& body) {
  const json::value* value = property(body, "DeleteOperationType");
  if (value == nullptr && kind == Kind::restriction) return std::nullopt;
  if (value == nullptr || !value->is_string()) {
    return Complaint{"InvalidDeleteOperationType", "DeleteOperationType is required."};
  }
  if (equal_ignoring_case(value->as_string(), "ContactAndAttributes")) return std::nullopt;
  return Complaint{"InvalidDeleteOperationType",
                   fmt::format("DeleteOperationType '{}' is not supported.", std::string_view(value->as_string()))};
}

std::optional<std::string> contact_of(const json::value& value, bool ids) {
  if (!ids) {
    if (!value.is_string() || value.as_string().empty()) return std::nullopt;
    return std::string(value.as_string());
  }
  if (!value.is_int64() || value.as_int64() <= 0) return std::nullopt;
  return fmt::to_string(value.as_int64());
}

std::expected<std::vector<std::string>, Complaint> read_values(const json::array& values, bool ids) {
  if (values.empty()) return std::unexpected(Complaint{"InvalidValues", "Values must hold at least one contact."});
  std::vector<std::string> contacts;
  contacts.reserve(values.size());
  for (const json::value& value : values) {
    std::optional<std::string> contact = contact_of(value, ids);
    if (!contact) {
      return std::unexpected(Complaint{
          "InvalidValues", fmt::format("Value {} is not a contact {}.", json::serialize(value), ids ? "ID" : "key")});
    }
    contacts.push_back(std::move(*contact));
  }
  return contacts;
}

std::expected<std::string, Complaint> read_list(const json::object& body) {
  constexpr std::int64_t data_extension = 3;
  const json::object* list = object_of(body, "targetList");
  if (list == nullptr) return std::unexpected(Complaint{"InvalidTargetList", "TargetList is required."});
  const json::object* type = object_of(*list, "listType");
  const json::value* id = type != nullptr ? property(*type, "listTypeID") : nullptr;
  if (id == nullptr || !id->is_int64() || id->as_int64() != data_extension) {
    return std::unexpected(Complaint{"InvalidListType", "The only valid value of ListTypeID is 3."});
  }
  const json::value* key = property(*list, "listKey");
  if (key == nullptr || !key->is_string() || key->as_string().empty()) {
    return std::unexpected(Complaint{"InvalidListKey", "ListKey is required."});
  }
  return std::string(key->as_string());
}

std::optional<std::string> type_of(const Target& target) {
  const std::string* given = target.parameter("type");
  if (given == nullptr) return std::nullopt;
  for (const std::string_view type : {"keys", "ids", "listReference"}) {
    if (equal_ignoring_case(*given, type)) return std::string(type);
  }
  return std::nullopt;
}

}  // namespace

std::expected<Submission, http::Response> read_submission(const Answering& answering, Kind kind, const Target& target,
                                                          const std::string& body_text) {
  const auto complain = [&](const Complaint& complaint) {
    return std::unexpected(refusal(answering, 400, "operationInitiated", complaint.code, complaint.message));
  };
  const std::optional<std::string> type = type_of(target);
  if (!type) return std::unexpected(validation_error(answering, "type", "type must be ids, keys or listReference."));
  if (body_text.size() > most_bytes) {
    return std::unexpected(rest_error(answering, 413, 0, "The request is larger than 4 MB."));
  }
  boost::system::error_code error;
  const json::value value = json::parse(body_text, error);
  if (error || !value.is_object()) return std::unexpected(rest_error(answering, 400, 0, "The body is not valid JSON."));
  const json::object& body = value.as_object();
  if (const auto complaint = check_type(kind, body)) return complain(*complaint);

  Submission submission;
  submission.kind = kind;
  submission.type = *type;
  if (*type == "listReference") {
    auto key = read_list(body);
    if (!key) return complain(key.error());
    submission.contacts.push_back(std::move(*key));
    submission.delete_list = is_true(body, "deleteListWhenCompleted");
    return submission;
  }
  const json::value* values = property(body, "values");
  if (values == nullptr || !values->is_array()) return complain({"InvalidValues", "Values is required."});
  if (values->as_array().size() > most_values) {
    return std::unexpected(rest_error(answering, 413, 0, "At most 1000000 contacts can be given at once."));
  }
  auto contacts = read_values(values->as_array(), *type == "ids");
  if (!contacts) return complain(contacts.error());
  submission.contacts = std::move(*contacts);
  return submission;
}

}  // namespace lethe::simulator
