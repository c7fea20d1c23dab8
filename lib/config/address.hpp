// Addresses that a user writes into the configuration.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace lethe::config {

/// What a base URL of the cloud becomes (without a final slash), or what is wrong with it. It must be https, or http to
/// a loopback host by its text (127.0.0.0/8, [::1], localhost), and bring no user, query or fragment. The error doesn't
/// quote it: it could hold a password.
std::expected<std::string, std::string> cloud_url(std::string_view text);

/// "http://host:port"; the error doesn't quote it.
std::expected<std::string, std::string> proxy_url(std::string_view text);

/// "127.0.0.1:9464" or "[::1]:9464"
bool is_listen_address(std::string_view text);

}  // namespace lethe::config
