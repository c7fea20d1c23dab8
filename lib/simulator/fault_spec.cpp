#include "simulator/fault_spec.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "config/config.hpp"

namespace lethe::simulator {
namespace {

using Call = FaultRule::Call;
using Fault = FaultRule::Fault;

template <class Enumeration>
struct Named {
  std::string_view word;
  Enumeration value;
};

constexpr std::array calls{Named{"any", Call::any},
                           Named{"token", Call::token},
                           Named{"submit", Call::submit},
                           Named{"status", Call::status},
                           Named{"lists", Call::lists},
                           Named{"requests", Call::requests},
                           Named{"operations", Call::operations},
                           Named{"retry", Call::retry},
                           Named{"settings", Call::settings}};

constexpr std::array faults{Named{"reset_before", Fault::reset_before},
                            Named{"reset_after", Fault::reset_after},
                            Named{"truncated", Fault::truncated},
                            Named{"silent", Fault::silent},
                            Named{"unauthorized", Fault::unauthorized},
                            Named{"throttled", Fault::throttled},
                            Named{"throttled_without", Fault::throttled_without},
                            Named{"unavailable", Fault::unavailable},
                            Named{"server_error", Fault::server_error},
                            Named{"bad_gateway_html", Fault::bad_gateway_html},
                            Named{"garbage", Fault::garbage},
                            Named{"server_error_after", Fault::server_error_after},
                            Named{"missing", Fault::missing}};

constexpr std::string_view suffix_marks = "@*+";
constexpr std::int64_t most_times = 1'000'000;

template <class Table>
std::vector<std::string> words_of(const Table& table) {
  std::vector<std::string> words;
  words.reserve(std::size(table));
  for (const auto& named : table) words.emplace_back(named.word);
  return words;
}

/// A piece of the SPEC and the place of its first character, from 1.
struct Piece {
  std::string_view text;
  std::size_t at;

