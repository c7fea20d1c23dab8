// The token route: client credentials for opaque tokens that expire and can be revoked.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/time.hpp"
#include "http/message.hpp"
#include "simulator/cloud_model.hpp"
#include "simulator/draws.hpp"

namespace lethe::simulator {

enum class Scope : std::uint8_t { read, write };

struct Grant {
  std::int64_t account_id = 0;
  bool read = false;
  bool write = false;
  core::Time expires;

  bool allows(Scope scope) const { return scope == Scope::read ? read : write; }
};

class Tokens {
 public:
  Tokens(Draws draws, const ModelSettings& settings) : draws_(draws), settings_(settings) {}

  http::Response issue(const http::Request& request, core::Time now);
  /// What the Authorization header entitles to; absent: nothing.
  std::optional<Grant> grant(const http::Request& request, core::Time now);
  void revoke(const http::Request& request);

 private:
  std::optional<std::int64_t> account_of(const boost::json::object& body) const;
  std::string remember(Grant grant);

  Draws draws_;
  const ModelSettings& settings_;
  std::uint64_t issued_ = 0;
  std::unordered_map<std::string, Grant> grants_;
  std::deque<std::string> by_age_;
};

/// The token route's own shape of errors.
http::Response token_error(int status, std::string_view error, std::string_view description);

}  // namespace lethe::simulator
