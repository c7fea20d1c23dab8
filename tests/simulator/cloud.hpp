// A simulated cloud with a clock that the test turns.
#pragma once

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "simulator/cloud_model.hpp"

namespace lethe::simulator {

using namespace std::chrono_literals;
namespace json = boost::json;

inline constexpr core::Time epoch{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};
inline constexpr core::Duration day = std::chrono::hours{24};

class Cloud {
 public:
  explicit Cloud(ModelSettings settings = {}) : settings_(std::move(settings)), model(settings_) { authorise(); }

  http::ServerReply send(std::string method, std::string url, std::string body = {}) {
    http::Request request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.headers.emplace_back("Authorization", "Bearer " + token);
    request.body = std::move(body);
    return model.handle(request, now);
  }

  http::ServerReply ask_token(const std::string& extra = {}) {
    http::Request request;
    request.method = "POST";
    request.url = "/v2/token";
    request.body = fmt::format(R"({{"grant_type":"client_credentials","client_id":"{}","client_secret":"{}"{}}})",
                               settings_.client_id, settings_.client_secret, extra);
    return model.handle(request, now);
  }

  void authorise(const std::string& extra = R"(,"account_id":10650003)") {
    const http::ServerReply reply = ask_token(extra);
    boost::system::error_code error;
    const json::value body = json::parse(reply.response.body, error);
    if (!error && body.as_object().contains("access_token")) token = text(body, "access_token");
  }

  http::ServerReply post_keys(const std::string& key, const std::string& action = "delete") {
    return send("POST", "/contacts/v1/contacts/actions/" + action + "?type=keys",
                fmt::format(R"({{"values":["{}"],"DeleteOperationType":"ContactAndAttributes"}})", key));
  }
  /// Submits one key, and returns the operationID.
  std::int64_t submit(const std::string& key, const std::string& action = "delete") {
    return number(parsed(post_keys(key, action)), "operationID");
  }
  http::ServerReply ask_status(std::int64_t id, const std::string& action = "delete") {
    return send("GET", fmt::format("/contacts/v1/contacts/actions/{}/status?operationID={}", action, id));
  }
  /// The status word and the entries, joined by commas: "Completed:Processing". With a new token where one expired.
  std::string state(std::int64_t id, const std::string& action = "delete") {
    authorise();
    const json::value body = parsed(ask_status(id, action));
    std::string result = text(body.at("operation"), "status") + ":";
    const json::value* summary = body.as_object().if_contains("backgroundOperationsSummary");
    if (summary == nullptr || summary->is_null()) return result;
    for (const json::value& entry : summary->as_array()) {
      if (!result.ends_with(':')) result += ',';
      result += text(entry, "backgroundOperationStatusID");
    }
    return result;
  }
  TrueOperation truth_of(std::int64_t id) {
    for (TrueOperation& one : model.truth(now)) {
      if (one.operation_id == id) return one;
    }
    return {};
  }

  static json::value parsed(const http::ServerReply& reply) { return json::parse(reply.response.body); }
  static std::string text(const json::value& value, std::string_view name) {
    return std::string(value.at(name).as_string());
  }
  static std::int64_t number(const json::value& value, std::string_view name) {
    return value.at(name).to_number<std::int64_t>();
  }

 private:
  ModelSettings settings_;

 public:
  CloudModel model;
  core::Time now = epoch;
  std::string token;
};

/// A life for every contact.
inline ModelSettings living(Life life) {
  ModelSettings settings;
  settings.lives.push_back({"", std::move(life)});
  return settings;
}

/// Ten minutes of suppression.
inline Life quick() {
  Life life;
  life.suppression = 10min;
  return life;
}

}  // namespace lethe::simulator
