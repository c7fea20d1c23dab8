// Tables of keys: how a TOML table gets into a struct. A key has a name and a rule that takes its value or reports a
// fault; what no key takes is an unknown key. The configuration and the job file are written as such tables.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/toml_file.hpp"
#include "core/time.hpp"
#include "support/fault.hpp"

namespace lethe::config {

/// A table that is being read: where its faults go, and how its keys are called there.
struct Scope {
  const std::filesystem::path& file;
  std::vector<support::Fault>& faults;
  std::string prefix;  ///< dotted, without a final dot; empty at the top

  std::string dotted(std::string_view key) const;
  void fault(const toml::source_region& at, std::string_view key, std::string what, std::string remedy = {}) const;
};

/// The value of one key.
struct Value {
  const toml::node& node;
  const Scope& scope;
  std::string_view key;

  void fault(std::string what, std::string remedy = {}) const {
    scope.fault(node.source(), key, std::move(what), std::move(remedy));
  }
  /// "is a string; an integer is expected"
  void wrong_type(std::string_view expected) const;
};

template <class T>
struct Key {
  std::string name;
  std::function<void(T&, const Value&)> take;
  bool offered = true;  ///< false: never proposed to who misspells a key
};

/// Readers of one value; nothing where they reported a fault.
std::optional<std::string> text_of(const Value& value);
std::optional<bool> boolean_of(const Value& value);
std::optional<std::int64_t> integer_of(const Value& value, std::int64_t least, std::int64_t most);
std::optional<double> number_of(const Value& value, double least, double most);
/// `least` and `most` are durations as a user writes them.
std::optional<core::Duration> duration_of(const Value& value, std::string_view least, std::string_view most);

/// Position in the list of `words`; the fault names them all.
std::optional<std::size_t> word_of(const Value& value, const std::vector<std::string>& words);

/// A short printable text in quotes, else a description: a fault stays one line.
std::string shown(std::string_view text);
/// 1000000 -> "1,000,000"
std::string grouped(std::int64_t number);
/// Can this name of a key be shown? (Text that fell into the place of a key can't.)
bool is_plain_name(std::string_view name);

void unknown_key(const Scope& scope, const toml::key& key, const std::vector<std::string>& known);

template <class T>
std::vector<std::string> names(const std::vector<Key<T>>& keys) {
  std::vector<std::string> result;
  for (const Key<T>& key : keys) {
    if (key.offered) result.push_back(key.name);
  }
  return result;
}

/// Gives each value of `table` to its key.
template <class T>
void read_table(const toml::table& table, const Scope& scope, const std::vector<Key<T>>& keys, T& target) {
  for (const auto& [name, node] : table) {
    bool known = false;
    for (const Key<T>& key : keys) {
      if (key.name != name.str()) continue;
      known = true;
      key.take(target, Value{node, scope, key.name});
    }
    if (!known) unknown_key(scope, name, names(keys));
  }
}

/// Faults in the order of the file.
void sort_by_place(std::vector<support::Fault>& faults);

// --- rules

template <class T>
Key<T> boolean_key(std::string name, bool T::* member) {
  return {std::move(name), [member](T& target, const Value& value) {
            if (const auto taken = boolean_of(value)) target.*member = *taken;
          }};
}

template <class T, std::integral Number>
Key<T> integer_key(std::string name, Number T::* member, std::int64_t least, std::int64_t most) {
  return {std::move(name), [member, least, most](T& target, const Value& value) {
            if (const auto taken = integer_of(value, least, most)) target.*member = static_cast<Number>(*taken);
          }};
}

template <class T>
Key<T> number_key(std::string name, double T::* member, double least, double most) {
  return {std::move(name), [member, least, most](T& target, const Value& value) {
            if (const auto taken = number_of(value, least, most)) target.*member = *taken;
          }};
}

template <class T>
Key<T> duration_key(std::string name, core::Duration T::* member, std::string_view least, std::string_view most) {
  return {std::move(name), [member, least, most](T& target, const Value& value) {
            if (const auto taken = duration_of(value, least, most)) target.*member = *taken;
          }};
}

/// The position in `words` is the value of the enumeration.
template <class T, class Enumeration>
Key<T> word_key(std::string name, Enumeration T::* member, std::vector<std::string> words) {
  return {std::move(name), [member, words = std::move(words)](T& target, const Value& value) {
            if (const auto taken = word_of(value, words)) target.*member = static_cast<Enumeration>(*taken);
          }};
}

/// `check` gives what the text means, or nothing after it reported a fault.
template <class T, class Member>
Key<T> text_key(std::string name, Member T::* member,
                std::function<std::optional<std::string>(const Value&, const std::string&)> check) {
  return {std::move(name), [member, check = std::move(check)](T& target, const Value& value) {
            const auto text = text_of(value);
            if (!text) return;
            if (auto checked = check(value, *text)) target.*member = std::move(*checked);
          }};
}

/// A table within a table, read into the same target.
template <class T>
Key<T> table_key(std::string name, std::vector<Key<T>> keys) {
  return {std::move(name), [keys = std::move(keys)](T& target, const Value& value) {
            const toml::table* table = value.node.as_table();
            if (table == nullptr) return value.wrong_type("a table");
            read_table(*table, Scope{value.scope.file, value.scope.faults, value.scope.dotted(value.key)}, keys,
                       target);
          }};
}

}  // namespace lethe::config
