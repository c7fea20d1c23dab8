// The rule of where a token may be sent.
#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <string>

#include "cloud/token.hpp"
#include "http/client.hpp"

namespace lethe::cloud {

namespace {

namespace urls = boost::urls;

constexpr std::string_view cloud_domain = ".marketingcloudapis.com";

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

/// A host as it stands in the URL; empty where it is written in a way that hosts of this API never are.
std::string host_of(const urls::url_view& url) {
  const auto host = url.encoded_host();
  std::string text = lower(std::string_view{host.data(), host.size()});
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
  return plain ? text : std::string{};
}

/// What the auth host's neighbours end in: its name without the first label, where that leaves two labels at least.
/// Empty for an address.
std::string domain_of(const urls::url_view& url) {
  if (url.host_type() != urls::host_type::name) return {};
  const std::string host = host_of(url);
  const auto first_dot = host.find('.');
  if (first_dot == std::string::npos) return {};
  return host.find('.', first_dot + 1) == std::string::npos ? "." + host : host.substr(first_dot);
}

bool has_plain_port(const urls::url_view& url) {
  return !url.has_port() || url.port().empty() || url.port_number() != 0;
}

std::string joined(const urls::url_view& url, std::string_view host) {
  std::string result = lower(std::string_view{url.scheme().data(), url.scheme().size()}) + "://" + std::string{host};
  if (url.has_port() && !url.port().empty()) result += ":" + std::to_string(url.port_number());
  const auto path = url.encoded_path();
  result.append(path.data(), path.size());
  result.erase(result.find_last_not_of('/') + 1);
  return result;
}

}  // namespace

std::expected<std::string, std::string> normalise_rest_url(std::string_view rest_instance_url,
                                                           std::string_view auth_url) {
  if (rest_instance_url.empty()) return std::unexpected("is missing");
  const auto auth = urls::parse_uri(auth_url);
  if (!auth) return std::unexpected("can't be held against the auth host: auth_url is no URL");
  const std::string auth_host = host_of(*auth);
  const bool on_loopback = http::is_loopback_host(auth_host);
  std::string text{rest_instance_url};
  if (!text.contains("://")) {
    text.insert(0, on_loopback && auth->scheme_id() == urls::scheme::http ? "http://" : "https://");
  }
  const auto rest = urls::parse_uri(text);
  if (!rest) return std::unexpected("is no URL");
  const std::string host = host_of(*rest);
  if (host.empty() || !has_plain_port(*rest)) return std::unexpected("is no URL of a host");
  if (rest->has_userinfo() || rest->has_query() || rest->has_fragment()) {
    return std::unexpected("holds more than scheme, host, port and path");
  }
  const bool https = rest->scheme_id() == urls::scheme::https;
  if (on_loopback) {
    if (!http::is_loopback_host(host)) return std::unexpected("is not on loopback, where the auth host is");
    if (!https && rest->scheme_id() != urls::scheme::http) return std::unexpected("is neither https nor http");
    return joined(*rest, host);
  }
  if (!https) return std::unexpected("is not https");
  const std::string domain = domain_of(*auth);
  const bool near_auth = !domain.empty() && host.ends_with(domain);
  if (host != auth_host && !host.ends_with(cloud_domain) && !near_auth) {
    return std::unexpected("is neither under marketingcloudapis.com nor under the auth host's own domain");
  }
  return joined(*rest, host);
}

}  // namespace lethe::cloud
