// HTTP requests and responses as plain values, shared by the client, the server and whoever plays a network in tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lethe::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  /// Absolute for the client ("https://host/path?query"); the target ("/path?query") at the server.
  std::string url = {};
  Headers headers = {};
  std::string body = {};
  /// A submission: a connection of its own, never one kept alive, and never sent again by the client.
  bool fresh_connection = false;
};

struct Response {
  int status = 0;
  Headers headers = {};
  std::string body = {};
};

/// The value of the first header of that name, without regard to case.
std::optional<std::string_view> header(const Headers& headers, std::string_view name);

}  // namespace lethe::http
