#include "config/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

namespace lethe::config {
namespace {

namespace urls = boost::urls;

bool is_loopback(const urls::url_view& url) {
  switch (url.host_type()) {
    case urls::host_type::ipv4:
      return url.host_ipv4_address().is_loopback();
    case urls::host_type::ipv6:
      return url.host_ipv6_address().is_loopback();
    case urls::host_type::name: {
      constexpr std::string_view localhost = "localhost";
      return std::ranges::equal(url.host_name(), localhost, {},
                                [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    }
    default:
      return false;
  }
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() && port <= 65'535;
}

/// What every URL of the configuration must fulfil besides its grammar. Boost.URL 1.81 reads 127.0.0.1.example.com as
/// the address 127.0.0.1 with the path .example.com, and lets port numbers wrap around.
bool is_sound(const urls::url_view& url) {
  const bool path = url.encoded_path().empty() || url.encoded_path().front() == '/';
  const std::string name(url.encoded_host().data(), url.encoded_host().size());
  const bool labels = !("." + name + ".").contains("..");
  const bool host = labels && std::ranges::none_of(name, [](char c) {
                      return c == '%' || c == '!' || c == '$' || c == '&' || c == '\'' || c == '(' || c == ')' ||
                             c == '*' || c == '+' || c == ',' || c == ';' || c == '=' || c == '~';
                    });
  const bool port = !url.has_port() || (is_port({url.port().data(), url.port().size()}) && url.port_number() != 0);
  return path && host && port;
}

bool is_literal(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

}  // namespace

std::expected<std::string, std::string> cloud_url(std::string_view text) {
  const auto parsed = urls::parse_uri({text.data(), text.size()});
  if (!parsed) return std::unexpected("isn't a URL such as https://host");
  const urls::url_view& url = *parsed;
  if (url.has_userinfo()) return std::unexpected("holds a user or password");
  if (url.has_query() || url.has_fragment()) return std::unexpected("holds a query or fragment");
  if (!is_sound(url)) return std::unexpected("isn't a URL of a host, with a port of 1 to 65535 if any");
  const bool https = url.scheme_id() == urls::scheme::https;
  if (!https && url.scheme_id() != urls::scheme::http) return std::unexpected("is neither https nor http");
  if (!https && !is_loopback(url)) return std::unexpected("is http to a host that isn't loopback");
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

std::expected<std::string, std::string> proxy_url(std::string_view text) {
  const auto parsed = urls::parse_uri({text.data(), text.size()});
  if (!parsed) return std::unexpected("isn't a URL");
  const urls::url_view& url = *parsed;
  const bool more = url.has_userinfo() || url.has_query() || url.has_fragment() || url.encoded_path().size() > 1;
  if (url.scheme_id() != urls::scheme::http || more || !url.has_port() || !is_sound(url)) {
    return std::unexpected("isn't of the form http://host:port");
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

bool is_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) return false;
  const std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) return is_literal(AF_INET6, host.substr(1, host.size() - 2));
  return is_literal(AF_INET, host);
}

}  // namespace lethe::config
