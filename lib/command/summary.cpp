#include "command/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <utility>

#include "command/cloud_call.hpp"
#include "command/json_time.hpp"
#include "command/table.hpp"
#include "command/terminal.hpp"
#include "report/words.hpp"

namespace lethe::command {
namespace {

/// How the parts of a bar look, by the place of their series; more statuses than these share the last.
struct Brush {
  std::string_view block;
  std::string_view ascii;
};
constexpr std::array<Brush, 4> brushes{Brush{"█", "#"}, Brush{"▒", "="}, Brush{"░", "-"}, Brush{"·", "."}};
constexpr std::size_t shortest_bar = 10;

std::string brush(std::size_t place, const ChartLook& look) {
  const Brush& brush = brushes.at(std::min(place, brushes.size() - 1));
  return std::string{look.utf8 ? brush.block : brush.ascii};
}

/// One time: what was received, and where that stands.
struct Row {
  std::string label;
  std::int64_t received = 0;
  std::vector<std::int64_t> parts;  ///< by the series that have a status

  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const auto part : parts) sum += part;
    return std::max(sum, received);
  }
};

std::string label_of(const cloud::SummaryPoint& point) {
  if (!point.at) return report::printable(point.label);
  return core::rfc3339(std::chrono::floor<std::chrono::seconds>(*point.at));
}

/// The row of this time, added where it is new: series needn't have the same times, nor any order.
Row& row_of(std::vector<Row>& rows, const std::string& label, std::size_t parts) {
  const auto found = std::ranges::find(rows, label, &Row::label);
  if (found != rows.end()) return *found;
  rows.push_back({.label = label, .received = 0, .parts = std::vector<std::int64_t>(parts)});
  return rows.back();
}

std::vector<Row> rows_of(const std::vector<cloud::SummarySeries>& series) {
  std::vector<Row> rows;
  const std::size_t parts = series.size() - 1;
  for (std::size_t i = 0; i < series.size(); ++i) {
    for (const auto& point : series[i].points) {
      Row& row = row_of(rows, label_of(point), parts);
      (i == 0 ? row.received : row.parts[i - 1]) += point.requests;
    }
  }
  return rows;
}

/// Rounded by the sum so far, so that the parts together are as long as the whole.
std::string bar_of(const Row& row, std::int64_t most, std::size_t columns, const ChartLook& look) {
  std::string bar;
  if (most == 0) return bar;
  const auto scaled = [&](std::int64_t requests) {
    const double share = static_cast<double>(requests) / static_cast<double>(most);
    return static_cast<std::size_t>(std::lround(share * static_cast<double>(columns)));
  };
  std::int64_t so_far = 0;
  std::size_t drawn = 0;
  for (std::size_t i = 0; i < row.parts.size(); ++i) {
    so_far += row.parts[i];
    for (; drawn < scaled(so_far); ++drawn) bar += brush(i, look);
  }
  for (; drawn < scaled(row.received); ++drawn) bar += look.utf8 ? "·" : ".";
  return bar;
}

/// "482 received: # 350 completed, = 100 processing, - 32 invalid"
std::string legend(const cloud::Summary& summary, const ChartLook& look) {
  const auto lower = [](std::string word) {
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
    return report::printable(word);
  };
  const auto& series = summary.series;
  std::string text = fmt::format("{} {}", series.front().requests, lower(series.front().status));
  for (std::size_t i = 1; i < series.size(); ++i) {
    text += fmt::format("{} {} {} {}", i == 1 ? ":" : ",", brush(i - 1, look), series[i].requests,
                        series[i].status.empty() ? "of no status" : lower(series[i].status));
  }
  return text;
}

boost::json::object series_object(const cloud::SummarySeries& series) {
  boost::json::array items;
  for (const auto& point : series.points) {
    boost::json::object item;
    item["time"] = json_time(point.at);
    item["value"] = point.requests;
    items.push_back(std::move(item));
  }
  boost::json::object entry;
  entry["status"] = series.status;
  entry["status_id"] = series.status_id ? boost::json::value(*series.status_id) : nullptr;
  entry["requests"] = series.requests;
  entry["items"] = std::move(items);
  return entry;
}

}  // namespace

Outcome<AccountSummary> summarise(Session& session, const core::AccountSettings& account, const Period& period) {
  auto calls = CloudCalls::of(account, &session);
  if (!calls) return std::unexpected(std::move(calls.error()));
  auto summary = (*calls)->make((*calls)->client().summary(period.from, period.until));
  if (!summary) return std::unexpected(std::move(summary.error()));
  return AccountSummary{.account = account.name, .summary = std::move(*summary)};
}

ChartLook look_of_output() {
  if (!on_a_terminal()) return {};
  return {.width = Terminal::size().columns, .utf8 = look_of_terminal().utf8};
}

std::string summary_text(const AccountSummary& summary, const ChartLook& look) {
  std::string out = fmt::format("{}: {}\n", summary.account, legend(summary.summary, look));
  if (summary.summary.as_of) {
    out += fmt::format("{}: as of {}\n", summary.account,
                       core::rfc3339(std::chrono::floor<std::chrono::seconds>(*summary.summary.as_of)));
  }
  const auto rows = rows_of(summary.summary.series);
  std::int64_t most = 0;
  std::size_t label = 0;
  std::size_t number = 0;
  for (const Row& row : rows) {
    most = std::max(most, row.total());
    label = std::max(label, code_points(row.label));
    number = std::max(number, fmt::to_string(row.total()).size());
  }
  const std::size_t before = label + 2 + number + 2;
  const std::size_t columns = std::max(look.width, before + shortest_bar) - before;
  for (const Row& row : rows) {
    const std::string gap(label - code_points(row.label), ' ');
    std::string line =
        fmt::format("{}{}  {:>{}}  {}", row.label, gap, row.total(), number, bar_of(row, most, columns, look));
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string summaries_text(const std::vector<AccountSummary>& summaries, const ChartLook& look) {
  std::string text;
  for (const auto& summary : summaries) text += summary_text(summary, look);
  return text;
}

std::string summary_json(const std::vector<AccountSummary>& summaries) {
  boost::json::array array;
  for (const auto& summary : summaries) {
    boost::json::array series;
    for (const auto& one : summary.summary.series) series.push_back(series_object(one));
    boost::json::object entry;
    entry["account"] = summary.account;
    entry["status_as_of"] = json_time(summary.summary.as_of);
    entry["series"] = std::move(series);
    array.push_back(std::move(entry));
  }
  return boost::json::serialize(array);
}

}  // namespace lethe::command
