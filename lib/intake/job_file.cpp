#include "intake/job_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "config/keys.hpp"
#include "config/toml_file.hpp"
#include "core/admission.hpp"

namespace lethe::intake {
namespace {

using config::Key;
using config::Scope;
using config::Value;
using support::Fault;

/// A list with a fault in every line needs not be told line by line.
constexpr std::size_t most_contact_faults = 20;

/// A request while its keys come in.
struct Draft {
  const core::Settings& settings;
  JobRequest request;
  std::vector<const toml::node*> selectors;  ///< the values of keys, ids, keys_file, ids_file, list
  const toml::node* column = nullptr;
  bool account_given = false;
  bool id_given = false;
};

std::optional<Finding> check_account(std::string_view account, const core::Settings& settings) {
  // Settings without any come from a configuration that is itself at fault.
  if (settings.accounts.empty() || core::find_account(settings, account) != nullptr) return std::nullopt;
  std::vector<std::string> known;
  known.reserve(settings.accounts.size());
  for (const auto& each : settings.accounts) known.push_back(each.name);
  const auto meant = config::nearest(account, known);
  return Finding{"isn't an account of the configuration", meant ? fmt::format("did you mean \"{}\"?", *meant)
                                                                : fmt::format("known are {}", fmt::join(known, ", "))};
}

std::optional<Finding> check_id(std::string_view id) {
  if (core::looks_like_email(id)) {
    return Finding{"looks like an e-mail address; ids stay in logs", "choose one that tells nothing about a person"};
  }
  if (!core::is_job_id(id))
    return Finding{"isn't a job id", "use 1 to 128 of A-Z, a-z, 0-9, dot, underscore and hyphen"};
  return std::nullopt;
}

void report(const Value& value, const std::optional<Finding>& finding) {
  if (finding) value.fault(finding->what, remedy_of(*finding, Form::job_file));
}

void take_account(Draft& draft, const Value& value) {
  draft.account_given = true;
  const auto text = config::text_of(value);
  if (!text) return;
  report(value, check_account(*text, draft.settings));
  draft.request.account = *text;
}

void take_id(Draft& draft, const Value& value) {
  draft.id_given = true;
  const auto text = config::text_of(value);
  if (!text) return;
  report(value, check_id(*text));
  draft.request.id = *text;
}

void take_action(Draft& draft, const Value& value) {
  const auto text = config::text_of(value);
  if (!text) return;
  const auto action = core::parse_action(*text);
  if (!action) return value.fault("isn't an action", "write \"delete\" or \"restrict\"");
  draft.request.action = *action;
}

void take_not_after(Draft& draft, const Value& value) {
  constexpr std::string_view remedy = "write a time with its zone and without quotes, such as 2026-11-29T00:00:00Z";
  const auto* date_time = value.node.as_date_time();
  if (date_time == nullptr && !value.node.is_date()) return value.fault("isn't a time", std::string(remedy));
  if (date_time == nullptr || !date_time->get().offset) {
    return value.fault(date_time == nullptr ? "is a date without a time and a zone" : "is a time without a zone",
                       std::string(remedy));
  }
  const toml::date_time& at = date_time->get();
  const std::chrono::year_month_day day{std::chrono::year{at.date.year}, std::chrono::month{at.date.month},
                                        std::chrono::day{at.date.day}};
  if (!day.ok()) return value.fault("is a day that doesn't exist", std::string(remedy));
  const auto since_midnight = std::chrono::hours{at.time.hour} + std::chrono::minutes{at.time.minute} +
                              std::chrono::seconds{at.time.second} +
                              std::chrono::milliseconds{at.time.nanosecond / 1'000'000};
  draft.request.not_after =
      core::Time{std::chrono::sys_days{day}} + since_midnight - std::chrono::minutes{at.offset->minutes};
}

/// One element of keys or ids as the text it becomes.
std::optional<std::string> contact_of(const Value& element, core::Selector selector) {
  if (selector == core::Selector::keys) return config::text_of(element);
  if (const auto* id = element.node.as_integer()) return fmt::format("{}", id->get());
  const auto* text = element.node.as_string();
  const bool address = text != nullptr && core::looks_like_email(text->get());
  element.wrong_type(address ? "an integer (this one looks like an e-mail address: use keys)" : "an integer");
  return std::nullopt;
}

void take_contacts(Draft& draft, const Value& value, core::Selector selector) {
  draft.selectors.push_back(&value.node);
  draft.request.selector = selector;
  const toml::array* array = value.node.as_array();
  if (array == nullptr) return value.wrong_type("an array");
  if (array->empty()) return value.fault("is empty", "name at least one contact");
  std::size_t faults = 0;
  for (const toml::node& node : *array) {
    const Value element{node, value.scope, value.key};
    const std::size_t before = value.scope.faults.size();
    auto contact = contact_of(element, selector);
    if (contact) report(element, check_contact(*contact, selector, draft.request.accept_warnings));
    if (value.scope.faults.size() > before && ++faults == most_contact_faults) {
      return value.fault("holds more faults than these", "correct them first");
    }
    if (!contact) continue;
    draft.request.contacts.inline_contacts.push_back(std::move(*contact));
    draft.request.contacts.inline_lines.push_back(node.source().begin.line);
  }
}

void take_file(Draft& draft, const Value& value, core::Selector selector) {
  draft.selectors.push_back(&value.node);
  draft.request.selector = selector;
  const auto text = config::text_of(value);
  if (!text) return;
  if (text->empty() || text->find('\0') != std::string::npos) return value.fault("isn't a path", "name the list");
  draft.request.contacts.named = *text;
  draft.request.contacts.file = value.scope.file.parent_path() / *text;
}

void take_column(Draft& draft, const Value& value) {
  draft.column = &value.node;
  const auto text = config::text_of(value);
  if (!text) return;
  if (text->empty()) return value.fault("is empty", "name the column as the first line of the file has it");
  draft.request.contacts.column = *text;
}

void take_list_size(core::ListTarget& list, const Value& value) {
  list.contacts = config::integer_of(value, 1, core::most_contacts_of_a_list);
}

void take_list(Draft& draft, const Value& value) {
  draft.selectors.push_back(&value.node);
  draft.request.selector = core::Selector::list;
  const bool accept = draft.request.accept_warnings;
  const std::vector<Key<core::ListTarget>> keys{
      {"key",
       [accept](core::ListTarget& list, const Value& key) {
         const auto text = config::text_of(key);
         if (!text) return;
         report(key, check_list_key(*text, accept));
         list.key = *text;
       }},
      {"contacts", take_list_size},
      config::boolean_key("delete_when_completed", &core::ListTarget::delete_when_completed),
      config::boolean_key("delete_contents_when_completed", &core::ListTarget::delete_contents_when_completed),
  };
  core::ListTarget& list = draft.request.list.emplace();
  config::table_key<core::ListTarget>("list", keys).take(list, value);
  const toml::table* table = value.node.as_table();
  if (table == nullptr || table->contains("key")) return;
  Scope{value.scope.file, value.scope.faults, value.scope.dotted("list")}.fault(
      value.node.source(), "key", "is missing", "write the data extension's external key");
}

std::function<void(Draft&, const Value&)> with(void (*take)(Draft&, const Value&, core::Selector),
                                               core::Selector selector) {
  return [take, selector](Draft& draft, const Value& value) { take(draft, value, selector); };
}

std::vector<Key<Draft>> job_keys() {
  return {
      {"account", take_account},
      {"id", take_id},
      {"action", take_action},
      {"not_after", take_not_after},
      {"accept_warnings",
       [](Draft& draft, const Value& value) {
         draft.request.accept_warnings = config::boolean_of(value).value_or(false);
       }},
      {"keys", with(take_contacts, core::Selector::keys)},
      {"ids", with(take_contacts, core::Selector::ids)},
      {"keys_file", with(take_file, core::Selector::keys)},
      {"ids_file", with(take_file, core::Selector::ids)},
      {"column", take_column},
      {"list", take_list},
  };
}

/// The file's name without .toml. Nothing else is an extension: "dsr.2026" is an id, too.
std::string default_id(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  constexpr std::string_view extension = ".toml";
  if (name.ends_with(extension)) name.resize(name.size() - extension.size());
  return name;
}

void check_whole(Draft& draft, const Scope& scope) {
  const auto missing = [&scope](std::string_view key, std::string what, std::string remedy) {
    scope.fault(toml::source_region{}, key, std::move(what), std::move(remedy));
  };
  if (!draft.account_given) missing("account", "is missing", "name an account of the configuration");
  if (!draft.id_given) {
    draft.request.id = default_id(scope.file);
    if (const auto finding = check_id(draft.request.id)) {
      missing("id", fmt::format("is missing, and the file's name {}", finding->what), "give an id");
    }
  }
  constexpr std::string_view choice = "give exactly one of keys, ids, keys_file, ids_file and [list]";
  if (draft.selectors.empty()) missing("", "names no contacts", std::string(choice));
  std::ranges::sort(draft.selectors, {}, [](const toml::node* node) {
    return std::pair(node->source().begin.line, node->source().begin.column);
  });
  for (std::size_t each = 1; each < draft.selectors.size(); ++each) {
    scope.fault(draft.selectors[each]->source(), "", "names contacts in a second way", std::string(choice));
  }
  if (draft.column != nullptr && draft.selectors.size() == 1 && draft.request.contacts.named.empty()) {
    scope.fault(draft.column->source(), "column", "stands without a file", "a column belongs to keys_file or ids_file");
  }
}

}  // namespace

std::expected<JobRequest, std::vector<Fault>> parse_job(std::string_view text, const std::filesystem::path& file,
                                                        const core::Settings& settings) {
  const std::filesystem::path absolute = std::filesystem::absolute(file);
  const auto table = config::parse_toml(text, absolute);
  if (!table) return std::unexpected(std::vector{table.error()});
  std::vector<Fault> faults;
  const Scope scope{absolute, faults, ""};
  Draft draft{settings, {}, {}};
  draft.request.file = absolute;
  // The other keys are judged by it, wherever it stands.
  draft.request.accept_warnings = (*table)["accept_warnings"].value_or(false);
  config::read_table(*table, scope, job_keys(), draft);
  check_whole(draft, scope);
  config::sort_by_place(faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return std::move(draft.request);
}

std::vector<std::filesystem::path> lists_named(std::string_view text) {
  std::vector<std::filesystem::path> lists;
  const auto table = config::parse_toml(text, {});
  if (!table) return lists;
  for (const std::string_view key : {"keys_file", "ids_file"}) {
    const auto name = (*table)[key].value<std::string>();
    if (name && !name->empty() && name->find('\0') == std::string::npos) lists.emplace_back(*name);
  }
  return lists;
}

std::expected<JobRequest, std::vector<Fault>> read_job_file(const std::filesystem::path& file,
                                                            const core::Settings& settings) {
  const auto text = config::read_text(std::filesystem::absolute(file), most_job_bytes, config::Links::followed);
  if (!text) return std::unexpected(std::vector{text.error()});
  return parse_job(*text, file, settings);
}

std::vector<Fault> check_request(const JobRequest& request, const core::Settings& settings) {
  std::vector<Fault> faults;
  const auto add = [&](std::string key, const std::optional<Finding>& finding) {
    if (!finding) return;
    faults.push_back({.what = finding->what,
                      .file = request.file,
                      .line = 0,
                      .column = 0,
                      .key = std::move(key),
                      .remedy = remedy_of(*finding, form_of(request))});
  };
  add("account", check_account(request.account, settings));
  if (!request.id.empty()) add("id", check_id(request.id));
  if (request.list) add("list.key", check_list_key(request.list->key, request.accept_warnings));
  return faults;
}

}  // namespace lethe::intake
