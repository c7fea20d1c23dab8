#include "cloud/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>

#include "cloud/json_tree.hpp"
#include "cloud/messages.hpp"
#include "core/backoff.hpp"
#include "core/http_date.hpp"

namespace lethe::cloud {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<core::Time> date_in(const http::Response& response, std::string_view name, core::Time now) {
  return core::parse_http_date(trimmed(http::header(response.headers, name).value_or("")), now);
}

Failure::Kind kind_of(const http::Response& response, const ErrorReply& error) {
  using Kind = Failure::Kind;
  const int status = response.status;
  if (status == 401) return Kind::credentials;
  const bool says_when = retry_after(response).value_or(core::Duration::zero()) > core::Duration::zero();
  if (status == 429 && error.errorcode == errorcode_exhausted && !says_when) return Kind::exhausted;
  if (status == 429) return Kind::throttled;
  if (status == 503 && error.errorcode == errorcode_unavailable) return Kind::throttled;
  if (status / 100 == 3 || status == 403 || status == 404 || status == 407 || status == 596) return Kind::forbidden;
  if (status / 100 == 5) return Kind::server;
  return Kind::contract;
}

}  // namespace

std::optional<core::Duration> retry_after(const http::Response& response) {
  constexpr auto longest = std::chrono::duration_cast<std::chrono::seconds>(core::longest_retry_after);
  const auto value = trimmed(http::header(response.headers, "Retry-After").value_or(""));
  const bool digits = !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  std::int64_t seconds = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (read.ec != std::errc{} || seconds > longest.count()) return longest;
  return std::chrono::seconds{seconds};
}

void date_to_seconds(http::Response& response, core::Time now) {
  const core::Time from = date_in(response, "Date", now).value_or(now);
  const auto until = date_in(response, "Retry-After", from);
  if (!until) return;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(std::max(*until - from, core::Duration::zero()));
  std::erase_if(response.headers, [](const auto& header) { return json::same_name(header.first, "Retry-After"); });
  response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
}

bool says_html(const http::Response& response) {
  constexpr std::string_view html = "text/html";
  const auto type = trimmed(http::header(response.headers, "Content-Type").value_or(""));
  return json::same_name(type.substr(0, html.size()), html);
}

Failure no_answer(std::string_view call, const http::Failure& failure) {
  return Failure{.kind = Failure::Kind::unreachable,
                 .request_sent = failure.request_sent,
                 .http_status = 0,
                 .retry_after = std::nullopt,
                 .what = fmt::format("{}: {}", call, failure.what)};
}

std::string missing_scope(int status, std::optional<std::int64_t> errorcode, std::string_view scope) {
  if (status != 403 || errorcode != errorcode_no_privilege || scope.empty()) return {};
  return fmt::format(": the installed package lacks the scope {}", scope);
}

Failure refusal(std::string_view call, const http::Response& response, std::string_view scope) {
  const auto error = read_error_reply(response.body);
  return Failure{.kind = kind_of(response, error),
                 .request_sent = true,
                 .http_status = response.status,
                 .retry_after = retry_after(response),
                 .what = fmt::format("{}: HTTP {}{}{}{}", call, response.status, error.code.empty() ? "" : ", ",
                                     error.code, missing_scope(response.status, error.errorcode, scope))};
}

Failure held_back(std::string_view call, std::string_view why) {
  return Failure{.kind = Failure::Kind::held_back,
                 .request_sent = false,
                 .http_status = 0,
                 .retry_after = std::nullopt,
                 .what = fmt::format("{}: not made: {}", call, why)};
}

Failure contract_failure(std::string_view call, int http_status, std::string_view what) {
  return Failure{.kind = Failure::Kind::contract,
                 .request_sent = true,
                 .http_status = http_status,
                 .retry_after = std::nullopt,
                 .what = fmt::format("{}: {}", call, what)};
}

}  // namespace lethe::cloud
