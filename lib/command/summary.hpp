// `lethe summary`: how many delete requests the cloud received, by time and by where they stand, as bars.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cloud/messages_reports.hpp"
#include "command/failure.hpp"
#include "command/period.hpp"
#include "command/session.hpp"
#include "core/settings.hpp"

namespace lethe::command {

struct AccountSummary {
  std::string account;
  cloud::Summary summary;
};

/// Exit statuses as list_requests().
Outcome<AccountSummary> summarise(Session& session, const core::AccountSettings& account, const Period& period);

/// What bars can be drawn with.
struct ChartLook {
  std::size_t width = 80;  ///< in columns; no line is wider, unless the numbers alone are
  bool utf8 = false;       ///< blocks instead of ASCII
};

/// Of stdout: as wide as its terminal, with blocks where that is UTF-8; else 80 columns of ASCII.
ChartLook look_of_output();

/// A line for each time, its bar made of where the requests stand.
std::string summary_text(const AccountSummary& summary, const ChartLook& look);
std::string summaries_text(const std::vector<AccountSummary>& summaries, const ChartLook& look);
/// [{account, status_as_of, series: [{status, status_id, requests, items: [{time, value}]}]}]; a time that can't be
/// read is null.
std::string summary_json(const std::vector<AccountSummary>& summaries);

}  // namespace lethe::command
