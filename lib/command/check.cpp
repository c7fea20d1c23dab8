#include "command/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cloud/token.hpp"
#include "command/session.hpp"
#include "http/client.hpp"
#include "intake/intake.hpp"
#include "intake/job_file.hpp"
#include "intake/pace.hpp"

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

std::string_view key_of(const core::SecretSource& source) {
  switch (source.kind) {
    case core::SecretSource::Kind::file:
      return "client_secret_file";
    case core::SecretSource::Kind::credential:
      return "client_secret_credential";
    case core::SecretSource::Kind::environment:
      return "client_secret_env";
  }
  return "";
}

/// A fault of what a key of the configuration names.
Failure of_account(const core::Settings& settings, const core::AccountSettings& account, std::string_view key,
                   const std::string& what) {
  return failure(ExitStatus::configuration,
                 fmt::format("{}: account {}'s {}: {}", settings.file.string(), account.name, key, what));
}

void check_secret(const core::Settings& settings, const core::AccountSettings& account, CheckReport& report) {
  const auto secret = cloud::read_secret(account.client_secret);
  if (!secret) {
    report.bad.push_back(of_account(settings, account, key_of(account.client_secret), secret.error()));
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

/// A CA file that can't be read would be found out at the first connection only.
void check_authority(const core::Settings& settings, const core::AccountSettings& account, CheckReport& report) {
  if (account.ca_file.empty()) return;
  boost::asio::io_context loop;
  http::ClientSettings http_settings;
  http_settings.ca_file = account.ca_file;
  const auto client = http::make_client(loop.get_executor(), http_settings);
  if (client) return;
  report.bad.push_back(of_account(settings, account, "ca_file", client.error()));
}

/// Where a job file lies in the intake directory already, its list is held to the rules there.
std::optional<std::filesystem::path> intake_of(const std::filesystem::path& file, const core::Settings& settings) {
  if (!settings.intake_directory) return std::nullopt;
  std::error_code none;
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (!std::filesystem::equivalent(folder, *settings.intake_directory, none)) return std::nullopt;
  return settings.intake_directory;
}

/// The jobs that were read before, by id.
using Known = std::map<std::string, std::filesystem::path>;

/// What is there and what waits already, where there is a store to say so; else nothing.
class Queues {
 public:
  explicit Queues(const core::Settings& settings) {
    if (auto opened = Session::open(settings)) session_ = std::move(*opened);
    if (auto read = digest_key(settings)) key_ = *read;
  }
  /// Of the store's digests.
  const std::optional<support::DigestKey>& key() const { return key_; }
  std::optional<core::Job> job(const std::string& id) {
    if (!session_) return std::nullopt;
    auto found = session_->store().job(id);
    return found ? std::move(*found) : std::nullopt;
  }
  core::Time now() const { return session_ ? session_->now() : real_now(); }
  intake::Queue of(const core::AccountSettings& account) {
    if (session_) {
      if (auto queue = intake::queue_of(session_->store(), account, now())) return std::move(*queue);
    }
    return {.first = now(), .queued_again = 0, .waiting = {}};
  }

 private:
  std::unique_ptr<Session> session_;
  std::optional<support::DigestKey> key_;
};

std::optional<support::Fault> check_in_time(const intake::JobRequest& request, const intake::Census& census,
                                            const core::Settings& settings, Queues& queues) {
  const auto* account = core::find_account(settings, request.account);
  if (account == nullptr) return std::nullopt;
  return intake::check_pace(request, *account, queues.of(*account), census.contacts, census.bytes, queues.now());
}

/// A job that is there takes no other place in the queue, which counts it already.
std::optional<support::Fault> check_again(const intake::JobRequest& request, const core::Job& known,
                                          const intake::Census& census) {
  return intake::check_readmission(request, known, core::readmit(known, census.digest), census.digest);
}

void check_job(const std::filesystem::path& file, const core::Settings& settings, Known& known, Queues& queues,
               CheckReport& report) {
  const auto request = intake::read_job_file(file, settings);
  if (!request) {
    report.bad.push_back(failure(ExitStatus::failed, request.error()));
    return;
  }
  std::vector<support::Fault> faults;
  const auto [first, fresh] = known.emplace(request->id, request->file);
  if (!fresh) {
    faults.push_back({.what = fmt::format("is also that of {}", first->second.string()),
                      .file = request->file,
                      .line = 0,
                      .column = 0,
                      .key = "id",
                      .remedy = "let each job have its own"});
  }
  const auto there = queues.key() ? queues.job(request->id) : std::nullopt;
  if (const auto late = there ? std::nullopt : intake::check_not_after(*request, queues.now())) {
    faults.push_back(*late);
  }
  const auto census = intake::take_census(*request, intake_of(file, settings), there ? queues.key() : std::nullopt);
  if (!census) faults.push_back(census.error());
  if (faults.empty()) {
    const auto fault =
        there ? check_again(*request, *there, *census) : check_in_time(*request, *census, settings, queues);
    if (fault) faults.push_back(*fault);
  }
  if (!faults.empty()) {
    report.bad.push_back(failure(ExitStatus::failed, faults));
    return;
  }
  report.good.push_back(fmt::format("ok  job {}: {} for account {}, {}{}", request->id, word(request->action),
                                    request->account, counted(*request, *census),
                                    there ? fmt::format("; known already as {}", word(there->state)) : ""));
}

void check_intake(const core::Settings& settings, CheckReport& report) {
  if (!settings.intake_directory) return;
  std::error_code error;
  if (std::filesystem::is_directory(*settings.intake_directory, error)) return;
  if (std::filesystem::exists(*settings.intake_directory, error)) {
    report.bad.push_back(failure(ExitStatus::configuration,
                                 fmt::format("{}: intake.directory: isn't a directory; name one, or take it out",
                                             settings.intake_directory->string())));
    return;
  }
  report.good.push_back(fmt::format("ok  intake directory {}: isn't there yet, `lethe run` makes it",
                                    settings.intake_directory->string()));
}

}  // namespace

std::optional<Failure> unusable_secret(const core::Settings& settings) {
  for (const core::AccountSettings& account : settings.accounts) {
    const auto secret = cloud::read_secret(account.client_secret);
    if (!secret) return of_account(settings, account, key_of(account.client_secret), secret.error());
  }
  return std::nullopt;
}

ExitStatus CheckReport::status() const {
  if (bad.empty()) return ExitStatus::done;
  const bool configuration =
      std::ranges::any_of(bad, [](const Failure& failure) { return failure.status == ExitStatus::configuration; });
  return configuration ? ExitStatus::configuration : ExitStatus::failed;
}

CheckReport check_files(const std::filesystem::path& configuration, const std::vector<std::filesystem::path>& jobs) {
  CheckReport report;
  const auto draft = draft_settings(configuration);
  if (draft.faults.empty()) {
    report.good.push_back(fmt::format("ok  configuration {}", configuration.string()));
    check_intake(draft.settings, report);
    for (const auto& account : draft.settings.accounts) {
      check_secret(draft.settings, account, report);
      check_authority(draft.settings, account, report);
    }
  } else {
    report.bad.push_back(failure(ExitStatus::configuration, draft.faults));
  }
  Known known;
  if (jobs.empty()) return report;
  Queues queues(draft.settings);
  for (const auto& job : jobs) check_job(job, draft.settings, known, queues, report);
  return report;
}

}  // namespace lethe::command
