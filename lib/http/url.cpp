#include "http/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "http/client.hpp"

namespace lethe::http {
namespace {

std::string_view without_brackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    return host.substr(1, host.size() - 2);
  }
  return host;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  const auto bare = without_brackets(host);
  if (boost::beast::iequals(bare, "localhost")) {
    return true;
  }
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(bare, ec);
  return !ec && address.is_loopback();
}

bool is_host_name(std::string_view host) {
  const bool empty_label = host.empty() || host.front() == '.' || host.back() == '.' || host.contains("..");
  return !empty_label && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

std::string text_of(const Origin& origin) {
  return fmt::format("{}:{}", bracketed(origin.host), origin.port);
}

std::expected<Address, std::string> read_url(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) {
    return std::unexpected(fmt::format("the URL can't be read: {}", parsed.error().message()));
  }
  const auto& view = *parsed;
  const bool tls = view.scheme_id() == boost::urls::scheme::https;
  if (!tls && view.scheme_id() != boost::urls::scheme::http) {
    return std::unexpected("the URL is refused: it doesn't begin with https://");
  }
  // Boost.URL 1.81 reads 127.0.0.1.example as the address 127.0.0.1 and takes the rest for a path.
  if (!view.encoded_path().empty() && view.encoded_path().front() != '/') {
    return std::unexpected("the URL is refused: its host is neither a name nor an address");
  }
  if (view.has_userinfo()) {
    return std::unexpected("the URL is refused: it holds a user name or password");
  }

  Address address;
  auto& origin = address.origin;
  origin.tls = tls;
  origin.host = view.host_address();
  std::ranges::transform(origin.host, origin.host.begin(), lower);
  if (view.host_type() != boost::urls::host_type::ipv6 && !is_host_name(origin.host)) {
    return std::unexpected("the URL is refused: its host is neither a name nor an address");
  }
  if (!tls && !is_loopback_host(origin.host)) {
    return std::unexpected(fmt::format("{}: the URL is refused: http:// is for loopback only", origin.host));
  }
  const bool has_port = !view.port().empty();
  if (has_port && view.port_number() == 0) {
    return std::unexpected(fmt::format("{}: the URL is refused: its port is out of range", origin.host));
  }
  const std::uint16_t usual = tls ? 443 : 80;
  origin.port = has_port ? view.port_number() : usual;

  address.host_field = origin.port == usual ? bracketed(origin.host) : text_of(origin);
  address.target = view.encoded_target();
  if (!address.target.starts_with('/')) {
    address.target.insert(address.target.begin(), '/');
  }
  return address;
}

}  // namespace lethe::http
