#include "config/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>

#include "config/address.hpp"
#include "config/keys.hpp"
#include "config/toml_file.hpp"

namespace lethe::config {
namespace {

using core::AccountSettings;
using core::Backoff;
using core::ScheduleSettings;
using core::SecretSource;
using core::Settings;

constexpr std::size_t most_bytes = std::size_t{4} * 1024 * 1024;
constexpr std::int64_t any_positive = std::numeric_limits<std::int64_t>::max();

/// An account while its keys come in, with what can be said only when all of them are known.
struct AccountDraft {
  AccountSettings settings;
  int addresses = 0;  ///< of auth_url and subdomain
  int secrets = 0;    ///< of client_secret_file, _credential and _env, and a refused client_secret
};

bool is_name(std::string_view text, std::string_view more, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [more](char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           more.find(character) != std::string_view::npos;
  });
}

constexpr std::string_view upper_and_marks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-";

std::string absolute_path(const Value& value, const std::string& text) {
  const std::filesystem::path path(text);
  return (path.is_absolute() ? path : value.scope.file.parent_path() / path).lexically_normal().string();
}

std::optional<std::string> check_path(const Value& value, const std::string& text) {
  if (!text.empty() && text.find('\0') == std::string::npos) return absolute_path(value, text);
  value.fault("isn't a path", "name a file, or take the key out for the default");
  return std::nullopt;
}

std::optional<std::string> check_optional_path(const Value& value, const std::string& text) {
  return text.empty() ? text : check_path(value, text);
}

std::optional<std::string> check_listen(const Value& value, const std::string& text) {
  if (text.empty() || is_listen_address(text)) return text;
  value.fault(fmt::format("is {}; an address and a port are expected", shown(text)),
              "write \"127.0.0.1:9464\", \"[::1]:9464\", or \"\" for none");
  return std::nullopt;
}

std::optional<std::string> check_proxy(const Value& value, const std::string& text) {
  if (text.empty()) return text;
  const auto url = proxy_url(text);
  if (!url) {
    value.fault(url.error(), "write \"http://host:port\", or \"\" for none");
  } else {
    // To connect directly would pass by what the network's owner asks for.
    value.fault("isn't supported by this version, and Lethe doesn't connect past a proxy", "leave it empty");
  }
  return std::nullopt;
}

std::optional<std::string> check_cloud_url(const Value& value, const std::string& text) {
  auto url = cloud_url(text);
  if (url) return *url;
  value.fault(url.error(), "write https://host; http only for 127.0.0.1, [::1] or localhost");
  return std::nullopt;
}

std::optional<std::string> check_name(const Value& value, const std::string& text) {
  if (is_name(text, upper_and_marks, 64)) return text;
  value.fault("isn't a name", "use 1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen");
  return std::nullopt;
}

std::optional<std::string> check_client_id(const Value& value, const std::string& text) {
  const bool printable = std::ranges::all_of(text, [](char character) { return character > ' ' && character <= '~'; });
  if (!text.empty() && text.size() <= 256 && printable) return text;
  value.fault(text.empty() ? "is empty" : "holds spaces or characters that no client id has",
              "copy it from the installed package's API integration");
  return std::nullopt;
}

void take_subdomain(AccountDraft& draft, const Value& value) {
  ++draft.addresses;
  const auto text = text_of(value);
  if (!text) return;
  if (!text->starts_with("mc") || text->size() < 4 || !is_name(*text, "-", 63)) {
    return value.fault("isn't a subdomain of Marketing Cloud (mc and 26 more of a-z, 0-9 and hyphen)",
                       "take the part before .auth.marketingcloudapis.com");
  }
  draft.settings.auth_url = fmt::format("https://{}.auth.marketingcloudapis.com", *text);
}

void take_auth_url(AccountDraft& draft, const Value& value) {
  ++draft.addresses;
  const auto text = text_of(value);
  if (!text) return;
  if (const auto url = check_cloud_url(value, *text)) draft.settings.auth_url = *url;
}

Key<AccountDraft> secret_key(std::string name, SecretSource::Kind kind) {
  return {std::move(name), [kind](AccountDraft& draft, const Value& value) {
            ++draft.secrets;
            const auto text = text_of(value);
            if (!text) return;
            if (kind == SecretSource::Kind::file) {
              const auto path = check_path(value, *text);
              draft.settings.client_secret = {kind, path.value_or("")};
            } else if (is_name(*text, upper_and_marks, 255)) {
              draft.settings.client_secret = {kind, *text};
            } else {
              value.fault("isn't a name", "write the name under which the secret is passed, not the secret itself");
            }
          }};
}

void refuse_literal_secret(AccountDraft& draft, const Value& value) {
  ++draft.secrets;
  value.fault("holds a secret in the configuration itself",
              "put it into a file of its own with mode 0600 and name that with client_secret_file");
}

/// The keys of AccountSettings as keys of the draft.
Key<AccountDraft> of_settings(Key<AccountSettings> key) {
  return {key.name,
          [take = std::move(key.take)](AccountDraft& draft, const Value& value) { take(draft.settings, value); }};
}

std::vector<Key<AccountDraft>> account_keys() {
  std::vector<Key<AccountDraft>> keys{
      {"subdomain", take_subdomain},
      {"auth_url", take_auth_url},
      secret_key("client_secret_file", SecretSource::Kind::file),
      secret_key("client_secret_credential", SecretSource::Kind::credential),
      secret_key("client_secret_env", SecretSource::Kind::environment),
      {"client_secret", refuse_literal_secret, false},
  };
  const std::vector<Key<AccountSettings>> plain{
      text_key("name", &AccountSettings::name, check_name),
      text_key("rest_url", &AccountSettings::rest_url, check_cloud_url),
      text_key("ca_file", &AccountSettings::ca_file, check_optional_path),
      text_key("client_id", &AccountSettings::client_id, check_client_id),
      integer_key("account_id", &AccountSettings::account_id, 1, any_positive),
      integer_key("max_contacts_per_operation", &AccountSettings::max_contacts_per_operation, 1, 1'000'000),
      duration_key("min_time_between_submissions", &AccountSettings::min_time_between_submissions, "0s", "7d"),
      integer_key("max_operations_in_suppression", &AccountSettings::max_operations_in_suppression, 1, 100),
      integer_key("max_contacts_per_day", &AccountSettings::max_contacts_per_day, 1, 1'000'000'000),
      integer_key("requests_per_day", &AccountSettings::requests_per_day, 1, 10'000'000),
      integer_key("requests_in_flight", &AccountSettings::requests_in_flight, 1, 64),
      integer_key("cloud_retries", &AccountSettings::cloud_retries, 0, 10),
      boolean_key("sweep", &AccountSettings::sweep),
  };
  for (const auto& key : plain) keys.push_back(of_settings(key));
  return keys;
}

/// Reported at the table itself: there is no place in the file where a missing key stands.
void check_account(const AccountDraft& draft, const toml::table& table, const Scope& scope) {
  const auto missing = [&](std::string_view key, std::string what, std::string remedy) {
    scope.fault(table.source(), key, std::move(what), std::move(remedy));
  };
  for (const std::string_view key : {"name", "client_id", "account_id"}) {
    if (!table.contains(key))
      missing(key, "is missing", key == "account_id" ? "the MID of the parent business unit" : "");
  }
  if (draft.addresses == 0) missing("subdomain", "is missing", "give subdomain or auth_url");
  if (draft.addresses > 1) missing("subdomain", "stands beside auth_url", "give one of the two");
  if (draft.secrets == 0) {
    missing("client_secret_file", "is missing",
            "give client_secret_file, client_secret_credential or client_secret_env");
  }
  if (draft.secrets > 1) {
    missing("client_secret_file", "is not the only source of the secret",
            "give one of client_secret_file, client_secret_credential and client_secret_env");
  }
}

/// The key of an account in a fault: by its name, where it has one that can be shown.
std::string account_prefix(const toml::table& table, std::size_t index) {
  const auto name = table["name"].value<std::string>();
  if (name && is_name(*name, upper_and_marks, 64)) return fmt::format("account.{}", *name);
  return fmt::format("account[{}]", index + 1);
}

void take_accounts(Settings& settings, const Value& value) {
  const toml::array* accounts = value.node.as_array();
  if (accounts == nullptr) {
    return value.fault("isn't a list of accounts", "write [[account]], with two brackets");
  }
  std::map<std::string, std::int64_t> lines_of_names;
  std::map<std::int64_t, std::int64_t> lines_of_ids;
  for (std::size_t index = 0; index < accounts->size(); ++index) {
    const toml::node& node = *accounts->get(index);
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      Value{node, value.scope, value.key}.wrong_type("a table");
      continue;
    }
    const Scope scope{value.scope.file, value.scope.faults, account_prefix(*table, index)};
    AccountDraft draft;
    read_table(*table, scope, account_keys(), draft);
    check_account(draft, *table, scope);
    const std::int64_t line = table->source().begin.line;
    const auto twice = [&](std::string_view key, std::int64_t first) {
      scope.fault((*table)[key].node()->source(), key, fmt::format("is also that of the account in line {}", first),
                  "let each account have its own");
    };
    if (!draft.settings.name.empty()) {
      const auto [known, fresh] = lines_of_names.emplace(draft.settings.name, line);
      if (!fresh) twice("name", known->second);
    }
    if (draft.settings.account_id != 0) {
      const auto [known, fresh] = lines_of_ids.emplace(draft.settings.account_id, line);
      if (!fresh) twice("account_id", known->second);
    }
    settings.accounts.push_back(std::move(draft.settings));
  }
}

Key<ScheduleSettings> backoff_key(std::string name, Backoff ScheduleSettings::* member) {
  return {std::move(name), [member](ScheduleSettings& schedule, const Value& value) {
            const std::vector<Key<Backoff>> keys{
                duration_key("first", &Backoff::first, "1s", "1d"),
                number_key("factor", &Backoff::factor, 1, 10),
                duration_key("cap", &Backoff::cap, "1s", "1d"),
            };
            Backoff& backoff = schedule.*member;
            table_key<Backoff>(std::string(value.key), keys).take(backoff, value);
            if (backoff.cap < backoff.first) value.fault("has a cap below its first", "let cap be at least first");
          }};
}

std::vector<Key<ScheduleSettings>> schedule_keys() {
  return {
      duration_key("patience", &ScheduleSettings::patience, "1s", "1d"),
      backoff_key("suppression", &ScheduleSettings::suppression),
      backoff_key("deletion", &ScheduleSettings::deletion),
      // core::longest_interval bounds every wait; a heartbeat may come a tenth late.
      duration_key("heartbeat", &ScheduleSettings::heartbeat, "1m", "3d"),
      duration_key("overdue", &ScheduleSettings::overdue, "1m", "365d"),
  };
}

std::vector<Key<Settings>> keys_of_file() {
  return {
      table_key<Settings>("store", {text_key("path", &Settings::store_path, check_path)}),
      table_key<Settings>("intake", {{"directory",
                                      [](Settings& settings, const Value& value) {
                                        const auto text = text_of(value);
                                        if (!text || text->empty()) return;
                                        if (const auto path = check_path(value, *text))
                                          settings.intake_directory = *path;
                                      }}}),
      table_key<Settings>("log", {word_key("level", &Settings::log_level, {"debug", "info", "warning", "error"}),
                                  word_key("format", &Settings::log_format, {"auto", "text", "json", "journal"})}),
      table_key<Settings>("web", {text_key("listen", &Settings::web_listen, check_listen)}),
      table_key<Settings>("privacy", {duration_key("keep_contacts", &Settings::keep_contacts, "0s", "3650d"),
                                      boolean_key("index", &Settings::index_contacts)}),
      table_key<Settings>("http", {text_key("proxy", &Settings::proxy, check_proxy)}),
      {"schedule",
       [](Settings& settings, const Value& value) {
         table_key<ScheduleSettings>("schedule", schedule_keys()).take(settings.schedule, value);
       }},
      {"account", take_accounts},
  };
}

}  // namespace

