// The search for a submission whose answer was lost: what the cloud's lists show of it, and what follows from that.
//
// Lists are hints: a candidate is adopted only when its own status call agrees. Times in the lists exclude nobody,
// since they mix zones. Whatever can't be told for certain is left to a person, because a second submission can't be
// taken back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/operation.hpp"
#include "core/time.hpp"

namespace lethe::core {

/// How far a list must be ahead of the intent before it can show that something is absent.
inline constexpr Duration list_grace = std::chrono::minutes{10};
/// How old an intent may be and still be queued again.
inline constexpr Duration longest_absence = std::chrono::hours{1};
/// Absence is seen twice, this far apart at least: rows move while pages are read.
inline constexpr Duration second_look = std::chrono::minutes{3};
/// No interval between two looks is longer.
inline constexpr Duration longest_look = std::chrono::minutes{30};

/// An operation as a row of one of the cloud's lists tells it. What a row doesn't tell is absent.
struct ListedOperation {
  OperationId id;
  std::optional<Action> action;
  std::optional<std::int64_t> contacts;
  std::optional<std::string> list_key;
  std::optional<std::string> created_by;
  std::string status{};              ///< the list's word for where it stands; empty: it has none
  std::optional<bool> of_list{};     ///< what a data extension lists was asked for, rather than keys or ids
  std::optional<Time> changed_at{};  ///< when the cloud says that its state changed last; a zone may be wrong
  bool count_confirmed = false;      ///< more than one list tells `contacts`, and they agree; set by merge()
};

/// Puts the pages of one list together and says when there are no more.
///
/// Only an empty page is the end: a short one may come from a page size that was capped or changes. A list whose rows
/// fall by operationID needn't be read further than well below `known_above`, since no candidate lies there. A page
/// without a new row is looked behind once (rows move while pages are read); two of them in a row mean that the page
/// number is ignored, and then nobody knows what else there is.
class Paging {
 public:
  static constexpr int most_pages = 100;

  explicit Paging(std::int64_t known_above) : known_above_(known_above) {}
  /// True: the next page is to be read.
  bool take(const std::vector<ListedOperation>& page);
  int next_page() const { return pages_ + 1; }
  bool whole() const { return whole_; }
  const std::vector<ListedOperation>& rows() const { return rows_; }

 private:
  bool add(const ListedOperation& row);
  bool reaches_below() const;

  std::int64_t known_above_;
  std::vector<ListedOperation> rows_;
  std::set<OperationId> seen_;
  bool falling_ = true;          ///< each new row was below the one before
  std::int64_t rows_below_ = 0;  ///< at or below known_above
  int pages_ = 0;
  int pages_without_news_ = 0;
  bool whole_ = false;
};

/// What reading a list came to.
struct Reading {
  enum class Outcome : std::uint8_t {
    whole,
    incomplete,  ///< read without knowing where it ends
    unread,      ///< the network or the server failed, or the cloud asked to wait
    missing,     ///< there is no such list
    broken,      ///< an answer broke the contract
  };
  Outcome outcome = Outcome::unread;
  std::optional<Time> as_of;  ///< absent: nobody knows
};

/// As of when a list is that was read from `started` on: what it says itself, but no later than that. Without a word of
/// its own, `started`. Absent where the cloud's clock and ours are more than a day apart.
std::optional<Time> as_of(std::optional<Time> stated, Time started);

/// Rows of one operationID joined. What two of them contradict each other in is unknown.
std::vector<ListedOperation> merge(const std::vector<ListedOperation>& rows);

/// All that a look at the lists knows.
struct Search {
  Action action = Action::delete_contacts;
  Selector selector = Selector::keys;
  std::int64_t contacts = 0;
  std::string list_key;  ///< of a list job
  Time intent_at;
  std::int64_t known_above = 0;
  std::vector<ListedOperation> rows;  ///< merged
  std::set<OperationId> claimed;      ///< that are operations of ours
  std::set<OperationId> disowned;     ///< whose own status call didn't agree
  std::set<OperationId> unreadable;   ///< whose own status call was answered with what can't be read
  Reading requests;
  Reading operations;
  std::optional<Time> absent_at;  ///< since when looks have seen it absent
  int looks = 0;                  ///< this one too
  std::optional<Time> newest_transition;
  Time now;
};

struct Verdict {
  enum class Next : std::uint8_t {
    confirm,     ///< ask for the status of `candidate`; if it agrees, adopt it
    look_again,  ///< at `at`
    queue_again,
    needs_operator,
  };
  Next next = Next::look_again;
  std::optional<OperationId> candidate;
  std::optional<Time> at;
  bool absent = false;  ///< this look showed that the cloud doesn't have it
  std::string why;      ///< words, counts and ids; never a contact
};

Verdict judge(const Search& search);

/// Does the candidate's own status call speak for it?
bool agrees(const Search& search, OperationId candidate, const Observation& observation);

/// When to look after `looks` looks: a minute after the intent, then at growing intervals. A late one comes at once.
Time next_look(Time intent_at, int looks, Time now);

}  // namespace lethe::core
