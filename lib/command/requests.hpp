// `lethe requests`: the cloud's own list of delete requests, with what of it is Lethe's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloud/messages_reports.hpp"
#include "command/failure.hpp"
#include "command/period.hpp"
#include "command/session.hpp"
#include "core/settings.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct ListedRequest {
  cloud::ReportedRequest row;
  std::optional<core::OperationNumber> operation;  ///< absent: Lethe didn't send it
  store::Store::Carried jobs;                      ///< of that operation
};

struct RequestList {
  std::string account;
  std::optional<core::Time> as_of;  ///< what the cloud says its list's status is of
  bool whole = true;                ///< false: the pages didn't end, and rows may be missing
  std::vector<ListedRequest> requests;
};

/// Reads all pages. Exit status 78: the credentials are refused; 1: the cloud can't be reached or can't say.
Outcome<RequestList> list_requests(Session& session, const core::AccountSettings& account, const Period& period);

std::string requests_text(const std::vector<RequestList>& lists);
/// [{account, status_as_of, whole, requests: [{operation_id, contacts, completed, status, received_at, status_at,
/// method, operation, jobs, jobs_total}]}]
std::string requests_json(const std::vector<RequestList>& lists);

}  // namespace lethe::command