Draft draft_config(const std::filesystem::path& file, const Surroundings& surroundings) {
  Draft draft;
  Settings& settings = draft.settings;
  settings.file = std::filesystem::absolute(file);
  settings.store_path = std::filesystem::path(surroundings.state_directory.value_or("/var/lib/lethe")) / "lethe.db";
  const auto text = read_text(settings.file, most_bytes, Links::followed);
  if (!text) {
    draft.faults.push_back(text.error());
    auto& remedy = draft.faults.back().remedy;
    if (remedy.empty()) remedy = "name the configuration with --config or $LETHE_CONFIG";
    return draft;
  }
  const auto table = parse_toml(*text, settings.file);
  if (!table) {
    draft.faults.push_back(table.error());
    return draft;
  }
  const Scope scope{settings.file, draft.faults, ""};
  read_table(*table, scope, keys_of_file(), settings);
  if (!table->contains("account") || (settings.accounts.empty() && draft.faults.empty())) {
    scope.fault(toml::source_region{}, "account", "is missing", "give at least one [[account]]");
  }
  sort_by_place(draft.faults);
  const bool all_named = std::ranges::none_of(settings.accounts, [](const auto& each) { return each.name.empty(); });
  if (!all_named) settings.accounts.clear();
  return draft;
}

std::expected<Settings, std::vector<support::Fault>> read_config(const std::filesystem::path& file,
                                                                 const Surroundings& surroundings) {
  auto draft = draft_config(file, surroundings);
  if (!draft.faults.empty()) return std::unexpected(std::move(draft.faults));
  return std::move(draft.settings);
}

}  // namespace lethe::config
