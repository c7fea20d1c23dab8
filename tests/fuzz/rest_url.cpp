// Where a token is sent: a line with an auth_url of the configuration, then one with what a token reply names. What is
// accepted is an address that the client takes, on the cloud's hosts or under the domain of the auth host; what the
// client would write into a request holds no space and no control character.
#include <algorithm>

#include "cloud/token.hpp"
#include "fuzz/contract.hpp"
#include "http/client.hpp"
#include "http/url.hpp"

namespace {

using namespace lethe;
using fuzz::require;

bool can_stand_in_a_head(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

std::expected<http::Address, std::string> read(std::string_view url) {
  auto address = http::read_url(url);
  if (address) {
    require(can_stand_in_a_head(address->host_field) && can_stand_in_a_head(address->target),
            "no line can be smuggled in");
    require(!("." + address->origin.host + ".").contains(".."), "a host has no empty label");
    require(address->target.starts_with('/'), "a target begins with a slash");
    require(address->origin.tls || http::is_loopback_host(address->origin.host), "only loopback goes without TLS");
  } else {
    fuzz::require_plain_line(address.error());
  }
  return address;
}

/// "auth.example.org" -> ".example.org", "example.org" -> ".example.org"; an address of numbers has no domain.
std::string domain_of(const std::string& host) {
  const bool name = std::ranges::any_of(host, [](char c) { return c >= 'a' && c <= 'z'; }) && !host.contains(':');
  const auto dot = host.find('.');
  if (!name || dot == std::string::npos) return {};
  return host.find('.', dot + 1) == std::string::npos ? "." + host : host.substr(dot);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto auth = text.substr(0, text.find('\n'));
  const auto named = auth.size() == text.size() ? std::string_view{} : text.substr(auth.size() + 1);
  const auto auth_address = read(auth);
  read(named);
  if (!auth_address) return 0;  // the configuration would have refused it
  const auto url = cloud::normalise_rest_url(named, auth);
  if (!url) {
    fuzz::require_plain_line(url.error());
    return 0;
  }
  const auto address = read(*url);
  require(address.has_value(), "the client takes what is accepted");
  const auto& host = address->origin.host;
  const auto& auth_host = auth_address->origin.host;
  const bool of_the_cloud = host.ends_with(".marketingcloudapis.com");
  const bool loopback = http::is_loopback_host(auth_host) && http::is_loopback_host(host);
  const auto domain = domain_of(auth_host);
  const bool of_the_domain = host == auth_host || (!domain.empty() && host.ends_with(domain));
  require(of_the_cloud || loopback || of_the_domain, "a token stays with the cloud");
  require(address->origin.tls || loopback, "a token never travels without TLS");
  return 0;
}
