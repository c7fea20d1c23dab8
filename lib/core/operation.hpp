// An operation (one request to the cloud and its life there), and the only place that maps evidence to states.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace lethe::core {

enum class Action : std::uint8_t { delete_contacts, restrict_contacts };  // words: "delete", "restrict"
enum class Selector : std::uint8_t { keys, ids, list };

/// Where a job or an operation stands. The order up to `deleting` is that of progress, least advanced first.
enum class State : std::uint8_t {
  held,
  queued,
  submitting,
  unconfirmed,
  needs_operator,
  suppressing,
  deleting,
  deleted,
  deleted_with_errors,
  restricted,
  restored,
  mixed,
  invalid,
  failed,
  rejected,
  cancelled,
  expired,
  abandoned,
};
inline constexpr State last_state = State::abandoned;

constexpr bool is_final(State state) {
  return state >= State::deleted;
}
/// Final, and not what was asked for: worth an alarm whenever it is reached.
constexpr bool is_alarm(State state) {
  return state == State::restored || state == State::mixed;
}
/// In the cloud's hands and not final: polled.
constexpr bool is_polled(State state) {
  return state == State::suppressing || state == State::deleting;
}

/// The spelling of these words for users, the store and JSON; nowhere else.
std::string_view word(Action action);
std::string_view word(Selector selector);
std::string_view word(State state);
std::optional<Action> parse_action(std::string_view text);
std::optional<Selector> parse_selector(std::string_view text);
std::optional<State> parse_state(std::string_view text);

/// Lethe's own number of an operation.
struct OperationNumber {
  std::int64_t value = 0;
  auto operator<=>(const OperationNumber&) const = default;
};
/// The cloud's operationID; above zero.
struct OperationId {
  std::int64_t value = 0;
  auto operator<=>(const OperationId&) const = default;
};
struct JobNumber {
  std::int64_t value = 0;
  auto operator<=>(const JobNumber&) const = default;
};

struct Operation {
  OperationNumber number;
  std::string account;
  Action action = Action::delete_contacts;
  Selector selector = Selector::keys;
  State state = State::submitting;
  std::optional<OperationId> operation_id;
  std::string status;             ///< the cloud's word for phase 1; empty before the first answer
  std::string background_status;  ///< the cloud's words for phase 2, several entries joined by a comma
  std::int64_t contacts = 0;      ///< 0 for a list whose size nobody said
  Time created_at;
  Time intent_at;                      ///< when it last went into `submitting`
  std::int64_t known_above = 0;        ///< the highest operationID known for the account at intent_at; 0: none
  std::optional<Time> absent_at;       ///< since when the cloud's lists are known to be without it (core/matching.hpp)
  std::optional<Time> submitted_at;    ///< the acceptance, on our clock
  std::optional<int> restorable_days;  ///< the last numberofRestorableDays that the cloud said; -1 is none
  std::optional<Time> restorable_until;  ///< see restorable_until() in core/schedule.hpp
  std::optional<Time> due_at;            ///< the next poll or look; absent when nothing is to be asked
  std::optional<Time> ended_at;
  std::int64_t polls = 0;  ///< status calls since acceptance, answered or not
  int attempt = 0;         ///< status calls in the present leg of the schedule (core/schedule.hpp); while unconfirmed:
                           ///< how often it was looked up
  std::optional<int> retry_count;   ///< retryCount as the cloud said it with the last recorded change
  std::optional<Time> retried_at;   ///< the last recorded retry, where the operation's way began anew
  bool old_verdict = false;         ///< since that retry the cloud has said nothing but what it said before
  int own_retries = 0;              ///< how often Lethe itself has asked for a retry
  std::optional<Time> answered_at;  ///< the last answer about it, or the acceptance: what it showed went on until then
  bool typical = true;  ///< false: how long it takes says nothing about others (a retry; a window that was cut short)
  // How long its phases took, where that could be told (core/learning.hpp).
  std::optional<Duration> suppression_took;
  std::optional<Duration> deletion_took;
  // Answers that the cloud doesn't know it, see is_unknown() in core/schedule.hpp.
  int unknown_answers = 0;
  std::optional<Time> unknown_since;
  std::string
      listed;  ///< the word of its row in the cloud's list of requests, as the sweep read it last (core/sweep.hpp)
  std::int64_t version = 0;
};

/// What a status call answered about an operation (MARKETING CLOUD's "status of one operation", the only source of
/// truth).
struct Observation {
  std::optional<OperationId> operation_id;  ///< absent: the answer held no `operation`
  std::string status;
  std::vector<std::string> background;  ///< backgroundOperationStatusID of every entry, in the cloud's order
  bool errors_in_batch = false;         ///< errorsOccurredInBatchProcess
  std::optional<int> restorable_days;   ///< numberofRestorableDays; absent where the answer has none
  std::optional<std::string> list_key;  ///< the data extension that it works through; absent where unreadable
  std::optional<int> retry_count = {};  ///< retryCount; absent where the answer has none
};

/// What an observation does to an operation.
struct Decision {
  bool evidence = false;  ///< false: the answer is not about this operation, or the operation is final: nothing moves
  bool news = false;      ///< a transition is to be recorded: the state or a word of the cloud changed
  State state = State::suppressing;
  std::string status;
  std::string background_status;
  std::optional<int> retry_count;
  bool old_verdict = false;
};

/// How long after a retry the verdict that it was asked for is ignored, when nothing changes.
inline constexpr Duration old_verdict_ignored_for = std::chrono::hours{1};

/// The decision table. Words are compared without regard to case; words it doesn't know never end anything.
/// Only `suppressing` and `deleting` can move; no observation leaves a final state. An observation without a status
/// word says nothing about phase 1: the known word stays, and it is no evidence about an operation that is `deleting`.
/// After a retry the verdict before it is ignored until retryCount or a word has changed, or an hour has passed.
/// Without evidence, state and words are the operation's own.
Decision decide(const Operation& operation, const Observation& observation, Time now);

/// As Operation::background_status keeps them: the entries' words joined by a comma.
std::string background_words(const Observation& observation);

/// The cell of the decision table that an observation stands in, whatever is known of the operation.
State verdict(Action action, const Observation& observation);

/// The state of a job whose parts (its operations, and `queued`/`held` for what is in none) stand thus: the least
/// advanced while something runs, else the worst end. `parts` is not empty.
State job_state(const std::vector<State>& parts);

/// One recorded step of an operation or a job.
struct Transition {
  std::int64_t seq = 0;
  Time at;
  std::vector<std::string> jobs;  ///< the first 20 ids
  std::int64_t jobs_total = 0;
  std::string account;
  std::optional<OperationNumber> operation;  ///< absent: the job itself moved
  std::optional<OperationId> operation_id;
  std::optional<State> from;  ///< absent: it came into being
  State to = State::queued;
  std::string status;
  std::string background_status;
  std::string cause;  ///< why, in words for the log; never a contact
  std::int64_t polls = 0;
  std::string hash;  ///< hex SHA-256 of the link before and these fields (core/audit.hpp)
};

}  // namespace lethe::core
