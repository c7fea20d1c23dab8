#include "command/cloud_call.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

#include "core/admission.hpp"
#include "core/backoff.hpp"
#include "core/budget.hpp"
#include "core/time.hpp"
#include "http/client.hpp"

namespace lethe::command {
namespace {

using Kind = cloud::Failure::Kind;

std::string_view remedy(const cloud::Failure& failure) {
  switch (failure.kind) {
    case Kind::credentials:
    case Kind::secret:
      return "compare client_id, the secret and account_id with the installed package's API integration";
    case Kind::forbidden:
      if (!failure.request_sent) return "see that auth_url is the one that the installed package shows";
      return "see that the installed package has list_and_subscribers_read and list_and_subscribers_write, and that "
             "account_id is the parent business unit's";
    case Kind::unreachable:
      return "see that this machine reaches the host and trusts its certificate (ca_file)";
    case Kind::contract:
      return failure.request_sent ? "try again later" : "see that auth_url is right, or set rest_url";
    case Kind::held_back:
      return "ask again then";
    case Kind::missing:
      return "ask Salesforce's support whether Contact Delete is enabled for the account";
    default:
      return "try again later";
  }
}

std::string to_the_second(core::Time time) {
  return core::rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace

CloudCalls::CloudCalls(const core::AccountSettings& account, Session* session)
    : account_(account), session_(session), clock_(support::make_system_clock()) {}

Outcome<std::unique_ptr<CloudCalls>> CloudCalls::of(const core::AccountSettings& account, Session* session) {
  std::unique_ptr<CloudCalls> calls(new CloudCalls(account, session));
  http::ClientSettings settings;
  settings.ca_file = account.ca_file;
  auto http = http::make_client(calls->loop_.get_executor(), settings);
  if (!http) {
    return std::unexpected(
        failure(ExitStatus::configuration, fmt::format("account {}: {}", account.name, http.error())));
  }
  calls->client_ = cloud::make_client(
      account, std::move(*http), *calls->clock_, calls->loop_.get_executor(), [&count = calls->uncounted_] { ++count; },
      [&asked = *calls] { return asked.held_back(); });
  return calls;
}

/// The cloud's patience is the account's, whoever asks; without a store nobody knows of it.
std::string CloudCalls::held_back() {
  if (session_ == nullptr) return {};
  const auto record = session_->store().account(account_.name);
  if (!record) return record.error().what;
  const core::Time now = session_->now();
  if (record->state == core::AccountState::waiting && record->until && core::still_waits(*record->until, now)) {
    return fmt::format("the account waits until {}, as the cloud asked ({})", to_the_second(*record->until),
                       record->why);
  }
  const std::int64_t today = core::utc_day(now);
  const std::int64_t counted = record->requests_day == today ? record->requests : 0;
  const core::Spending spending{.day = today, .requests = counted + uncounted_, .calls = 0};
  if (core::may_request(account_, spending, core::CallClass::submit, now)) return {};
  return fmt::format("requests_per_day, which is {}, is used up until {}", account_.requests_per_day,
                     to_the_second(core::Time{std::chrono::days{today + 1}}));
}

/// Where there is no store yet, nobody keeps a budget.
Outcome<void> CloudCalls::count() {
  const auto made = std::exchange(uncounted_, 0);
  if (session_ == nullptr || made == 0) return {};
  auto noted = session_->store().note_requests(account_.name, core::utc_day(session_->now()), made);
  const auto counted = perform(session_->loop(), std::move(noted));
  if (!counted) return std::unexpected(failure(counted.error()));
  return {};
}

Failure CloudCalls::failed(const cloud::Failure& failed) const {
  return failure(exit_status(failed), fmt::format("account {}: {}; {}", account_.name, failed.what, remedy(failed)));
}

ExitStatus exit_status(const cloud::Failure& failure) {
  const bool settings_at_fault =
      failure.kind == Kind::credentials || failure.kind == Kind::secret || failure.kind == Kind::forbidden;
  return settings_at_fault ? ExitStatus::configuration : ExitStatus::failed;
}

}  // namespace lethe::command
