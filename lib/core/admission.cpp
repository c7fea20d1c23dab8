#include "core/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/backoff.hpp"

namespace lethe::core {

namespace {

constexpr std::array<std::string_view, 4> account_state_words{"ready", "paused", "waiting", "blocked"};

Admission refuse(std::string why, std::optional<Time> not_before = std::nullopt) {
  return Admission{.go = false, .hold = false, .not_before = not_before, .why = std::move(why)};
}

Admission hold(std::string why) {
  return Admission{.go = false, .hold = true, .not_before = std::nullopt, .why = std::move(why)};
}

/// "1 operation is", "2 operations are"
std::string operations_are(std::int64_t count) {
  return count == 1 ? std::string{"1 operation is"} : fmt::format("{} operations are", count);
}

std::optional<Admission> held_by_account(const AccountFacts& facts, Time now) {
  if (facts.state == AccountState::ready) return std::nullopt;
  if (facts.until && !still_waits(*facts.until, now)) return std::nullopt;

  std::string why = fmt::format("the account is {}", word(facts.state));
  if (facts.until) why += fmt::format(" until {}", rfc3339(*facts.until));
  if (!facts.why.empty()) why += fmt::format(": {}", facts.why);
  return refuse(std::move(why), facts.until);
}

std::optional<Admission> held_by_pause(const AccountFacts& facts) {
  if (!facts.paused_at) return std::nullopt;
  return refuse(fmt::format("the account is {} since {}: {}; `lethe resume` lets it go on", word(AccountState::paused),
                            rfc3339(*facts.paused_at), facts.paused_why));
}

/// While it isn't known what became of an operation, nothing else is submitted: a second one would blur the search.
std::optional<Admission> held_by_unsettled(const AccountFacts& facts) {
  if (facts.needs_operator > 0) {
    return refuse(fmt::format("{} waiting for a person, and nothing else is submitted until `lethe resolve` settles it",
                              operations_are(facts.needs_operator)));
  }
  if (facts.unconfirmed > 0) {
    return refuse(
        fmt::format("{} unconfirmed, and nothing else is submitted until it is known whether the cloud has it",
                    operations_are(facts.unconfirmed)));
  }
  if (facts.submitting > 0) return refuse(fmt::format("{} being submitted", operations_are(facts.submitting)));
  return std::nullopt;
}

std::optional<Admission> held_by_suppression(const AccountSettings& settings, const AccountFacts& facts) {
  const std::int64_t counted = facts.suppressing - facts.overdue;
  if (counted < settings.max_operations_in_suppression) return std::nullopt;
  return refuse(
      fmt::format("{} in suppression, as many as max_operations_in_suppression allows", operations_are(counted)));
}

std::optional<Admission> held_by_spacing(const AccountSettings& settings, const AccountFacts& facts, Time now) {
  const Duration spacing = settings.min_time_between_submissions;
  // A submission that lies further ahead than one spacing was recorded by a clock that has stepped back since.
  if (!facts.last_submission_at || *facts.last_submission_at > now + spacing) return std::nullopt;
  const Time not_before = *facts.last_submission_at + spacing;
  if (not_before <= now) return std::nullopt;
  return refuse(fmt::format("the last submission was at {}, and min_time_between_submissions is {}",
                            rfc3339(*facts.last_submission_at), in_words(spacing)),
                not_before);
}

std::optional<Admission> held_by_not_after(const std::optional<Turn>& turn, Time now) {
  if (!turn || now < turn->not_after) return std::nullopt;
  return refuse(fmt::format("not_after was {}: what isn't submitted expires", rfc3339(turn->not_after)));
}

bool asks_the_fuse(const std::optional<Turn>& turn) {
  return turn && !turn->counted && !turn->released;
}

/// No day lets it through, so that a person hears of it whatever else the account waits for.
std::optional<Admission> held_by_its_size(const AccountSettings& settings, const std::optional<Turn>& turn) {
  if (!asks_the_fuse(turn) || turn->contacts <= settings.max_contacts_per_day) return std::nullopt;
  return hold(fmt::format("its {} contacts alone pass max_contacts_per_day, which is {}; `lethe release` lets it go",
                          turn->contacts, settings.max_contacts_per_day));
}

/// The last rule: the day that counts is the one on which the job would really leave.
std::optional<Admission> held_by_fuse(const AccountSettings& settings, const AccountFacts& facts,
                                      const std::optional<Turn>& turn) {
  if (!asks_the_fuse(turn) || turn->contacts <= settings.max_contacts_per_day - facts.contacts_today) {
    return std::nullopt;
  }
  return hold(
      fmt::format("with its {} contacts it would pass max_contacts_per_day, which is {}, of which {} are used today"
                  " (UTC); `lethe release` lets it go",
                  turn->contacts, settings.max_contacts_per_day, facts.contacts_today));
}

}  // namespace

std::string_view word(AccountState state) {
  return account_state_words.at(static_cast<std::size_t>(state));
}

std::optional<AccountState> parse_account_state(std::string_view text) {
  const auto found = std::ranges::find(account_state_words, text);
  if (found == account_state_words.end()) return std::nullopt;
  return static_cast<AccountState>(found - account_state_words.begin());
}

Turn turn_of(const Job& job) {
  Turn turn;
  turn.contacts = job.list ? job.list->contacts.value_or(contacts_of_undeclared_list) : job.contacts;
  turn.counted = job.cursor > 0;
  turn.released = job.released;
  turn.not_after = job.not_after;
  return turn;
}

std::int64_t counts_today(const Turn& turn) {
  return turn.counted ? 0 : turn.contacts;
}

Admission admit(const AccountSettings& settings, const AccountFacts& facts, const std::optional<Turn>& turn, Time now) {
  if (auto held = held_by_not_after(turn, now)) return *held;
  if (auto held = held_by_its_size(settings, turn)) return *held;
  if (auto held = held_by_pause(facts)) return *held;
  if (auto held = held_by_account(facts, now)) return *held;
  if (auto held = held_by_unsettled(facts)) return *held;
  if (auto held = held_by_suppression(settings, facts)) return *held;
  if (auto held = held_by_spacing(settings, facts, now)) return *held;
  if (auto held = held_by_fuse(settings, facts, turn)) return *held;
  return Admission{.go = true, .hold = false, .not_before = std::nullopt, .why = {}};
}

}  // namespace lethe::core
