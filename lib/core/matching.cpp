#include "core/matching.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/ascii.hpp"

namespace lethe::core {

namespace {

using Next = Verdict::Next;
using Outcome = Reading::Outcome;

/// So many rows below the mark, each below the one before, are no accident of another order.
constexpr std::int64_t rows_that_show_the_order = 10;
constexpr int pages_of_an_ignored_number = 2;
constexpr std::size_t most_named = 5;
constexpr Duration clocks_apart = std::chrono::hours{24};

/// External keys are the same in any case.
bool same_key(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, lower, lower);
}

// ---- rows

using Rows = std::vector<ListedOperation>;

/// What the rows of one operation agree on.
template <class T>
std::optional<T> joined(const Rows& rows, std::optional<T> ListedOperation::* field) {
  std::optional<T> known;
  for (const ListedOperation& row : rows) {
    if (!(row.*field)) continue;
    if (known && known != row.*field) return std::nullopt;
    known = row.*field;
  }
  return known;
}

/// Who submits for the account, where all of its operations in the lists agree on that.
std::optional<std::string> own_creator(const Search& search) {
  Rows own;
  std::ranges::copy_if(search.rows, std::back_inserter(own),
                       [&](const ListedOperation& row) { return search.claimed.contains(row.id); });
  return joined(own, &ListedOperation::created_by);
}

enum class Fit : std::uint8_t {
  none,
  doubtful,  ///< one list alone tells another count (the lists can count differently) or another selector
  good,
};

Fit fit(const Search& search, const ListedOperation& row) {
  const bool of_list = search.selector == Selector::list;
  if (row.action && row.action != search.action) return Fit::none;
  if (of_list && row.list_key && !same_key(*row.list_key, search.list_key)) return Fit::none;
  const bool same_count = of_list || !row.contacts || row.contacts == search.contacts;
  if (!same_count && row.count_confirmed) return Fit::none;
  const bool same_selector = row.of_list.value_or(of_list) == of_list;
  return same_count && same_selector ? Fit::good : Fit::doubtful;
}

/// Of the rows above the mark, or of those up to it.
enum class Side : std::uint8_t { above, below };

Rows rows_that_fit(const Search& search, Fit wanted, Side side = Side::above) {
  const std::optional<std::string> creator = own_creator(search);
  Rows found;
  for (const ListedOperation& row : search.rows) {
    const bool above = row.id.value > search.known_above;
    if (above != (side == Side::above) || search.claimed.contains(row.id)) continue;
    if (creator && row.created_by && row.created_by != creator) continue;
    if (fit(search, row) == wanted) found.push_back(row);
  }
  return found;
}

/// Every row lies below the mark, and one of them could be it: the mark may come from an answer that told an
/// operationID far too high.
bool mark_is_in_doubt(const Search& search) {
  const auto reaches_mark = [&](const ListedOperation& row) { return row.id.value >= search.known_above; };
  if (std::ranges::any_of(search.rows, reaches_mark)) return false;
  return !rows_that_fit(search, Fit::good, Side::below).empty() ||
         !rows_that_fit(search, Fit::doubtful, Side::below).empty();
}

// ---- readings

bool is_whole(const Reading& reading) {
  return reading.outcome == Outcome::whole;
}

/// Every list that there is was read whole, and there is one.
bool read_whole(const Search& search) {
  const auto whole_or_missing = [](const Reading& reading) {
    return is_whole(reading) || reading.outcome == Outcome::missing;
  };
  return whole_or_missing(search.requests) && whole_or_missing(search.operations) &&
         (is_whole(search.requests) || is_whole(search.operations));
}

/// Would the list hold the operation by now, if the cloud had it?
bool would_show(const Search& search, const Reading& reading) {
  return is_whole(reading) && reading.as_of && *reading.as_of > search.intent_at + list_grace;
}

/// Would the lists hold every operation that was accepted up to the intent by now?
bool would_show_all(const Search& search) {
  return read_whole(search) && (would_show(search, search.operations) || would_show(search, search.requests));
}

/// Restricts are in no list. What a list job worked through is told by the list of operations alone.
bool shows_absence(const Search& search) {
  if (search.action == Action::restrict_contacts || !read_whole(search)) return false;
  if (would_show(search, search.operations)) return true;
  return search.selector != Selector::list && would_show(search, search.requests);
}

bool is_trusted(const Search& search) {
  return search.now >= search.intent_at && (!search.newest_transition || search.now >= *search.newest_transition);
}

// ---- words

std::string_view word(Outcome outcome) {
  constexpr std::array<std::string_view, 5> words{"read whole", "of unknown length", "not read", "missing",
                                                  "breaking the contract"};
  return words.at(static_cast<std::size_t>(outcome));
}

std::string in_words(std::string_view list, const Reading& reading) {
  std::string text = fmt::format("list of {} {}", list, word(reading.outcome));
  if (is_whole(reading) && reading.as_of) text += fmt::format(" as of {}", rfc3339(*reading.as_of));
  return text;
}

std::string named(const Rows& found) {
  if (found.empty()) return {};
  std::vector<std::int64_t> ids;
  for (const ListedOperation& row : found) ids.push_back(row.id.value);
  const std::size_t shown = std::min(ids.size(), most_named);
  return fmt::format(" ({}{})", fmt::join(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     shown < ids.size() ? ", …" : "");
}

std::string evidence(const Search& search, const Rows& found) {
  std::string text = fmt::format("looked up: {} rows, {} {}{}; {}, {}", search.rows.size(), found.size(),
                                 found.size() == 1 ? "candidate" : "candidates", named(found),
                                 in_words("requests", search.requests), in_words("operations", search.operations));
  if (!search.disowned.empty()) text += "; the candidate's own status call didn't agree";
  if (!search.unreadable.empty()) text += "; the answer of the candidate's own status call can't be read";
  return text;
}

// ---- verdicts

class Judge {
 public:
  explicit Judge(const Search& search)
      : search_(search),
        found_(rows_that_fit(search, Fit::good)),
        in_doubt_(!rows_that_fit(search, Fit::doubtful).empty()),
        evidence_(evidence(search, found_)) {}

  Verdict verdict() const {
    if (unread()) return look_again("not all lists could be read");
    if (found_.size() > 1) return needs_operator("several operations could be it");
    if (found_.size() == 1) return of_one(found_.front());
    if (in_doubt_)
      return later_or_never("an operation of another count or selector could be it: one list alone tells them");
    if (mark_is_in_doubt(search_))
      return later_or_never("no list shows the highest operationID known, and one below it could be it");
    if (shows_absence(search_)) return of_absence();
    return of_nothing();
  }

 private:
  bool unread() const {
    return search_.requests.outcome == Outcome::unread || search_.operations.outcome == Outcome::unread;
  }
  bool too_old() const { return search_.now - search_.intent_at >= longest_absence; }

  Verdict of_one(const ListedOperation& row) const {
    if (search_.disowned.contains(row.id)) return later_or_never("the only one it could be isn't it");
    if (search_.unreadable.contains(row.id)) return later_or_never("one operation could be it, and can't be asked");
    // That there is no other is an absence too: a list that lags could show somebody else's and hide ours.
    if (would_show_all(search_) && !in_doubt_) return make(Next::confirm, "one operation could be it", row.id);
    return later_or_never("it isn't known whether it is the only one");
  }

  Verdict of_absence() const {
    if (!is_trusted(search_)) return needs_operator(clock_stepped);
    if (too_old()) return needs_operator("the cloud doesn't have it, and it is more than an hour old");
    const bool seen_before = search_.absent_at && search_.now - *search_.absent_at >= second_look;
    Verdict verdict = seen_before ? make(Next::queue_again, "the cloud doesn't have it, as two looks have shown")
                                  : look_again("the cloud doesn't have it");
    verdict.absent = true;
    return verdict;
  }

  Verdict of_nothing() const {
    const bool restriction = search_.action == Action::restrict_contacts;
    return later_or_never(restriction ? "no list shows restrictions" : "the lists show neither it nor its absence");
  }

  /// What another look may still tell.
  Verdict later_or_never(std::string_view why) const {
    if (!is_trusted(search_)) return needs_operator(clock_stepped);
    return too_old() ? needs_operator(why) : look_again(why);
  }

  Verdict look_again(std::string_view why) const {
    Verdict verdict = make(Next::look_again, why);
    verdict.at = next_look(search_.intent_at, search_.looks, search_.now);
    return verdict;
  }

  Verdict needs_operator(std::string_view why) const { return make(Next::needs_operator, why); }

  Verdict make(Next next, std::string_view why, std::optional<OperationId> candidate = std::nullopt) const {
    return {.next = next,
            .candidate = candidate,
            .at = std::nullopt,
            .absent = false,
            .why = fmt::format("{}: {}", why, evidence_)};
  }

  static constexpr std::string_view clock_stepped = "the clock stepped back, so its age can't be told";

  const Search& search_;
  Rows found_;
  bool in_doubt_;  ///< a row that fits but for its count or its selector, which one list alone tells
  std::string evidence_;
};

}  // namespace

bool Paging::take(const std::vector<ListedOperation>& page) {
  ++pages_;
  if (page.empty()) {
    whole_ = true;
    return false;
  }
  bool news = false;
  for (const ListedOperation& row : page) news = add(row) || news;
  whole_ = reaches_below();
  if (whole_) return false;
  pages_without_news_ = news ? 0 : pages_without_news_ + 1;
  return pages_without_news_ < pages_of_an_ignored_number && pages_ < most_pages;
}

bool Paging::add(const ListedOperation& row) {
  const bool is_new = seen_.insert(row.id).second;
  if (is_new) {
    falling_ = falling_ && (rows_.empty() || row.id < rows_.back().id);
    if (row.id.value <= known_above_) ++rows_below_;
    rows_.push_back(row);
  }
  return is_new;
}

bool Paging::reaches_below() const {
  return falling_ && rows_below_ >= rows_that_show_the_order;
}

std::optional<Time> as_of(std::optional<Time> stated, Time started) {
  if (!stated) return started;
  if (*stated > started + clocks_apart) return std::nullopt;
  return std::min(*stated, started);
}

std::vector<ListedOperation> merge(const std::vector<ListedOperation>& rows) {
  std::map<OperationId, Rows> by_id;
  for (const ListedOperation& row : rows) by_id[row.id].push_back(row);
  Rows merged;
  for (const auto& [id, same] : by_id) {
    const auto tell_count =
        std::ranges::count_if(same, [](const ListedOperation& row) { return row.contacts.has_value(); });
    ListedOperation one{.id = id,
                        .action = joined(same, &ListedOperation::action),
                        .contacts = joined(same, &ListedOperation::contacts),
                        .list_key = joined(same, &ListedOperation::list_key),
                        .created_by = joined(same, &ListedOperation::created_by),
                        .of_list = joined(same, &ListedOperation::of_list)};
    one.count_confirmed = one.contacts.has_value() && tell_count > 1;
    merged.push_back(std::move(one));
  }
  return merged;
}

Verdict judge(const Search& search) {
  return Judge(search).verdict();
}

bool agrees(const Search& search, OperationId candidate, const Observation& observation) {
  if (observation.operation_id != candidate) return false;
  return search.selector != Selector::list || !observation.list_key || same_key(*observation.list_key, search.list_key);
}

Time next_look(Time intent_at, int looks, Time now) {
  using std::chrono::minutes;
  constexpr std::array<minutes, 8> after{minutes{1},  minutes{4},  minutes{11}, minutes{15},
                                         minutes{22}, minutes{32}, minutes{45}, minutes{60}};
  const Time soonest = looks == 0 ? now : now + second_look;
  if (now < intent_at) return soonest;
  const auto look = static_cast<std::size_t>(std::max(looks, 0));
  if (look >= after.size()) return now + longest_look;
  return std::clamp(intent_at + after.at(look), soonest, now + longest_look);
}

}  // namespace lethe::core
