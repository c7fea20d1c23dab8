// What `lethe status` shows: the accounts, and before them what needs a person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct AccountLine {
  std::string name;
  core::AccountState state = core::AccountState::ready;
  std::string why;
  store::AccountCounts counts;
  std::int64_t requests_today = 0;
  std::int64_t requests_per_day = 0;
  std::string last_error;
  std::optional<core::Time> last_error_at;
};

/// Something that a person has to look at.
struct Attention {
  std::optional<core::OperationNumber> operation;  ///< absent: it is about an account
  std::string job;                                 ///< the first one's id; empty: none
  std::string what;
  std::string remedy;
};

struct StatusView {
  std::vector<AccountLine> accounts;
  std::vector<Attention> attention;
};

/// How long an end that alarms is shown.
inline constexpr core::Duration alarm_shown_for = std::chrono::hours{7 * 24};

store::Result<StatusView> status_view(store::Store& store, const core::Settings& settings, core::Time now);

std::string status_text(const StatusView& view);
std::string status_json(const StatusView& view);

}  // namespace lethe::command
