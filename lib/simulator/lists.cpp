#include "simulator/lists.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace lethe::simulator {
namespace {

namespace json = boost::json;
using core::Time;
using Rows = std::span<const SimulatedOperation* const>;

constexpr std::int64_t usual_page_size = 50;

struct Page {
  std::int64_t number = 1;
  std::int64_t size = usual_page_size;
  bool descending = true;
};

struct Range {
  Time from;
  Time until;
};

/// The three states that the lists know: here "Completed" is the final one, and what was restored has none of its own.
struct ListStatus {
  std::int64_t id;
  std::string_view name;
};
constexpr ListStatus processing{1, "Processing"};
constexpr ListStatus completed{5, "Completed"};
constexpr ListStatus invalid{7, "Invalid"};

ListStatus list_status(const SimulatedOperation& operation, const Progress& progress) {
  if (!progress.ended) return processing;
  const std::string verdict = verdict_of(operation.submission.kind, operation.life);
  return verdict == "invalid" || verdict == "failed" || verdict == "cancelled" ? invalid : completed;
}

template <class Value>
using Read = std::expected<Value, http::Response>;

Read<std::int64_t> read_count(const Answering& answering, const Target& target, std::string_view name,
                              std::int64_t usual) {
  const std::string* text = target.parameter(name);
  if (text == nullptr) return usual;
  const std::optional<std::int64_t> number = read_number(*text);
  if (number && *number > 0) return *number;
  return std::unexpected(validation_error(answering, name, "must be a positive integer."));
}

/// Larger pages than the largest are cut, and the answer says the size that was taken.
Read<Page> read_page(const Answering& answering, const ListManners& manners, const Target& target) {
  const Read<std::int64_t> number = read_count(answering, target, "$page", 1);
  if (!number) return std::unexpected(number.error());
  const Read<std::int64_t> size = read_count(answering, target, "$pagesize", usual_page_size);
  if (!size) return std::unexpected(size.error());
  Page page{*number, std::min(*size, manners.most_rows), true};
  const std::string* order = target.parameter("$orderby");
  if (order == nullptr) return page;
  const std::size_t space = std::min(order->find(' '), order->size());
  const std::string_view name = std::string_view(*order).substr(0, space);
  const std::string_view direction = std::string_view(*order).substr(std::min(space + 1, order->size()));
  const bool known = equal_ignoring_case(name, "operationId") || equal_ignoring_case(name, "receivedDateUtc") ||
                     equal_ignoring_case(name, "createdDate");
  page.descending = equal_ignoring_case(direction, "desc");
  if (known && (page.descending || direction.empty() || equal_ignoring_case(direction, "asc"))) return page;
  return std::unexpected(validation_error(answering, "$orderby", "is not a property and a direction."));
}

Read<Time> read_date(const Answering& answering, const Target& target, std::string_view name) {
  const std::string* text = target.parameter(name);
  const std::optional<Time> time = text != nullptr ? read_time(*text) : std::nullopt;
  if (time) return *time;
  return std::unexpected(validation_error(answering, name, "must be a date."));
}

Read<Range> read_range(const Answering& answering, const Target& target) {
  const Read<Time> from = read_date(answering, target, "startdateutc");
  if (!from) return std::unexpected(from.error());
  const Read<Time> until = read_date(answering, target, "enddateutc");
  if (!until) return std::unexpected(until.error());
  if (*from <= *until) return Range{*from, *until};
  return std::unexpected(validation_error(answering, "enddateutc", "must not be before startdateutc."));
}

Read<std::optional<std::int64_t>> read_status(const Answering& answering, const Target& target) {
  const std::string* text = target.parameter("statusid");
  if (text == nullptr) return std::nullopt;
  const std::optional<std::int64_t> number = read_number(*text);
  if (number && (*number == processing.id || *number == completed.id || *number == invalid.id)) return number;
  return std::unexpected(validation_error(answering, "statusid", "must be 1, 5 or 7."));
}

/// Rows lie in the order of receipt, which is that of operationIDs.
std::vector<const SimulatedOperation*> cut_page(Rows rows, const ListManners& manners, const Page& page) {
  std::vector<const SimulatedOperation*> result;
  const auto total = static_cast<std::int64_t>(rows.size());
  const std::int64_t pages_before = manners.page_ignored ? 0 : page.number - 1;
  const std::int64_t step = std::max<std::int64_t>(1, page.size + manners.moved);
  if (pages_before > total / step) return result;
  const std::int64_t first = pages_before * step;
  for (std::int64_t i = first; i < std::min(first + page.size, total); ++i) {
    result.push_back(rows[static_cast<std::size_t>(page.descending ? total - 1 - i : i)]);
  }
  return result;
}

json::object request_row(const Operations& operations, const SimulatedOperation& operation, Time as_of) {
  const Progress progress = operations.progress(operation, as_of);
  const ListStatus status = list_status(operation, progress);
  const bool list = operation.submission.type == "listReference";
  return {{"operationId", operation.id},
          {"totalContactCount", operation.rows},
          {"completedContactCount", status.id == completed.id ? operation.rows : 0},
          {"receivedDateUtc", minute_stamp(operation.received, Zone::none_utc)},
          {"status", status.name},
          {"lastStatusDateUtc", stamp(progress.last_change, Zone::none_utc, 3)},
          {"deleteMethod", list ? "Data Extension" : "Contact Key/ID"}};
}

json::object operation_row(const Answering& answering, const Operations& operations,
                           const SimulatedOperation& operation) {
  const Progress progress = operations.progress(operation, answering.now);
  const bool over = progress.suppressed.has_value();
  const std::int64_t errors = over && progress.errors_in_batch ? 1 : 0;
  json::object row{{"operationID", operation.id}};
  add_list(row, answering.draws, operation);
  row["status"] = progress.status;
  row["createdBy"] = employee_of(answering.draws, operation);
  row["createdDate"] = stamp(operation.received, Zone::none_local, 3);
  if (progress.status != "Pending") row["startTime"] = stamp(operation.starts, Zone::none_utc, 3);
  row["expectedListCount"] = operation.rows;
  row["actualListCount"] = over ? operation.rows : 0;
  row["successCount"] = over ? operation.rows - errors : 0;
  row["errorCount"] = errors;
  row["retryCount"] = operation.retries;
  row["restorableUntilDate"] = stamp(progress.window_end, Zone::none_utc, 3);
  return row;
}

/// Requests by the hour, or by the day where the range is longer than two days.
struct Series {
  Time first;
  core::Duration step;
  std::vector<std::int64_t> counts;

