#include "cloud/messages_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <chrono>
#include <utility>

#include "cloud/json_tree.hpp"

namespace lethe::cloud {

namespace {

/// What one list calls its fields; an empty name: it has none.
struct Names {
  std::string_view rows;
  std::string_view id;
  std::string_view contacts;
  std::string_view list_key;
  std::string_view method;
  std::string_view created_by;
  std::string_view as_of;
  std::string_view status;
  std::string_view changed_at;
  std::optional<core::Action> action;  ///< of all its rows, where that is documented
};

constexpr Names requests{.rows = "operations",
                         .id = "operationId",
                         .contacts = "totalContactCount",
                         .list_key = {},
                         .method = "deleteMethod",
                         .created_by = {},
                         .as_of = "statusAsOfDateUtc",
                         .status = "status",
                         .changed_at = "lastStatusDateUtc",
                         .action = core::Action::delete_contacts};
constexpr Names operations{.rows = "items",
                           .id = "operationID",
                           .contacts = "expectedListCount",
                           .list_key = "listKey",
                           .method = {},
                           .created_by = "createdBy",
                           .as_of = {},
                           .status = {},
                           .changed_at = {},
                           .action = std::nullopt};

std::unexpected<std::string> broken(std::string_view field, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", field, what));
}

/// A number or a word; anything else tells nothing.
std::optional<std::string> name_of(const json::Node* node) {
  constexpr std::size_t longest = 256;
  if (node == nullptr) return std::nullopt;
  if (const auto number = json::as_integer(*node)) return std::to_string(*number);
  const auto* text = node->text();
  if (text == nullptr || text->empty() || text->size() > longest) return std::nullopt;
  return *text;
}

/// Without a zone it is UTC, as its name says.
std::optional<core::Time> read_date(const std::string& text) {
  constexpr std::size_t date_length = 10;
  const bool zoned = text.find_first_of("Zz+-", date_length) != std::string::npos;
  return core::parse_rfc3339(zoned ? text : text + "Z");
}

/// A hint alone: what can't be read tells nothing.
std::optional<core::Time> date_of(const json::Node* node) {
  const auto* text = node != nullptr ? node->text() : nullptr;
  return text != nullptr ? read_date(*text) : std::nullopt;
}

/// The one documented word is "Contact Key/ID". That others mean a data extension is inferred: a hint alone.
std::optional<bool> names_list(const json::Node* method) {
  const auto* text = method != nullptr ? method->text() : nullptr;
  if (text == nullptr || text->empty()) return std::nullopt;
  return !boost::algorithm::icontains(*text, "key") && !boost::algorithm::icontains(*text, "id");
}

std::expected<core::ListedOperation, std::string> read_row(const json::Node& node, const Names& names) {
  if (node.object() == nullptr) return broken(names.rows, "holds something else than objects");
  const auto id = json::integer(node, names.id);
  if (!id) return std::unexpected(id.error());
  if (!*id || **id <= 0) return broken(names.id, "is missing or not above zero");
  const auto contacts = json::integer(node, names.contacts);
  if (!contacts) return std::unexpected(contacts.error());
  core::ListedOperation row;
  row.id = {**id};
  row.action = names.action;
  if (*contacts && **contacts > 0) row.contacts = *contacts;
  if (!names.list_key.empty()) {
    const auto key = json::text(node, names.list_key);
    if (!key) return std::unexpected(key.error());
    row.list_key = *key;
  }
  if (!names.status.empty()) row.status = name_of(json::find(node, names.status)).value_or("");
  if (!names.method.empty()) row.of_list = names_list(json::find(node, names.method));
  if (!names.changed_at.empty()) row.changed_at = date_of(json::find(node, names.changed_at));
  if (!names.created_by.empty()) row.created_by = name_of(json::find(node, names.created_by));
  return row;
}

std::expected<std::optional<core::Time>, std::string> read_as_of(const json::Node& page, const Names& names) {
  if (names.as_of.empty()) return std::nullopt;
  const auto text = json::text(page, names.as_of);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::nullopt;
  const auto time = read_date(**text);
  if (!time) return broken(names.as_of, "is no date");
  return time;
}

std::expected<ListPage, std::string> read_page(std::string_view body, const Names& names) {
  const auto page = json::parse(body);
  if (!page) return std::unexpected(page.error());
  const auto rows = json::child(*page, names.rows);
  if (!rows) return std::unexpected(rows.error());
  if (!*rows || (**rows)->array() == nullptr) return broken(names.rows, "is missing or no array");
  ListPage result;
  for (const json::Node& node : *(**rows)->array()) {
    auto row = read_row(node, names);
    if (!row) return std::unexpected(std::move(row.error()));
    result.rows.push_back(std::move(*row));
  }
  const auto as_of = read_as_of(*page, names);
  if (!as_of) return std::unexpected(as_of.error());
  result.as_of = *as_of;
  return result;
}

}  // namespace

std::string date_parameter(core::Time time) {
  std::string text;
  for (const char c : core::rfc3339(std::chrono::floor<std::chrono::seconds>(time))) {
    if (c == ':') {
      text += "%3A";
    } else if (c != 'Z') {
      text += c;
    }
  }
  return text;
}

std::string delete_requests_path(core::Time from, core::Time until, int page) {
  const core::Time first = std::chrono::floor<std::chrono::days>(from);
  const core::Time last = std::chrono::floor<std::chrono::days>(until) + std::chrono::days{1};
  return fmt::format(
      "/contacts/v1/contacts/analytics/deleterequests?startdateutc={}&enddateutc={}&%24page={}&%24pagesize={}"
      "&%24orderby=operationId%20desc",
      date_parameter(first), date_parameter(last), page, page_size);
}

std::string delete_operations_path(int page) {
  // No order is asked for, since none is documented here.
  return fmt::format("/contacts/v1/contacts/deleteOperations?%24page={}&%24pagesize={}", page, page_size);
}

std::expected<ListPage, std::string> read_delete_requests(std::string_view body) {
  return read_page(body, requests);
}

std::expected<ListPage, std::string> read_delete_operations(std::string_view body) {
  return read_page(body, operations);
}

}  // namespace lethe::cloud
