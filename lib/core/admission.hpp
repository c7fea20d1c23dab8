// May the next operation of an account be submitted now, and if not, why not yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::core {

enum class AccountState : std::uint8_t { ready, paused, waiting, blocked };
std::string_view word(AccountState state);
std::optional<AccountState> parse_account_state(std::string_view text);

/// What admission looks at, as the store knows it.
struct AccountFacts {
  AccountState state = AccountState::ready;
  std::string why;
  std::optional<Time> until;      ///< waiting or blocked until then; absent: until a person acts
  std::optional<Time> paused_at;  ///< a person paused it then, whatever `state` says beside
  std::string paused_why;
  std::int64_t submitting = 0;
  std::int64_t unconfirmed = 0;
  std::int64_t needs_operator = 0;
  std::int64_t suppressing = 0;
  std::optional<Time> last_submission_at;
};

struct Admission {
  bool go = false;
  std::optional<Time> not_before;  ///< when asking again makes sense; absent: when something else happened
  std::string why;                 ///< empty when it goes
};

Admission admit(const AccountSettings& settings, const AccountFacts& facts, Time now);

}  // namespace lethe::core
