#include "cloud/messages_reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <utility>

#include "cloud/json_tree.hpp"
#include "cloud/messages_lists.hpp"

namespace lethe::cloud {

namespace {

constexpr std::string_view received = "Received";
/// The order of the series that don't name their status.
constexpr std::array<std::string_view, 4> places{received, "Completed", "Invalid", "Processing"};

std::unexpected<std::string> broken(std::string_view field, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", field, what));
}

/// A word of the cloud, short enough for a table; empty where there is none.
std::string word_of(const json::Node& node, std::string_view name) {
  constexpr std::size_t longest = 64;
  const auto* field = json::find(node, name);
  const auto* text = field == nullptr ? nullptr : field->text();
  return text == nullptr || text->size() > longest ? std::string{} : *text;
}

/// A count; absent where it is none.
std::optional<std::int64_t> count_of(const json::Node& node, std::string_view name) {
  const auto* field = json::find(node, name);
  const auto count = field == nullptr ? std::nullopt : json::as_integer(*field);
  return count && *count >= 0 ? count : std::nullopt;
}

/// "01-15-2018 00:00:00" as "2018-01-15 00:00:00"; anything else as it is.
std::string year_first(const std::string& text) {
  constexpr std::size_t date_length = 10;
  const bool month_first = text.size() >= date_length && text[2] == '-' && text[5] == '-';
  if (!month_first) return text;
  return text.substr(6, 4) + "-" + text.substr(0, 5) + text.substr(date_length);
}

/// Without a zone it is UTC, as the fields' names say.
std::optional<core::Time> utc(const std::string& text) {
  if (const auto zoned = core::parse_rfc3339(text)) return zoned;
  return core::parse_rfc3339(year_first(text) + "Z");
}

/// What was received in the last second belongs to the report.
core::Time to_the_next_second(core::Time until) {
  return std::chrono::ceil<std::chrono::seconds>(until);
}

std::expected<ReportedRequest, std::string> read_row(const json::Node& node) {
  if (node.object() == nullptr) return broken("operations", "holds something else than objects");
  const auto id = json::integer(node, "operationId");
  if (!id) return std::unexpected(id.error());
  if (!*id || **id <= 0) return broken("operationId", "is missing or not above zero");
  return ReportedRequest{.id = {**id},
                         .contacts = count_of(node, "totalContactCount"),
                         .completed = count_of(node, "completedContactCount"),
                         .status = word_of(node, "status"),
                         .received_at = utc(word_of(node, "receivedDateUtc")),
                         .status_at = utc(word_of(node, "lastStatusDateUtc")),
                         .method = word_of(node, "deleteMethod")};
}

/// How long a name is that stands without quotes before a colon; 0: there is none.
std::size_t bare_name(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  return end != text.end() && *end == ':' ? static_cast<std::size_t>(end - text.begin()) : 0;
}

/// The sample in the documentation writes some names without quotes, and has typographic ones around a word.
std::string with_plain_quotes(std::string_view body) {
  constexpr std::string_view opening = "“";
  constexpr std::string_view closing = "”";
  enum class Within : std::uint8_t { nothing, text, typographic_text };
  Within within = Within::nothing;
  std::string plain;
  char before = ' ';  ///< the last character outside of texts that is no space
  std::size_t at = 0;
  while (at < body.size()) {
    const std::string_view rest = body.substr(at);
    const bool opens = within == Within::nothing && rest.starts_with(opening);
    const bool closes = within == Within::typographic_text && rest.starts_with(closing);
    if (opens || closes) {
      within = opens ? Within::typographic_text : Within::nothing;
      plain += '"';
      before = '"';
      at += opening.size();
      continue;
    }
    const bool may_begin_name = within == Within::nothing && (before == '{' || before == ',');
    if (const auto length = may_begin_name ? bare_name(rest) : 0; length > 0) {
      plain += fmt::format("\"{}\"", rest.substr(0, length));
      before = '"';
      at += length;
      continue;
    }
    const char c = rest.front();
    const bool escapes = within == Within::text && c == '\\' && rest.size() > 1;
    const std::size_t taken = escapes ? 2 : 1;
    if (c == '"' && within != Within::typographic_text)
      within = within == Within::text ? Within::nothing : Within::text;
    if (within == Within::nothing && std::isspace(static_cast<unsigned char>(c)) == 0) before = c;
    plain += rest.substr(0, taken);
    at += taken;
  }
  return plain;
}

SummaryPoint read_point(const json::Node& node) {
  SummaryPoint point;
  point.label = word_of(node, "time");
  point.at = utc(point.label);
  point.requests = count_of(node, "value").value_or(0);
  return point;
}

/// An object with its points in `items`, or the points alone.
SummarySeries read_series(const json::Node& node, std::string status) {
  SummarySeries series;
  series.status = std::move(status);
  if (const auto id = count_of(node, "statusid"); id && *id < 100) series.status_id = static_cast<int>(*id);
  const auto* items = json::find(node, "items");
  const auto* points = items == nullptr ? node.array() : items->array();
  std::int64_t sum = 0;
  if (points != nullptr) {
    for (const json::Node& item : *points) {
      series.points.push_back(read_point(item));
      sum += series.points.back().requests;
    }
  }
  series.requests = count_of(node, "requestcount").value_or(sum);
  return series;
}

/// The total is an array of one series, or that series.
void read_total(const json::Node& summary, Summary& result) {
  const auto* total = json::find(summary, "totaltimeseries");
  if (total == nullptr) return;
  const auto* several = total->array();
  if (several != nullptr && several->empty()) return;
  result.series.push_back(read_series(several == nullptr ? *total : several->front(), std::string{received}));
}

void read_named(const json::Node& summary, Summary& result) {
  const auto* named = json::find(summary, "statustimeseries");
  if (named == nullptr || named->array() == nullptr) return;
  for (const json::Node& node : *named->array()) result.series.push_back(read_series(node, word_of(node, "status")));
}

void read_placed(const json::Node& summary, Summary& result) {
  const auto* placed = json::find(summary, "timeSeries");
  if (placed == nullptr || placed->array() == nullptr) return;
  const auto& several = *placed->array();
  for (std::size_t i = 0; i < std::min(several.size(), places.size()); ++i) {
    result.series.push_back(read_series(several[i], std::string{places[i]}));
  }
}

}  // namespace

std::string requests_report_path(core::Time from, core::Time until, int page) {
  return fmt::format(
      "/contacts/v1/contacts/analytics/deleterequests?startdateutc={}&enddateutc={}&%24page={}&%24pagesize={}"
      "&%24orderby=operationId%20desc",
      date_parameter(from), date_parameter(to_the_next_second(until)), page, page_size);
}

std::expected<ReportedPage, std::string> read_requests_report(std::string_view body) {
  const auto page = json::parse(body);
  if (!page) return std::unexpected(page.error());
  const auto rows = json::child(*page, "operations");
  if (!rows) return std::unexpected(rows.error());
  if (!*rows || (**rows)->array() == nullptr) return broken("operations", "is missing or no array");
  ReportedPage result;
  result.as_of = utc(word_of(*page, "statusAsOfDateUtc"));
  for (const json::Node& node : *(**rows)->array()) {
    auto row = read_row(node);
    if (!row) return std::unexpected(std::move(row.error()));
    result.rows.push_back(std::move(*row));
  }
  return result;
}

std::string summary_path(core::Time from, core::Time until) {
  return fmt::format("/contacts/v1/contacts/analytics/deleterequests/summary?startdateutc={}&enddateutc={}",
                     date_parameter(from), date_parameter(to_the_next_second(until)));
}

std::expected<Summary, std::string> read_summary(std::string_view body) {
  auto summary = json::parse(body);
  if (!summary) summary = json::parse(with_plain_quotes(body));
  if (!summary) return std::unexpected(summary.error());
  Summary result;
  result.as_of = utc(word_of(*summary, "statusofdateutc"));
  read_total(*summary, result);
  read_named(*summary, result);
  if (result.series.empty()) read_placed(*summary, result);
  if (result.series.empty()) return broken("totaltimeseries", "is missing, and so is timeSeries");
  return result;
}

}  // namespace lethe::cloud
