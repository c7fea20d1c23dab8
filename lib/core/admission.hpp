// May what is next of an account be submitted now, and if not, why not yet. The only place that decides it: the
// account's state, what isn't settled, the number in suppression, the spacing, not_after and the daily fuse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/job.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace lethe::core {

/// `paused` is how it is told that a person paused it; that is kept apart, since the other three go on beside it.
enum class AccountState : std::uint8_t { ready, paused, waiting, blocked };
std::string_view word(AccountState state);
std::optional<AccountState> parse_account_state(std::string_view text);

/// What admission looks at, as the store knows it.
struct AccountFacts {
  AccountState state = AccountState::ready;  ///< never paused
  std::string why;
  std::optional<Time> until;      ///< waiting or blocked until then; absent: until a person acts
  std::optional<Time> paused_at;  ///< a person paused it then, whatever `state` says beside
  std::string paused_why;
  std::int64_t submitting = 0;
  std::int64_t unconfirmed = 0;
  std::int64_t needs_operator = 0;
  std::int64_t suppressing = 0;
  std::int64_t overdue = 0;  ///< those of `suppressing` that no longer stand in the way, see core/schedule.hpp
  std::optional<Time> last_submission_at;
  std::int64_t contacts_today = 0;  ///< what the fuse has counted on this day in UTC
};

/// What a list whose size nobody declared counts for the fuse.
inline constexpr std::int64_t contacts_of_undeclared_list = 1'000'000;
/// A number beyond it is none to reckon with: sums of such would pass 64 bits.
inline constexpr std::int64_t most_contacts_of_a_list = 1'000'000'000;

/// The job whose turn it is, as far as admission asks.
struct Turn {
  std::int64_t contacts = 0;  ///< as the fuse counts them: all of the job's, or what its list was declared to hold
  bool counted = false;       ///< a part of it is in an operation: the fuse counted the whole job then
  bool released = false;
  Time not_after;
};
Turn turn_of(const Job& job);
/// What the fuse counts when the job's next part leaves: the whole job, once.
std::int64_t counts_today(const Turn& turn);

struct Admission {
  bool go = false;
  bool hold = false;               ///< the fuse: the job is to be held, whole, until a person releases it
  std::optional<Time> not_before;  ///< when asking again makes sense; absent: when something else happened
  std::string why;                 ///< empty when it goes
};

/// `turn`: absent for an operation that was queued again (the fuse has counted it, and late jobs leave it by expiring)
/// and where the account alone is asked about.
Admission admit(const AccountSettings& settings, const AccountFacts& facts, const std::optional<Turn>& turn, Time now);

}  // namespace lethe::core
