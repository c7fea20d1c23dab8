// What the cloud reports of itself, for people: its list of delete requests as it shows it, and their numbers by time.
// Nothing here decides anything about an operation, so that what can't be read is left out where it can be.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/operation.hpp"
#include "core/time.hpp"

namespace lethe::cloud {

/// A row of the list of requests. Words are the cloud's own.
struct ReportedRequest {
  core::OperationId id;
  std::optional<std::int64_t> contacts;
  std::optional<std::int64_t> completed;  ///< contacts
  std::string status;                     ///< "Processing", "Completed" (the final one here), "Invalid"
  std::optional<core::Time> received_at;
  std::optional<core::Time> status_at;
  std::string method;  ///< "Data Extension", "Contact Key/ID"
};

struct ReportedPage {
  std::vector<ReportedRequest> rows;
  std::optional<core::Time> as_of;
};

/// Path and query of a page, from 1, of what was received from one instant to another.
std::string requests_report_path(core::Time from, core::Time until, int page);
/// The error names the field.
std::expected<ReportedPage, std::string> read_requests_report(std::string_view body);

/// How many requests were received at a time; `label` is the time in the cloud's own writing.
struct SummaryPoint {
  std::string label;
  std::optional<core::Time> at;  ///< where it can be read; UTC
  std::int64_t requests = 0;
};

/// The requests that stand where `status` says; "Received" are all of them.
struct SummarySeries {
  std::string status;
  std::optional<int> status_id;
  std::int64_t requests = 0;
  std::vector<SummaryPoint> points;
};

struct Summary {
  std::optional<core::Time> as_of;
  std::vector<SummarySeries> series;  ///< "Received" first
};

std::string summary_path(core::Time from, core::Time until);
/// Reads both shapes: a total and series with their status, or (seen in 2018) series by their place alone: received,
/// completed, invalid, processing. Also the documented sample, which leaves names bare and isn't JSON.
std::expected<Summary, std::string> read_summary(std::string_view body);

}  // namespace lethe::cloud
