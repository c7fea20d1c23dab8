#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "command/check.hpp"
#include "command/cloud_call.hpp"
#include "command/session.hpp"

namespace lethe::command {
namespace {

/// What the daemon's calls need: to submit, retry and set the window; to ask and to list.
constexpr std::array<std::string_view, 2> scopes{"list_and_subscribers_read", "list_and_subscribers_write"};
/// Clocks as far apart make the times that Lethe records misleading.
constexpr core::Duration clocks_apart = std::chrono::minutes{3};
constexpr core::Duration listed_since = std::chrono::days{1};

bool holds_word(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (text.substr(0, end) == word) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

/// A cloud that doesn't tell the scopes shows by the calls themselves what is missing.
void check_scopes(const core::AccountSettings& account, const std::optional<std::string>& told, CheckReport& report) {
  if (!told) return;
  for (const auto scope : scopes) {
    if (holds_word(*told, scope)) continue;
    report.bad.push_back(failure(ExitStatus::configuration,
                                 fmt::format("account {}: the token lacks the scope {}; give it to the installed "
                                             "package's API integration",
                                             account.name, scope)));
  }
}

void check_clock(const core::AccountSettings& account, const std::optional<core::Time>& told, core::Time now,
                 CheckReport& report) {
  if (!told) return;
  const core::Duration ahead = now - *told;
  if (std::chrono::abs(ahead) <= clocks_apart) return;
  report.warnings.push_back(fmt::format("account {}: this machine's clock is {} {} the cloud's; see that it is set",
                                        account.name, core::in_words(std::chrono::abs(ahead)),
                                        ahead > core::Duration::zero() ? "ahead of" : "behind"));
}

class Online {
 public:
  Online(const core::AccountSettings& account, Session* session, CheckReport& report)
      : account_(account), session_(session), report_(report) {}

  void check() {
    auto calls = CloudCalls::of(account_, session_);
    if (!calls) {
      report_.bad.push_back(std::move(calls.error()));
      return;
    }
    if (token(**calls)) list(**calls);
  }

 private:
  bool token(CloudCalls& calls) {
    auto call = calls.client().authorise();
    const auto access = calls.make(std::move(call));
    if (!access) {
      report_.bad.push_back(access.error());
      return false;
    }
    report_.good.push_back(fmt::format("ok  account {}: {} gave a token", account_.name, account_.auth_url));
    check_scopes(account_, access->scope, report_);
    // A rehearsal's time runs on its own.
    const bool rehearsal = session_ != nullptr && session_->store().time_scale().factor != 1;
    if (!rehearsal) check_clock(account_, access->told_at, real_now(), report_);
    return true;
  }

  void list(CloudCalls& calls) {
    const core::Time now = session_ == nullptr ? real_now() : session_->now();
    auto call = calls.client().requests_report(now - listed_since, now, 1);
    const auto page = calls.make(std::move(call));
    if (!page) {
      report_.bad.push_back(page.error());
      return;
    }
    report_.good.push_back(fmt::format("ok  account {}: the list of requests answers, {} in the last day",
                                       account_.name, page->rows.size()));
  }

  const core::AccountSettings& account_;
  Session* session_;
  CheckReport& report_;
};

}  // namespace

CheckReport check_online(const core::Settings& settings) {
  CheckReport report;
  const auto session = Session::open(settings);
  for (const auto& account : settings.accounts) {
    Online(account, session ? session->get() : nullptr, report).check();
  }
  return report;
}

}  // namespace lethe::command
