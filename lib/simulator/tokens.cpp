#include "simulator/tokens.hpp"

#include <algorithm>
#include <chrono>

#include "simulator/reading.hpp"
#include "simulator/shapes.hpp"

namespace lethe::simulator {
namespace {

namespace json = boost::json;
using core::Time;

constexpr std::size_t token_length = 216;
constexpr std::int64_t usual_account = 10'650'003;
constexpr std::string_view read_scope = "list_and_subscribers_read";
constexpr std::string_view write_scope = "list_and_subscribers_write";
constexpr std::chrono::minutes margin{2};

std::string text_of(const json::object& body, std::string_view name) {
  const json::value* value = property(body, name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

/// The bearer token of a request, empty where there is none.
std::string bearer(const http::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::optional<std::string_view> value = http::header(request.headers, "Authorization");
  if (!value || value->size() < scheme.size() || !equal_ignoring_case(value->substr(0, scheme.size()), scheme)) {
    return {};
  }
  return std::string(value->substr(scheme.size()));
}

/// False where a scope is asked for that the package doesn't have. Without `scope` all of its own are granted; an empty
/// one grants none.
bool read_scopes(const json::object& body, const ModelSettings& package, Grant& grant) {
  const json::value* value = property(body, "scope");
  if (value == nullptr || value->is_null()) {
    grant.read = package.may_read;
    grant.write = package.may_write;
    return true;
  }
  if (!value->is_string()) return false;
  std::string_view rest = value->as_string();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view scope = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (scope == read_scope) {
      grant.read = true;
    } else if (scope == write_scope) {
      grant.write = true;
    } else if (!scope.empty()) {
      return false;
    }
  }
  return (package.may_read || !grant.read) && (package.may_write || !grant.write);
}

std::string scopes(const Grant& grant) {
  std::string text;
  if (grant.read) text += read_scope;
  if (grant.write) text += (text.empty() ? "" : " ") + std::string(write_scope);
  return text;
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

http::Response token_error(int status, std::string_view error, std::string_view description) {
  return json_response(
      status,
      {{"error", error}, {"error_description", description}, {"error_uri", "https://developer.salesforce.com/docs"}});
}

std::optional<std::int64_t> Tokens::account_of(const json::object& body) const {
  const auto& known = settings_.account_ids;
  const json::value* value = property(body, "account_id");
  if (value == nullptr || value->is_null()) return known.empty() ? usual_account : known.front();
  std::optional<std::int64_t> account;
  if (value->is_string()) account = read_number(value->as_string());
  if (value->is_int64()) account = value->as_int64();
  if (!account || *account <= 0) return std::nullopt;
  const bool accepted = known.empty() || std::find(known.begin(), known.end(), *account) != known.end();
  return accepted ? account : std::nullopt;
}

http::Response Tokens::issue(const http::Request& request, Time now) {
  boost::system::error_code error;
  const json::value value = json::parse(request.body, error);
  if (error || !value.is_object()) return token_error(400, "invalid_request", "The request body is not JSON.");
  const json::object& body = value.as_object();
  if (text_of(body, "grant_type") != "client_credentials") {
    return token_error(400, "unsupported_grant_type", "The grant type is not supported.");
  }
  if (text_of(body, "client_id") != settings_.client_id || text_of(body, "client_secret") != settings_.client_secret) {
    return token_error(401, "invalid_client",
                       "Invalid client ID. Use the client ID in Marketing Cloud Installed Packages.");
  }
  const std::optional<std::int64_t> account = account_of(body);
  if (!account) return token_error(400, "invalid_request", "The account_id is not one that the client may use.");
  Grant grant;
  grant.account_id = *account;
  grant.expires = now + settings_.token_life;
  if (!read_scopes(body, settings_, grant))
    return token_error(400, "invalid_scope", "The scope is not granted to the package.");

  const std::string rest_url = without_slash(settings_.rest_instance_url);
  const core::Duration told = std::max<core::Duration>(settings_.token_life - margin, std::chrono::seconds{1});
  json::object reply;
  reply["access_token"] = remember(grant);
  reply["token_type"] = "Bearer";
  reply["expires_in"] = std::chrono::duration_cast<std::chrono::seconds>(told).count();
  reply["scope"] = scopes(grant);
  reply["soap_instance_url"] = rest_url + "/soap/";
  const bool slash = issued_ % 2 == 1 || !settings_.rest_url_varies;
  reply["rest_instance_url"] = slash ? rest_url + "/" : rest_url;
  return json_response(200, reply);
}

std::string Tokens::remember(Grant grant) {
  while (!by_age_.empty()) {
    const auto oldest = grants_.find(by_age_.front());
    if (oldest != grants_.end() && oldest->second.expires >= grant.expires - settings_.token_life) break;
    if (oldest != grants_.end()) grants_.erase(oldest);
    by_age_.pop_front();
  }
  std::string token = draws_.letters("token", issued_++, token_length);
  grants_.emplace(token, grant);
  by_age_.push_back(token);
  return token;
}

std::optional<Grant> Tokens::grant(const http::Request& request, Time now) {
  const auto found = grants_.find(bearer(request));
  if (found == grants_.end() || now >= found->second.expires) return std::nullopt;
  return found->second;
}

void Tokens::revoke(const http::Request& request) {
  grants_.erase(bearer(request));
}

}  // namespace lethe::simulator
