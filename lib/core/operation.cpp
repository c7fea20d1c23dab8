#include "core/operation.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ranges>
#include <stdexcept>

#include "core/ascii.hpp"

namespace lethe::core {

namespace {

constexpr std::array<std::string_view, 2> action_words{"delete", "restrict"};
constexpr std::array<std::string_view, 3> selector_words{"keys", "ids", "list"};
constexpr std::array<std::string_view, static_cast<std::size_t>(last_state) + 1> state_words{
    "held",        "queued",         "submitting",
    "unconfirmed", "needs_operator", "suppressing",
    "deleting",    "deleted",        "deleted_with_errors",
    "restricted",  "restored",       "mixed",
    "invalid",     "failed",         "rejected",
    "cancelled",   "expired",        "abandoned"};

/// The enumerator whose place in `words` is that of `text`.
template <class Enum, std::size_t size>
std::optional<Enum> parse(const std::array<std::string_view, size>& words, std::string_view text) {
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

bool same_word(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

/// What the word of phase 1 says.
enum class Suppression : std::uint8_t { going_on, failed, cancelled, invalid, completed, completed_with_errors };

Suppression read_status(std::string_view status) {
  if (same_word(status, "Completed")) return Suppression::completed;
  if (same_word(status, "CompletedWithErrors")) return Suppression::completed_with_errors;
  if (same_word(status, "Failed")) return Suppression::failed;
  if (same_word(status, "Cancelled")) return Suppression::cancelled;
  if (same_word(status, "Invalid")) return Suppression::invalid;
  return Suppression::going_on;
}

/// What the entries of phase 2 say together.
enum class Background : std::uint8_t { none, going_on, completed, aborted, invalid, different };

Background read_entry(std::string_view word) {
  if (same_word(word, "Completed")) return Background::completed;
  if (same_word(word, "Aborted")) return Background::aborted;
  if (same_word(word, "Invalid")) return Background::invalid;
  return Background::going_on;
}

Background read_background(const std::vector<std::string>& entries) {
  Background together = Background::none;
  for (const std::string& word : entries) {
    const Background entry = read_entry(word);
    if (entry == Background::going_on) return Background::going_on;
    together = together == Background::none || together == entry ? entry : Background::different;
  }
  return together;
}

/// Suppression ended badly and nothing runs in the background.
State bad_end(Suppression suppression) {
  switch (suppression) {
    case Suppression::failed:
      return State::failed;
    case Suppression::cancelled:
      return State::cancelled;
    default:
      return State::invalid;
  }
}

State after_bad_suppression(Action action, Suppression suppression, Background background) {
  switch (background) {
    case Background::none:
      return bad_end(suppression);
    case Background::going_on:
      return action == Action::delete_contacts ? State::deleting : State::suppressing;
    case Background::aborted:
      return State::restored;
    case Background::invalid:
      return State::invalid;
    default:
      return State::mixed;
  }
}

State after_suppression(Action action, bool with_errors, Background background) {
  const bool deletes = action == Action::delete_contacts;
  switch (background) {
    case Background::none:
      return deletes ? State::deleting : State::restricted;
    case Background::going_on:
      return deletes ? State::deleting : State::suppressing;
    case Background::completed:
      if (!deletes) return State::restricted;
      return with_errors ? State::deleted_with_errors : State::deleted;
    case Background::aborted:
      return State::restored;
    case Background::invalid:
      return State::invalid;
    default:
      return State::mixed;
  }
}

bool is_evidence(const Operation& operation, const Observation& observation) {
  if (!is_polled(operation.state)) return false;
  if (!observation.operation_id || observation.operation_id != operation.operation_id) return false;
  // A missing word says nothing about phase 1, so it can't take back that phase 1 was over.
  return !(observation.status.empty() && operation.state == State::deleting);
}

/// Since its retry the cloud has shown nothing new about the operation, and it may yet.
bool still_old(const Operation& operation, const Observation& observation, Time now) {
  if (!operation.old_verdict) return false;
  const bool counted = observation.retry_count && *observation.retry_count != operation.retry_count.value_or(0);
  return !counted && now - operation.retried_at.value_or(Time{}) < old_verdict_ignored_for;
}

/// The greater, the worse an end.
int badness(State end) {
  constexpr std::array<State, 11> from_best{State::deleted,   State::restricted, State::deleted_with_errors,
                                            State::cancelled, State::expired,    State::abandoned,
                                            State::rejected,  State::failed,     State::invalid,
                                            State::mixed,     State::restored};
  return static_cast<int>(std::ranges::find(from_best, end) - from_best.begin());
}

}  // namespace

std::string_view word(Action action) {
  return action_words.at(static_cast<std::size_t>(action));
}
std::string_view word(Selector selector) {
  return selector_words.at(static_cast<std::size_t>(selector));
}
std::string_view word(State state) {
  return state_words.at(static_cast<std::size_t>(state));
}

std::optional<Action> parse_action(std::string_view text) {
  return parse<Action>(action_words, text);
}
std::optional<Selector> parse_selector(std::string_view text) {
  return parse<Selector>(selector_words, text);
}
std::optional<State> parse_state(std::string_view text) {
  return parse<State>(state_words, text);
}

std::string background_words(const Observation& observation) {
  std::string text;
  for (const std::string& word : observation.background) {
    if (&word != &observation.background.front()) text += ',';
    text += word;
  }
  return text;
}

State verdict(Action action, const Observation& observation) {
  const Suppression suppression = read_status(observation.status);
  const Background background = read_background(observation.background);
  switch (suppression) {
    case Suppression::going_on:
      return State::suppressing;
    case Suppression::failed:
    case Suppression::cancelled:
    case Suppression::invalid:
      return after_bad_suppression(action, suppression, background);
    default: {
      const bool with_errors = suppression == Suppression::completed_with_errors || observation.errors_in_batch;
      return after_suppression(action, with_errors, background);
    }
  }
}

Decision decide(const Operation& operation, const Observation& observation, Time now) {
  Decision decision{.state = operation.state,
                    .status = operation.status,
                    .background_status = operation.background_status,
                    .retry_count = operation.retry_count,
                    .old_verdict = operation.old_verdict};
  if (!is_evidence(operation, observation)) return decision;

  decision.evidence = true;
  const std::string background = background_words(observation);
  const bool new_status = !observation.status.empty() && !same_word(observation.status, operation.status);
  const bool new_background = !same_word(background, operation.background_status);
  if (!new_status && !new_background && still_old(operation, observation, now)) return decision;

  decision.state = verdict(operation.action, observation);
  decision.old_verdict = false;
  if (observation.retry_count) decision.retry_count = observation.retry_count;
  if (new_status) decision.status = observation.status;
  if (new_background) decision.background_status = background;
  decision.news = decision.state != operation.state || new_status || new_background;
  return decision;
}

State job_state(const std::vector<State>& parts) {
  if (parts.empty()) throw std::invalid_argument("job_state: a job has at least one part");
  auto running = parts | std::views::filter([](State part) { return !is_final(part); });
  if (!running.empty()) return std::ranges::min(running);
  return std::ranges::max(parts, {}, badness);
}

}  // namespace lethe::core
