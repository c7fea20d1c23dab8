#include "simulator/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace lethe::simulator {
namespace {

namespace json = boost::json;
using core::Time;

constexpr std::chrono::hours local_offset{-6};
constexpr int data_extension = 3;
constexpr int prestaged_list = 5;

bool is_local(Zone zone) {
  return zone == Zone::none_local || zone == Zone::local;
}

std::string_view zone_suffix(Zone zone) {
  switch (zone) {
    case Zone::utc:
      return "Z";
    case Zone::local:
      return "-06:00";
    default:
      return "";
  }
}

std::string fraction(std::int64_t milliseconds, int digits, std::uint64_t noise) {
  std::string text = fmt::format("{:03}{:04}", milliseconds, noise % 10'000);
  text.resize(static_cast<std::size_t>(std::clamp(digits, 0, 7)));
  while (text.ends_with('0')) text.pop_back();
  return text.empty() ? text : "." + text;
}

json::object message_of(std::string_view kind, std::string_view code, std::string_view text) {
  return {{"resultType", kind}, {"resultClass", kind}, {"resultCode", code}, {"message", text}};
}

/// One of two sets of names for the same times; which one an operation speaks is its own.
void add_times(json::object& body, const Draws& draws, const SimulatedOperation& operation, const Progress& progress,
               bool second) {
  const std::uint64_t noise = draws.bits("stamp", operation.index);
  const std::string request = draws.guid("request", operation.index);
  if (second) {
    const std::string scheduled = stamp(operation.received, Zone::none_local, 3);
    body["requestID"] = request;
    body["status"] = progress.status;
    body["scheduledDate"] = scheduled;
    body["startDate"] = scheduled;
    body["endDate"] = scheduled;
    return;
  }
  body["operationRequestID"] = request;
  body["status"] = progress.status;
  body["scheduledTime"] = stamp(operation.received, Zone::none_local, static_cast<int>(noise % 8), noise / 8);
  if (progress.status == "Pending") return;
  body["startTime"] = stamp(operation.starts, Zone::none_utc, 3);
  if (progress.suppressed) body["endTime"] = stamp(*progress.suppressed, Zone::none_utc, 3);
}

json::object operation_object(const Draws& draws, const SimulatedOperation& operation, const Progress& progress,
                              bool second) {
  const std::int64_t employee = employee_of(draws, operation);
  json::object body;
  if (second) body["contextType"] = 0;
  body["isRestrictedForProcessing"] = operation.submission.kind == Kind::restriction;
  add_list(body, draws, operation);
  body["expectedListCount"] = operation.rows;
  if (progress.suppressed) body["actualListCount"] = operation.rows;
  body["deleteType"] = "ContactAndAttributes";
  body["deleteListOnCompleted"] = operation.submission.delete_list;
  if (second || progress.errors_in_batch) body["errorsOccurredInBatchProcess"] = progress.errors_in_batch;
  if (second) body["lastProcessedMilestone"] = "Completed";
  body["operationID"] = operation.id;
  body["eID"] = operation.account_id;
  body["mID"] = operation.account_id;
  body["employeeID"] = employee;
  add_times(body, draws, operation, progress, second);
  body["retryCount"] = operation.retries;
  body["createdDate"] = minute_stamp(operation.received, Zone::none_local);
  body["createdBy"] = employee;
  body["modifiedDate"] = minute_stamp(progress.last_change, second ? Zone::none_local : Zone::none_utc);
  body["modifiedBy"] = employee;
  return body;
}

/// Absent, null and [] all mean that phase 2 shows nothing.
void add_summary(json::object& body, const Answering& answering, const SimulatedOperation& operation,
                 const Progress& progress) {
  if (progress.entries.empty()) {
    const bool restriction = operation.submission.kind == Kind::restriction;
    if (restriction || operation.index % 3 == 2) {
      body["backgroundOperationsSummary"] = json::array();
    } else if (operation.index % 3 == 1) {
      body["backgroundOperationsSummary"] = nullptr;
    }
    return;
  }
  json::array entries;
  const std::uint64_t noise = answering.draws.bits("entry", operation.index);
  for (std::size_t i = 0; i < progress.entries.size(); ++i) {
    entries.push_back(json::object{{"backgroundOperationID", static_cast<std::int64_t>(operation.index * 4 + i + 1)},
                                   {"createdDate", stamp(operation.appears, Zone::none_local, 4, noise)},
                                   {"backgroundOperationStatusID", progress.entries[i]}});
  }
  body["backgroundOperationsSummary"] = std::move(entries);
}

}  // namespace

std::string stamp(Time time, Zone zone, int digits, std::uint64_t noise) {
  const Time shown = is_local(zone) ? time + local_offset : time;
  const auto day = std::chrono::floor<std::chrono::days>(shown);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{shown - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(),
                     fraction(clock.subseconds().count(), digits, noise), zone_suffix(zone));
}

std::string minute_stamp(Time time, Zone zone) {
  return stamp(std::chrono::round<std::chrono::minutes>(time), zone, 0);
}

std::string header_stamp(core::Time time) {
  constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", weekdays.at(std::chrono::weekday(day).c_encoding()),
                     static_cast<unsigned>(date.day()), months.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

http::Response json_response(int status, const json::object& body) {
  http::Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  response.body = json::serialize(body);
  return response;
}

http::Response html_response(int status, std::string_view title) {
  http::Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "text/html");
  response.body = fmt::format(
      "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1>"
      "</center>\r\n<hr>\r\n</body>\r\n</html>\r\n",
      status, title);
  return response;
}

http::Response rest_error(const Answering& answering, int status, std::int64_t code, std::string_view message) {
  const bool capitals = answering.number % 2 == 1;
  json::object body;
  body[capitals ? "Message" : "message"] = message;
  body[capitals ? "ErrorCode" : "errorcode"] = code;
  body[capitals ? "Documentation" : "documentation"] = "";
  return json_response(status, body);
}

http::Response validation_error(const Answering& answering, std::string_view field, std::string_view message) {
  http::Response response = rest_error(answering, 400, 10006, "One or more errors occurred.");
  json::object body = json::parse(response.body).as_object();
  body["validationErrors"] =
      json::array{json::object{{"message", message}, {"errorcode", 10005}, {"documentation", ""}, {"field", field}}};
  response.body = json::serialize(body);
  return response;
}

http::Response not_authorized() {
  http::Response response =
      json_response(401, {{"message", "Not Authorized"}, {"errorcode", 0}, {"documentation", ""}});
  response.headers.emplace_back(
      "WWW-Authenticate", R"(Bearer realm="rest", error="invalid_token", error_description="The token is invalid")");
  return response;
}

void add_envelope(json::object& body, const Answering& answering, json::array messages) {
  const std::uint64_t noise = answering.draws.bits("response", answering.number);
  body["requestServiceMessageID"] = answering.draws.guid("request message", answering.number);
  body["responseDateTime"] = stamp(answering.now, Zone::local, 7, noise);
  body["resultMessages"] = std::move(messages);
  body["serviceMessageID"] = answering.draws.guid("service message", answering.number);
}

http::Response refusal(const Answering& answering, int status, std::string_view initiated, std::string_view code,
                       std::string_view message) {
  json::object body;
  body[initiated] = false;
  add_envelope(body, answering, json::array{message_of("Error", code, message)});
  body["hasErrors"] = true;
  return json_response(status, body);
}

/// responseDateTime and hasErrors may be missing; a list brings its rows; a list that can't be deleted is a warning.
http::Response accepted(const Answering& answering, const SimulatedOperation& operation) {
  json::object body{{"operationInitiated", true}, {"operationID", operation.id}};
  const std::string& name = operation.submission.contacts.front();
  const bool list = operation.submission.type == "listReference";
  json::array messages;
  if (list && operation.submission.delete_list && name.ends_with("_Salesforce")) {
    messages.push_back(message_of("Warning", "ListNotDeletable", "The list is not deletable and is kept."));
  }
  if (list) {
    json::object target;
    add_list(target, answering.draws, operation);
    target["rowCount"] = operation.rows;
    body["targetListInformation"] = std::move(target);
  }
  add_envelope(body, answering, std::move(messages));
  if (operation.index % 4 == 3) body.erase("responseDateTime");
  if (operation.index % 3 != 2) body["hasErrors"] = false;
  return json_response(200, body);
}

http::Response operation_status(const Answering& answering, const SimulatedOperation& operation,
                                const Progress& progress, bool second_vocabulary) {
  json::object body;
  if (second_vocabulary) body["operationMappings"] = json::array();
  add_summary(body, answering, operation, progress);
  body["numberofRestorableDays"] = progress.restorable_days;
  body["operation"] = operation_object(answering.draws, operation, progress, second_vocabulary);
  add_envelope(body, answering);
  return json_response(200, body);
}

std::int64_t employee_of(const Draws& draws, const SimulatedOperation& operation) {
  constexpr std::int64_t first_of_users = 700'000'000;
  constexpr std::int64_t first_of_administrators = 710'000'000;
  constexpr std::uint64_t most = 99'999;
  const std::int64_t first = operation.submission.of_administrator ? first_of_administrators : first_of_users;
  return first +
         static_cast<std::int64_t>(draws.bits("employee", static_cast<std::uint64_t>(operation.account_id)) % most);
}

void add_list(json::object& body, const Draws& draws, const SimulatedOperation& operation) {
  const std::string identifier = draws.guid("list", operation.index);
  if (operation.submission.type == "listReference") {
    body["listTypeID"] = data_extension;
    body["listIdentifier"] = identifier;
    body["listKey"] = operation.submission.contacts.front();
    return;
  }
  body["listTypeID"] = prestaged_list;
  body["listIdentifier"] = identifier;
  body["listKey"] = identifier;
  body["listName"] = "Prestaged List";
}

}  // namespace lethe::simulator