  Piece part(std::size_t from, std::size_t length = std::string_view::npos) const {
    return {text.substr(from, length), at + from};
  }
  Piece trimmed() const {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {{}, at};
    return part(first, text.find_last_not_of(' ') - first + 1);
  }
};

using Complaint = std::string;
template <class Value>
using Read = std::expected<Value, Complaint>;

/// In quotes, on one line and not too long.
std::string shown(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string result(text.substr(0, most));
  std::ranges::replace_if(result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return fmt::format("\"{}{}\"", result, text.size() > most ? "…" : "");
}

std::unexpected<Complaint> complain(const Piece& piece, std::string_view what) {
  return std::unexpected(fmt::format("character {}: {}", piece.at, what));
}

template <class Table>
auto read_word(const Piece& piece, const Table& table, std::string_view kind) -> Read<decltype(table.front().value)> {
  std::string text(piece.text);
  std::ranges::replace(text, '-', '_');
  for (const auto& named : table) {
    if (named.word == text) return named.value;
  }
  const auto words = words_of(table);
  const auto meant = config::nearest(text, words);
  return complain(piece, fmt::format("{} is no {}{}; there are {}", shown(piece.text), kind,
                                     meant ? fmt::format(", did you mean {}?", *meant) : "", fmt::join(words, ", ")));
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Read<void> read_probability(const Piece& piece, FaultRule& rule) {
  const auto number = number_of<double>(piece.text);
  // Written so that "nan" doesn't pass.
  if (!number || !(*number > 0 && *number <= 1)) {
    return complain(piece, fmt::format("{} is no probability; a number above 0 and at most 1 stands behind @, as in "
                                       "@0.05",
                                       shown(piece.text)));
  }
  rule.probability = *number;
  return {};
}

Read<void> read_times(const Piece& piece, FaultRule& rule) {
  const auto number = number_of<std::int64_t>(piece.text);
  if (!number || *number < 1 || *number > most_times) {
    return complain(piece, fmt::format("{} is no number of times; a whole number from 1 to 1,000,000 stands behind *, "
                                       "as in *3",
                                       shown(piece.text)));
  }
  rule.most = *number;
  return {};
}

Read<core::Duration> read_duration(const Piece& piece) {
  const auto duration = config::parse_duration(piece.text);
  if (duration) return *duration;
  return complain(piece, fmt::format("{} is no duration; durations such as 90s, 30m, 12h and 2d stand behind +, as in "
                                     "+2d-4d",
                                     shown(piece.text)));
}

Read<void> read_period(const Piece& piece, core::Time start, FaultRule& rule) {
  const auto dash = piece.text.find('-');
  const auto from = read_duration(piece.part(0, dash));
  if (!from) return std::unexpected(from.error());
  rule.from = start + *from;
  if (dash == std::string_view::npos) return {};
  const auto end = piece.part(dash + 1);
  const auto until = read_duration(end);
  if (!until) return std::unexpected(until.error());
  if (*until <= *from) return complain(end, fmt::format("{} is not after the beginning", shown(end.text)));
  rule.until = start + *until;
  return {};
}

Read<void> read_suffix(const Piece& suffix, core::Time start, FaultRule& rule) {
  const auto value = suffix.part(1);
  switch (suffix.text.front()) {
    case '@':
      return read_probability(value, rule);
    case '*':
      return read_times(value, rule);
    default:
      return read_period(value, start, rule);
  }
}

Read<void> read_suffixes(Piece rest, core::Time start, FaultRule& rule) {
  std::string seen;
  while (!rest.text.empty()) {
    const auto length = std::min(rest.text.find_first_of(suffix_marks, 1), rest.text.size());
    const auto suffix = rest.part(0, length);
    const char mark = suffix.text.front();
    if (seen.find(mark) != std::string::npos) {
      return complain(suffix, fmt::format("there is a second {} in this rule; one is allowed", mark));
    }
    seen += mark;
    if (auto read = read_suffix(suffix, start, rule); !read) return read;
    rest = rest.part(length);
  }
  return {};
}

Read<FaultRule> read_rule(const Piece& piece, core::Time start) {
  if (piece.text.empty()) {
    return complain(piece, fmt::format("a rule is missing; one looks like submit:reset_after*1"));
  }
  const auto colon = piece.text.find(':');
  if (colon == std::string_view::npos) {
    return complain(
        piece, fmt::format("{} has no colon; a rule is CALL:FAULT, as in submit:reset_after*1", shown(piece.text)));
  }
  FaultRule rule;
  const auto call = read_word(piece.part(0, colon), calls, "call");
  if (!call) return std::unexpected(call.error());
  rule.call = *call;
  const auto rest = piece.part(colon + 1);
  const auto end = std::min(rest.text.find_first_of(suffix_marks), rest.text.size());
  const auto fault = read_word(rest.part(0, end), faults, "fault");
  if (!fault) return std::unexpected(fault.error());
  rule.fault = *fault;
  if (auto read = read_suffixes(rest.part(end), start, rule); !read) return std::unexpected(read.error());
  return rule;
}

}  // namespace

std::vector<std::string> call_words() {
  return words_of(calls);
}

std::vector<std::string> fault_words() {
  return words_of(faults);
}

std::string_view word(FaultRule::Fault fault) {
  return std::ranges::find(faults, fault, &Named<Fault>::value)->word;
}

std::expected<std::vector<FaultRule>, std::string> parse_fault_spec(std::string_view spec, core::Time start) {
  std::vector<FaultRule> rules;
  Piece rest{spec, 1};
  while (true) {
    const auto comma = rest.text.find(',');
    auto rule = read_rule(rest.part(0, comma).trimmed(), start);
    if (!rule) return std::unexpected(rule.error());
    rules.push_back(*rule);
    if (comma == std::string_view::npos) return rules;
    rest = rest.part(comma + 1);
  }
}

}  // namespace lethe::simulator
