// A question put to several accounts: what some of them don't tell hides nothing of the others.
#pragma once

#include <utility>
#include <vector>

#include "command/failure.hpp"
#include "core/settings.hpp"

namespace lethe::command {

template <class Report>
struct Reports {
  std::vector<Report> told;
  std::vector<Failure> failures;

  /// That of the first failure.
  ExitStatus status() const { return failures.empty() ? ExitStatus::done : failures.front().status; }
};

/// `ask` gives an Outcome<Report> for an account.
template <class Report, class Ask>
Reports<Report> ask_each(const std::vector<core::AccountSettings>& accounts, const Ask& ask) {
  Reports<Report> reports;
  for (const auto& account : accounts) {
    Outcome<Report> told = ask(account);
    if (told) {
      reports.told.push_back(std::move(*told));
    } else {
      reports.failures.push_back(std::move(told.error()));
    }
  }
  return reports;
}

}  // namespace lethe::command
