#include "config/keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace lethe::config {
namespace {

std::string_view type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::date:
      return "a date";
    case toml::node_type::time:
      return "a time";
    case toml::node_type::date_time:
      return "a date-time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

bool is_printable(char character) {
  return character >= ' ' && character <= '~';
}

bool is_name_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '-';
}

}  // namespace

std::string Scope::dotted(std::string_view key) const {
  return prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key);
}

void Scope::fault(const toml::source_region& at, std::string_view key, std::string what, std::string remedy) const {
  faults.push_back({.what = std::move(what),
                    .file = file,
                    .line = at.begin.line,
                    .column = at.begin.column,
                    .key = key.empty() ? prefix : dotted(key),
                    .remedy = std::move(remedy)});
}

void Value::wrong_type(std::string_view expected) const {
  fault(fmt::format("is {}; {} is expected", type_of(node), expected));
}

std::optional<std::string> text_of(const Value& value) {
  if (const auto* text = value.node.as_string()) return text->get();
  value.wrong_type("a string");
  return std::nullopt;
}

std::optional<bool> boolean_of(const Value& value) {
  if (const auto* boolean = value.node.as_boolean()) return boolean->get();
  value.wrong_type("true or false");
  return std::nullopt;
}

std::optional<std::int64_t> integer_of(const Value& value, std::int64_t least, std::int64_t most) {
  const auto* integer = value.node.as_integer();
  if (integer == nullptr) {
    value.wrong_type("an integer");
    return std::nullopt;
  }
  const std::int64_t number = integer->get();
  if (number >= least && number <= most) return number;
  if (most == std::numeric_limits<std::int64_t>::max()) {
    value.fault(fmt::format("is {}; at least {} is allowed", number, grouped(least)));
  } else {
    value.fault(fmt::format("is {}; {} to {} is allowed", number, grouped(least), grouped(most)));
  }
  return std::nullopt;
}

std::optional<double> number_of(const Value& value, double least, double most) {
  if (!value.node.is_number()) {
    value.wrong_type("a number");
    return std::nullopt;
  }
  const double number = value.node.value<double>().value_or(std::numeric_limits<double>::quiet_NaN());
  if (number >= least && number <= most) return number;
  value.fault(fmt::format("is {}; {} to {} is allowed", number, least, most));
  return std::nullopt;
}

std::optional<core::Duration> duration_of(const Value& value, std::string_view least, std::string_view most) {
  constexpr std::string_view expected = "a duration in quotes, such as \"90s\", \"5m\", \"24h\" or \"14d\",";
  const auto* text = value.node.as_string();
  if (text == nullptr) {
    value.wrong_type(expected);
    return std::nullopt;
  }
  const auto duration = parse_duration(text->get());
  if (!duration) {
    value.fault(fmt::format("is {}; {} is expected", shown(text->get()), expected));
    return std::nullopt;
  }
  if (*duration >= parse_duration(least).value() && *duration <= parse_duration(most).value()) return duration;
  value.fault(fmt::format("is {}; \"{}\" to \"{}\" is allowed", shown(text->get()), least, most));
  return std::nullopt;
}

std::optional<std::size_t> word_of(const Value& value, const std::vector<std::string>& words) {
  const auto text = text_of(value);
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const auto meant = nearest(*text, words);
  value.fault(fmt::format("is {}; one of {} is allowed", shown(*text), fmt::join(words, ", ")),
              meant ? fmt::format("did you mean \"{}\"?", *meant) : "");
  return std::nullopt;
}

std::string shown(std::string_view text) {
  constexpr std::size_t most_shown = 80;
  if (text.size() > most_shown) return "a long text";
  if (!std::ranges::all_of(text, is_printable)) return "a text with unusual characters";
  return fmt::format("\"{}\"", text);
}

std::string grouped(std::int64_t number) {
  std::string digits = fmt::format("{}", number);
  const std::size_t sign = number < 0 ? 1 : 0;
  for (std::size_t place = digits.size(); place > sign + 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

bool is_plain_name(std::string_view name) {
  constexpr std::size_t most_shown = 64;
  return !name.empty() && name.size() <= most_shown && !(name.front() >= '0' && name.front() <= '9') &&
         std::ranges::all_of(name, is_name_character);
}

void unknown_key(const Scope& scope, const toml::key& key, const std::vector<std::string>& known) {
  if (!is_plain_name(key.str())) {
    return scope.fault(key.source(), "", "holds a key that isn't known", "take it out");
  }
  const auto meant = nearest(key.str(), known);
  scope.fault(key.source(), key.str(), "isn't a known key",
              meant ? fmt::format("did you mean {}?", *meant) : fmt::format("known are {}", fmt::join(known, ", ")));
}

void sort_by_place(std::vector<support::Fault>& faults) {
  std::ranges::sort(faults, {}, [](const support::Fault& fault) {
    return std::tuple(fault.line, fault.column, fault.key, fault.what);
  });
}

}  // namespace lethe::config
