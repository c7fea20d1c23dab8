#include "cloud/messages_window.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "cloud/json_tree.hpp"

namespace lethe::cloud {

std::string window_path() {
  return "/contacts/v1/contacts/actions/delete/configSettings";
}

std::string window_body(int days) {
  if (days < -1 || days == 0) throw std::invalid_argument("a restore window is -1 or above zero");
  boost::json::object item;
  item["settingKey"] = "SuppressionRestoreUntilDays";
  item["value"] = std::to_string(days);  // documented as a text
  boost::json::object body;
  body["items"].emplace_array().push_back(std::move(item));
  return boost::json::serialize(body);
}

std::expected<std::int64_t, std::string> read_window_reply(std::string_view body) {
  const auto reply = json::parse(body);
  if (!reply) return std::unexpected(reply.error());
  const auto rows = json::integer(*reply, "rowsEffected");
  if (!rows) return std::unexpected(rows.error());
  if (!*rows) return std::unexpected("rowsEffected: is missing");
  return **rows;
}

}  // namespace lethe::cloud
