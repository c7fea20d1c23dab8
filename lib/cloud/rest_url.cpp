// The rule of where a token may be sent.
#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "cloud/token.hpp"
#include "core/ascii.hpp"
#include "http/client.hpp"

namespace lethe::cloud {

namespace {

namespace urls = boost::urls;

constexpr std::string_view cloud_domain = ".marketingcloudapis.com";

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), core::lower);
  return result;
}

/// A host as it stands in the URL; empty where the client would refuse it, or where it is escaped.
std::string host_of(const urls::url_view& url) {
  const auto host = url.encoded_host();
  std::string text = lower(std::string_view{host.data(), host.size()});
  const bool plain = url.host_type() == urls::host_type::ipv6 || http::is_host_name(text);
  return plain ? text : std::string{};
}

/// What the auth host's neighbours end in: its name without the first label, where that leaves two labels at least.
/// Empty for an address, and for what only looks like one: no top-level domain begins with a digit.
std::string domain_of(const urls::url_view& url) {
  if (url.host_type() != urls::host_type::name) return {};
  const std::string host = host_of(url);
  const auto first_dot = host.find('.');
  if (first_dot == std::string::npos) return {};
  const char top_level = host[host.rfind('.') + 1];
  if (top_level < 'a' || top_level > 'z') return {};
  return host.find('.', first_dot + 1) == std::string::npos ? "." + host : host.substr(first_dot);
}

/// The port as ":8443", empty where there is none; no value where it is no port. Boost.URL's own number wraps around.
std::optional<std::string> port_of(const urls::url_view& url) {
  const auto port = url.port();
  if (port.empty()) return "";
  std::uint16_t number = 0;
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (fault != std::errc{} || end != port.data() + port.size() || number == 0) return std::nullopt;
  return fmt::format(":{}", number);
}

std::string without_final_slashes(std::string url) {
  url.erase(url.find_last_not_of('/') + 1);
  return url;
}

/// The rule that a token sent to `rest` would break; empty: none.
std::string_view broken_rule(const urls::url_view& rest, const urls::url_view& auth) {
  const std::string host = host_of(rest);
  const std::string auth_host = host_of(auth);
  const bool https = rest.scheme_id() == urls::scheme::https;
  if (http::is_loopback_host(auth_host)) {
    if (!http::is_loopback_host(host)) return "is not on loopback, where the auth host is";
    return https || rest.scheme_id() == urls::scheme::http ? "" : "is neither https nor http";
  }
  if (!https) return "is not https";
  const std::string domain = domain_of(auth);
  const bool near_auth = !domain.empty() && host.ends_with(domain);
  if (host == auth_host || host.ends_with(cloud_domain) || near_auth) return "";
  return "is neither under marketingcloudapis.com nor under the auth host's own domain";
}

/// The reply's address may lack its scheme: https then, or on loopback what the auth host speaks.
std::string with_scheme(std::string_view text, const urls::url_view& auth) {
  if (text.contains("://")) return std::string{text};
  const bool plain = http::is_loopback_host(host_of(auth)) && auth.scheme_id() == urls::scheme::http;
  return (plain ? "http://" : "https://") + std::string{text};
}

}  // namespace

std::expected<std::string, std::string> normalise_rest_url(std::string_view rest_instance_url,
                                                           std::string_view auth_url) {
  if (rest_instance_url.empty()) return std::unexpected("is missing");
  const auto auth = urls::parse_uri(auth_url);
  if (!auth) return std::unexpected("can't be held against the auth host: auth_url is no URL");
  const std::string text = with_scheme(rest_instance_url, *auth);
  const auto rest = urls::parse_uri(text);
  if (!rest) return std::unexpected("is no URL");
  const std::string host = host_of(*rest);
  const auto port = port_of(*rest);
  const auto path = rest->encoded_path();
  // Boost.URL 1.81 takes 127.0.0.1.example.com for the address 127.0.0.1 with the path .example.com.
  const bool host_ends = path.empty() || path.front() == '/';
  if (host.empty() || !port || !host_ends) return std::unexpected("is no URL of a host");
  if (rest->has_userinfo() || rest->has_query() || rest->has_fragment()) {
    return std::unexpected("holds more than scheme, host, port and path");
  }
  const auto broken = broken_rule(*rest, *auth);
  if (!broken.empty()) return std::unexpected(std::string{broken});
  const std::string_view scheme = rest->scheme_id() == urls::scheme::https ? "https" : "http";
  return without_final_slashes(
      fmt::format("{}://{}{}{}", scheme, host, *port, std::string_view{path.data(), path.size()}));
}

}  // namespace lethe::cloud
