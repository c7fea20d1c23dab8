#include "simulator/routes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <optional>
#include <utility>

namespace lethe::simulator {
namespace {

std::optional<Kind> kind_of(std::string_view segment) {
  if (segment == "delete") return Kind::deletion;
  if (segment == "restrict") return Kind::restriction;
  return std::nullopt;
}

/// contacts/v1/contacts/actions/{delete|restrict}[/status|/configSettings]
Route action_route(const std::vector<std::string>& path) {
  const std::optional<Kind> kind = kind_of(path[4]);
  if (!kind || path.size() > 6) return {};
  if (path.size() == 5) return {Endpoint::submit, *kind, {}};
  if (path[5] == "status") return {Endpoint::status, *kind, {}};
  const bool settings = path[5] == "configsettings" && *kind == Kind::deletion;
  return settings ? Route{Endpoint::settings, *kind, {}} : Route{};
}

/// " 12", or nothing where it is no number.
std::string numbered(const std::string* text) {
  const std::optional<std::int64_t> number = text != nullptr ? read_number(*text) : std::nullopt;
  return number ? fmt::format(" {}", *number) : "";
}

std::string of_kind(std::string words, Kind kind) {
  return kind == Kind::restriction ? std::move(words) + " (restrict)" : words;
}

std::string paged(std::string words, const Target& target) {
  const std::string number = numbered(target.parameter("$page"));
  return number.empty() ? words : std::move(words) + ", page" + number;
}

}  // namespace

Route route_of(const std::vector<std::string>& path) {
  using Path = std::vector<std::string>;
  if (path == Path{"v2", "token"}) return {Endpoint::token, Kind::deletion, {}};
  if (path.size() < 4 || path[0] != "contacts" || path[1] != "v1") return {};
  const Path rest(path.begin() + 2, path.end());
  if (rest == Path{"contacts", "deleteoperations"}) return {Endpoint::operations, Kind::deletion, {}};
  if (rest == Path{"contacts", "analytics", "deleterequests"}) return {Endpoint::requests, Kind::deletion, {}};
  if (rest == Path{"contacts", "analytics", "deleterequests", "summary"}) {
    return {Endpoint::summary, Kind::deletion, {}};
  }
  if (rest.size() >= 3 && rest[0] == "contacts" && rest[1] == "actions") return action_route(path);
  const std::optional<Kind> kind = rest.size() == 4 ? kind_of(rest[1]) : std::nullopt;
  if (kind && rest[0] == "operations" && rest[3] == "retry") return {Endpoint::retry, *kind, rest[2]};
  return {};
}

std::string_view method_of(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::token:
    case Endpoint::submit:
    case Endpoint::retry:
    case Endpoint::settings:
      return "POST";
    default:
      return "GET";
  }
}

Scope scope_of(Endpoint endpoint) {
  return method_of(endpoint) == "POST" ? Scope::write : Scope::read;
}

FaultRule::Call call_of(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::token:
      return FaultRule::Call::token;
    case Endpoint::submit:
      return FaultRule::Call::submit;
    case Endpoint::status:
      return FaultRule::Call::status;
    case Endpoint::requests:
      return FaultRule::Call::requests;
    case Endpoint::operations:
      return FaultRule::Call::operations;
    case Endpoint::summary:
      return FaultRule::Call::lists;
    case Endpoint::retry:
      return FaultRule::Call::retry;
    case Endpoint::settings:
      return FaultRule::Call::settings;
    case Endpoint::unknown:
      break;
  }
  return FaultRule::Call::any;
}

std::string in_words(const Route& route, const Target& target) {
  switch (route.endpoint) {
    case Endpoint::token:
      return "token";
    case Endpoint::submit:
      return of_kind("submit", route.kind);
    case Endpoint::status:
      return of_kind("status" + numbered(target.parameter("operationID")), route.kind);
    case Endpoint::requests:
      return paged("list of requests", target);
    case Endpoint::summary:
      return "summary of requests";
    case Endpoint::operations:
      return paged("list of operations", target);
    case Endpoint::retry:
      return of_kind("retry" + numbered(&route.operation), route.kind);
    case Endpoint::settings:
      return "restore window";
    case Endpoint::unknown:
      break;
  }
  return "no call that is known here";
}

std::string in_words(const Submission& submission) {
  const std::size_t count = submission.contacts.size();
  std::string what = "a list";
  if (submission.type != "listReference") {
    const std::string_view kind = submission.type == "ids" ? "id" : "key";
    what = fmt::format("{} {}{}", count, kind, count == 1 ? "" : "s");
  }
  return of_kind("submit " + what, submission.kind);
}

std::string in_words(const Progress& progress) {
  if (progress.entries.empty()) return progress.status;
  return fmt::format("{} / {}", progress.status, fmt::join(progress.entries, ", "));
}

}  // namespace lethe::simulator