  void add(Time received) { ++counts[static_cast<std::size_t>((received - first) / step)]; }
};

Series empty_series(const Range& range) {
  const core::Duration day = std::chrono::hours{24};
  const core::Duration step = range.until - range.from > 2 * day ? day : std::chrono::hours{1};
  const Time first{range.from.time_since_epoch() / step * step};
  return {first, step, std::vector<std::int64_t>(static_cast<std::size_t>((range.until - first) / step) + 1)};
}

json::object series_object(const Series& series) {
  json::array items;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < series.counts.size(); ++i) {
    const Time time = series.first + series.step * static_cast<core::Duration::rep>(i);
    items.push_back(json::object{{"time", stamp(time, Zone::none_utc, 0)}, {"value", series.counts[i]}});
    sum += series.counts[i];
  }
  const auto [least, most] = std::minmax_element(series.counts.begin(), series.counts.end());
  return {{"requestcount", sum}, {"minvalue", *least}, {"maxvalue", *most}, {"items", std::move(items)}};
}

}  // namespace

http::Response delete_requests(const Answering& answering, const Operations& operations, const ListManners& manners,
                               std::int64_t account_id, const Target& target) {
  const Read<Range> range = read_range(answering, target);
  if (!range) return range.error();
  const Read<std::optional<std::int64_t>> status = read_status(answering, target);
  if (!status) return status.error();
  const Read<Page> page = read_page(answering, manners, target);
  if (!page) return page.error();

  const Time as_of = answering.now - manners.requests_lag;
  const Time until = std::min(range->until, as_of);
  const Rows all = until < range->from ? Rows{} : operations.deletions(account_id, range->from, until);
  const Time stood = answering.now - manners.status_lag;
  std::vector<const SimulatedOperation*> shown;
  std::copy_if(all.begin(), all.end(), std::back_inserter(shown), [&](const SimulatedOperation* operation) {
    if (manners.left_out > 0 && operation->id % manners.left_out == 0) return false;
    return !*status || list_status(*operation, operations.progress(*operation, stood)).id == **status;
  });
  json::array rows;
  for (const SimulatedOperation* operation : cut_page(shown, manners, *page)) {
    rows.push_back(request_row(operations, *operation, stood));
  }
  json::object body{{"startDateUtc", stamp(range->from, Zone::none_utc, 0)},
                    {"endDateUtc", stamp(range->until, Zone::none_utc, 0)},
                    {"statusAsOfDateUtc", stamp(as_of, Zone::utc, 6)},
                    {"pageNumber", page->number},
                    {"pageSize", page->size},
                    {"operations", std::move(rows)}};
  add_envelope(body, answering);
  return json_response(200, body);
}

