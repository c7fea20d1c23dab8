// The checked configuration as plain values. lib/config reads it from TOML; the defaults here are the documented ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace lethe::core {

struct Backoff {
  Duration first;
  double factor;
  Duration cap;
};

struct ScheduleSettings {
  Duration patience = std::chrono::minutes{2};
  Backoff suppression{std::chrono::minutes{1}, 1.6, std::chrono::minutes{15}};  ///< to 1 h once an operation is 6 h old
  Backoff deletion{std::chrono::minutes{15}, 1.25, std::chrono::minutes{30}};
  Duration heartbeat = std::chrono::hours{24};
  Duration overdue = std::chrono::hours{72};
};

/// Where an account's client secret is read from, at each token request that needs it.
struct SecretSource {
  enum class Kind : std::uint8_t { file, credential, environment };
  Kind kind = Kind::file;
  std::string name;  ///< a path (absolute), a credential's name or a variable's name
};

struct AccountSettings {
  std::string name;
  std::string auth_url;                 ///< "https://….auth.marketingcloudapis.com", without a final slash
  std::optional<std::string> rest_url;  ///< absent: the token reply's rest_instance_url
  std::filesystem::path ca_file;        ///< empty: the system's authorities alone
  std::string client_id;
  SecretSource client_secret;
  std::int64_t account_id = 0;
  std::int64_t max_contacts_per_operation = 50'000;
  Duration min_time_between_submissions = std::chrono::minutes{5};
  int max_operations_in_suppression = 1;
  std::int64_t max_contacts_per_day = 1'000'000;
  std::int64_t requests_per_day = 5'000;
  int requests_in_flight = 4;
  int cloud_retries = 0;
  bool sweep = false;
};

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { automatic, text, json, journal };

struct Settings {
  std::filesystem::path file;  ///< the configuration file these were read from
  std::filesystem::path store_path;
  std::optional<std::filesystem::path> intake_directory;  ///< absent: none is watched
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::automatic;
  std::string web_listen = "127.0.0.1:9464";  ///< empty: none
  Duration keep_contacts{0};
  bool index_contacts = true;
  std::string proxy;  ///< "http://host:port"; empty: none
  ScheduleSettings schedule;
  std::vector<AccountSettings> accounts;
};

const AccountSettings* find_account(const Settings& settings, std::string_view name);

}  // namespace lethe::core
