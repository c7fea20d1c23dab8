// What `lethe status` shows: the accounts, and before them what needs a person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command/attention.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct AccountLine {
  std::string name;
  core::AccountState state = core::AccountState::ready;
  std::string why;
  std::optional<core::Time> until;  ///< of a state that ends by itself
  std::string held_up;              ///< what keeps calls back beside the state: failures, the budget, the pace
  std::optional<core::Time> held_up_until;
  store::AccountCounts counts;
  std::string waits_for;  ///< why what is queued isn't submitted yet; empty: nothing is, or it goes now
  std::int64_t requests_today = 0;
  std::int64_t requests_per_day = 0;
  std::string last_error;
  std::optional<core::Time> last_error_at;
};

struct StatusView {
  std::vector<AccountLine> accounts;
  std::vector<Attention> attention;
};

store::Result<StatusView> status_view(store::Store& store, const core::Settings& settings, core::Time now);

std::string status_text(const StatusView& view);
std::string status_json(const StatusView& view);

}  // namespace lethe::command
