#include "command/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <utility>

#include "cloud/client.hpp"
#include "cloud/token.hpp"
#include "command/session.hpp"
#include "http/client.hpp"
#include "intake/intake.hpp"
#include "intake/job_file.hpp"

namespace lethe::command {
namespace {

std::string source_in_words(const core::SecretSource& source) {
  switch (source.kind) {
    case core::SecretSource::Kind::file:
      return "secret from " + source.name;
    case core::SecretSource::Kind::credential:
      return "secret from the systemd credential " + source.name;
    case core::SecretSource::Kind::environment:
      return "secret from the environment variable " + source.name;
  }
  return "";
}

void check_secret(const core::AccountSettings& account, CheckReport& report) {
  const auto secret = cloud::read_secret(account.client_secret);
  if (!secret) {
    report.bad.push_back(
        failure(ExitStatus::configuration, fmt::format("account {}: {}", account.name, secret.error())));
    return;
  }
  report.good.push_back(fmt::format("ok  account {}: account_id {}, {}", account.name, account.account_id,
                                    source_in_words(account.client_secret)));
}

std::string counted(const intake::JobRequest& request, const intake::Census& census) {
  if (request.list) return fmt::format("the data extension {}", request.list->key);
  const auto duplicates = census.duplicates == 0 ? "" : fmt::format(", {} duplicates left out", census.duplicates);
  return fmt::format("{} {}{}", census.contacts, word(request.selector), duplicates);
}

void check_job(const std::filesystem::path& file, const core::Settings& settings, CheckReport& report) {
  const auto request = intake::read_job_file(file, settings);
  if (!request) {
    report.bad.push_back(failure(ExitStatus::failed, request.error()));
    return;
  }
  const auto census = intake::take_census(*request, std::nullopt, std::nullopt);
  if (!census) {
    report.bad.push_back(failure(ExitStatus::failed, std::vector{census.error()}));
    return;
  }
  report.good.push_back(fmt::format("ok  job {}: {} for account {}, {}", request->id, word(request->action),
                                    request->account, counted(*request, *census)));
}

ExitStatus status_of(const cloud::Failure& failure) {
  using Kind = cloud::Failure::Kind;
  const bool settings_at_fault =
      failure.kind == Kind::credentials || failure.kind == Kind::secret || failure.kind == Kind::forbidden;
  return settings_at_fault ? ExitStatus::configuration : ExitStatus::failed;
}

/// Gives the number of requests that it took.
std::int64_t check_token(const core::AccountSettings& account, support::Clock& clock, CheckReport& report) {
  std::int64_t requests = 0;
  boost::asio::io_context loop;
  http::ClientSettings http_settings;
  http_settings.ca_file = account.ca_file;
  auto http = http::make_client(loop.get_executor(), http_settings);
  if (!http) {
    report.bad.push_back(failure(ExitStatus::configuration, fmt::format("account {}: {}", account.name, http.error())));
    return requests;
  }
  const auto client =
      cloud::make_client(account, std::move(*http), clock, loop.get_executor(), [&requests] { ++requests; });
  const auto authorised = perform(loop, client->authorise());
  if (authorised) {
    report.good.push_back(fmt::format("ok  account {}: {} gave a token", account.name, account.auth_url));
  } else {
    report.bad.push_back(
        failure(status_of(authorised.error()), fmt::format("account {}: {}", account.name, authorised.error().what)));
  }
  return requests;
}

/// The day's budget counts them. Where there is no store yet, nobody keeps a budget.
void count_requests(Session& session, const std::string& account, std::int64_t requests, CheckReport& report) {
  const auto day = std::chrono::floor<std::chrono::days>(session.now()).time_since_epoch().count();
  const auto noted = perform(session.loop(), session.store().note_requests(account, day, requests));
  if (!noted) report.bad.push_back(failure(noted.error()));
}

}  // namespace

ExitStatus CheckReport::status() const {
  if (bad.empty()) return ExitStatus::done;
  const bool configuration =
      std::ranges::any_of(bad, [](const Failure& failure) { return failure.status == ExitStatus::configuration; });
  return configuration ? ExitStatus::configuration : ExitStatus::failed;
}

CheckReport check_files(const std::filesystem::path& configuration, const std::vector<std::filesystem::path>& jobs) {
  CheckReport report;
  const auto settings = read_settings(configuration);
  if (!settings) {
    report.bad.push_back(settings.error());
    return report;
  }
  report.good.push_back(fmt::format("ok  configuration {}", configuration.string()));
  for (const auto& account : settings->accounts) check_secret(account, report);
  for (const auto& job : jobs) check_job(job, *settings, report);
  return report;
}

CheckReport check_online(const core::Settings& settings) {
  CheckReport report;
  const auto clock = support::make_system_clock();
  const auto session = Session::open(settings);
  for (const auto& account : settings.accounts) {
    const auto requests = check_token(account, *clock, report);
    if (session && requests > 0) count_requests(**session, account.name, requests, report);
  }
  return report;
}

}  // namespace lethe::command
