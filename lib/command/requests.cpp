#include "command/requests.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <set>
#include <utility>

#include "command/cloud_call.hpp"
#include "command/json_time.hpp"
#include "command/table.hpp"
#include "core/matching.hpp"

namespace lethe::command {
namespace {

constexpr std::size_t most_jobs_named = 20;

/// How long a page can be is documented nowhere, but that of the documented example has twenty rows.
constexpr std::size_t shortest_page = 20;

Outcome<ListedRequest> with_ours(store::Store& store, const std::string& account, cloud::ReportedRequest row) {
  // The list is of deletes; what restricts isn't in it.
  const auto owner = store.owner_of(account, core::Action::delete_contacts, row.id);
  if (!owner) return std::unexpected(failure(owner.error()));
  ListedRequest listed{.row = std::move(row), .operation = *owner, .jobs = {}};
  if (!listed.operation) return listed;
  auto jobs = store.carried(*listed.operation, most_jobs_named);
  if (!jobs) return std::unexpected(failure(jobs.error()));
  listed.jobs = std::move(*jobs);
  return listed;
}

/// The ids of a page's rows, as the reading of pages looks at them.
std::vector<core::ListedOperation> ids_of(const cloud::ReportedPage& page) {
  std::vector<core::ListedOperation> ids;
  for (const auto& row : page.rows) {
    core::ListedOperation id;
    id.id = row.id;
    ids.push_back(std::move(id));
  }
  return ids;
}

std::string number_or_dash(const std::optional<std::int64_t>& number) {
  return number ? fmt::to_string(*number) : "-";
}

std::string to_the_second(const std::optional<core::Time>& time) {
  return time ? core::rfc3339(std::chrono::floor<std::chrono::seconds>(*time)) : "-";
}

std::string jobs_of(const ListedRequest& request) {
  if (!request.operation) return "-";
  if (request.jobs.ids.empty()) return "";
  if (request.jobs.total == 1) return request.jobs.ids.front();
  return fmt::format("{} and {} more", request.jobs.ids.front(), request.jobs.total - 1);
}

boost::json::value json_number(const std::optional<std::int64_t>& number) {
  return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

boost::json::object request_object(const ListedRequest& request) {
  boost::json::object entry;
  entry["operation_id"] = request.row.id.value;
  entry["contacts"] = json_number(request.row.contacts);
  entry["completed"] = json_number(request.row.completed);
  entry["status"] = request.row.status;
  entry["received_at"] = json_time(request.row.received_at);
  entry["status_at"] = json_time(request.row.status_at);
  entry["method"] = request.row.method;
  entry["operation"] = request.operation ? boost::json::value(request.operation->value) : nullptr;
  entry["jobs"] = boost::json::array(request.jobs.ids.begin(), request.jobs.ids.end());
  entry["jobs_total"] = request.jobs.total;
  return entry;
}

}  // namespace

Outcome<RequestList> list_requests(Session& session, const core::AccountSettings& account, const Period& period) {
  auto calls = CloudCalls::of(account, &session);
  if (!calls) return std::unexpected(std::move(calls.error()));
  RequestList list;
  list.account = account.name;
  std::set<core::OperationId> seen;
  core::Paging paging(0);
  bool more = true;
  bool short_page = false;
  while (more && !short_page) {
    auto call = (*calls)->client().requests_report(period.from, period.until, paging.next_page());
    auto page = (*calls)->make(std::move(call));
    if (!page) return std::unexpected(std::move(page.error()));
    if (paging.next_page() == 1) list.as_of = page->as_of;
    short_page = page->rows.size() < shortest_page;
    more = paging.take(ids_of(*page));
    for (auto& row : page->rows) {
      if (!seen.insert(row.id).second) continue;
      auto listed = with_ours(session.store(), account.name, std::move(row));
      if (!listed) return std::unexpected(std::move(listed.error()));
      list.requests.push_back(std::move(*listed));
    }
  }
  list.whole = short_page || paging.whole();
  return list;
}

std::string requests_text(const std::vector<RequestList>& lists) {
  using Align = Table::Align;
  Table table({{"ACCOUNT"},
               {"OPERATIONID", Align::right},
               {"STATUS"},
               {"CONTACTS", Align::right},
               {"COMPLETED", Align::right},
               {"RECEIVED"},
               {"STATUS SINCE"},
               {"METHOD"},
               {"OPERATION", Align::right},
               {"JOB"}});
  std::string notes;
  for (const auto& list : lists) {
    for (const auto& request : list.requests) {
      const auto& row = request.row;
      table.add({list.account, fmt::to_string(row.id.value), row.status, number_or_dash(row.contacts),
                 number_or_dash(row.completed), to_the_second(row.received_at), to_the_second(row.status_at),
                 row.method, request.operation ? fmt::to_string(request.operation->value) : "-", jobs_of(request)});
    }
    notes +=
        fmt::format("{}: {} request{}{}\n", list.account, list.requests.size(), list.requests.size() == 1 ? "" : "s",
                    list.as_of ? ", as the cloud lists them as of " + to_the_second(list.as_of) : "");
    if (!list.whole)
      notes += fmt::format("{}: the list has no end that could be read; rows may be missing\n", list.account);
  }
  return (table.empty() ? "" : table.text()) + notes;
}

std::string requests_json(const std::vector<RequestList>& lists) {
  boost::json::array array;
  for (const auto& list : lists) {
    boost::json::array requests;
    for (const auto& request : list.requests) requests.push_back(request_object(request));
    boost::json::object entry;
    entry["account"] = list.account;
    entry["status_as_of"] = json_time(list.as_of);
    entry["whole"] = list.whole;
    entry["requests"] = std::move(requests);
    array.push_back(std::move(entry));
  }
  return boost::json::serialize(array);
}

}  // namespace lethe::command