http::Response delete_requests_summary(const Answering& answering, const Operations& operations,
                                       std::int64_t account_id, const Target& target) {
  constexpr std::chrono::days most_days{366};
  const Read<Range> range = read_range(answering, target);
  if (!range) return range.error();
  if (range->until - range->from > most_days) {
    return validation_error(answering, "enddateutc", "must be within a year of startdateutc.");
  }
  constexpr std::array statuses{completed, processing, invalid};
  Series total = empty_series(*range);
  std::array<Series, statuses.size()> by_status{total, total, total};
  for (const SimulatedOperation* operation : operations.deletions(account_id, range->from, range->until)) {
    const ListStatus status = list_status(*operation, operations.progress(*operation, answering.now));
    total.add(operation->received);
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      if (statuses[i].id == status.id) by_status[i].add(operation->received);
    }
  }
  json::array parts;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    json::object part{{"statusid", statuses[i].id}, {"status", statuses[i].name}};
    for (const auto& member : series_object(by_status[i])) part[member.key()] = member.value();
    parts.push_back(std::move(part));
  }
  json::object body{{"startdateutc", stamp(range->from, Zone::utc, 0)},
                    {"enddateutc", stamp(range->until, Zone::utc, 0)},
                    {"statusofdateutc", stamp(answering.now, Zone::utc, 0)},
                    {"interval", total.step > std::chrono::hours{1} ? "1" : "0"},
                    {"itemcount", total.counts.size()},
                    {"totaltimeseries", json::array{json::value(series_object(total))}},
                    {"statustimeseries", std::move(parts)}};
  add_envelope(body, answering);
  return json_response(200, body);
}

http::Response delete_operations(const Answering& answering, const Operations& operations, const ListManners& manners,
                                 std::int64_t account_id, const Target& target) {
  const Read<Page> page = read_page(answering, manners, target);
  if (!page) return page.error();
  const Rows all = operations.deletions(account_id, std::nullopt, answering.now - manners.operations_lag);
  json::array rows;
  for (const SimulatedOperation* operation : cut_page(all, manners, *page)) {
    json::object row = operation_row(answering, operations, *operation);
    if (manners.counts_differ) row["expectedListCount"] = operation->rows + 1;
    rows.push_back(std::move(row));
  }
  json::object body{
      {"items", std::move(rows)}, {"page", page->number}, {"pageSize", page->size}, {"count", all.size()}};
  add_envelope(body, answering);
  return json_response(200, body);
}

}  // namespace lethe::simulator
