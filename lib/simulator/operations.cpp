#include "simulator/operations.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "simulator/reading.hpp"

namespace lethe::simulator {
namespace {

using core::Duration;
using core::Time;

constexpr Duration shortest_suppression = std::chrono::seconds{30};
constexpr Duration longest_suppression = std::chrono::hours{12};
constexpr Duration median_suppression = std::chrono::minutes{20};
constexpr double spread_of_suppression = 1.0;
constexpr Duration cohort_width = std::chrono::minutes{5};
/// Hours from the end of the window to the end of the background delete, as the documented samples show them.
constexpr std::array cohort_hours{6.09, 10.74, 8.33, 9.05, 6.06, 6.11, 12.74, 6.04};
constexpr std::int64_t most_rows_of_a_list = 5'000;

Duration days_of(int days) {
  return std::chrono::hours{24 * std::max(days, 0)};
}

bool is(std::string_view word, std::string_view other) {
  return equal_ignoring_case(word, other);
}

bool ends_well(std::string_view status) {
  return is(status, "Completed") || is(status, "CompletedWithErrors");
}
bool ends_badly(std::string_view status) {
  return is(status, "Failed") || is(status, "Cancelled") || is(status, "Invalid");
}
bool ends_background(std::string_view word) {
  return is(word, "Completed") || is(word, "Aborted") || is(word, "Invalid");
}

bool all_are(const std::vector<std::string>& words, std::string_view word) {
  return std::all_of(words.begin(), words.end(), [&](const std::string& other) { return is(other, word); });
}

std::string in_small_letters(std::string_view status) {
  return is(status, "Failed") ? "failed" : is(status, "Cancelled") ? "cancelled" : "invalid";
}

Duration scaled(Duration duration, double factor) {
  return Duration{static_cast<Duration::rep>(std::llround(static_cast<double>(duration.count()) * factor))};
}

}  // namespace

std::string verdict_of(Kind kind, const Life& life) {
  const bool well = ends_well(life.status);
  const bool badly = ends_badly(life.status);
  if (!well && !badly) return "suppressing";
  if (kind == Kind::restriction) return well ? "restricted" : in_small_letters(life.status);
  if (life.background.empty()) return well ? "deleting" : in_small_letters(life.status);
  if (!std::all_of(life.background.begin(), life.background.end(), ends_background)) return "deleting";
  if (all_are(life.background, "Aborted")) return "restored";
  if (all_are(life.background, "Invalid")) return "invalid";
  if (!well || !all_are(life.background, "Completed")) return "mixed";
  return life.errors_in_batch || is(life.status, "CompletedWithErrors") ? "deleted_with_errors" : "deleted";
}

Operations::Operations(Draws draws, int restorable_days)
    : draws_(draws),
      default_days_(restorable_days),
      last_id_(2'000 + static_cast<std::int64_t>(draws.bits("first id", 0) % 1'000)) {}

Operations::Account& Operations::account(std::int64_t account_id) {
  Account& account = accounts_[account_id];
  if (account.settings.empty()) account.settings.push_back({Time::min(), default_days_});
  return account;
}

SimulatedOperation& Operations::accept(std::int64_t account_id, Submission submission, Life life, Time now) {
  Account& owner = account(account_id);
  SimulatedOperation operation;
  operation.index = all_.size();
  // Other business of the account takes numbers, too.
  last_id_ += 1 + static_cast<std::int64_t>(draws_.bits("id gap", operation.index) % 3);
  operation.id = last_id_;
  operation.account_id = account_id;
  const bool list = submission.type == "listReference";
  operation.rows = list ? 1 + static_cast<std::int64_t>(draws_.bits("rows", hash_of(submission.contacts.front())) %
                                                        most_rows_of_a_list)
                        : static_cast<std::int64_t>(submission.contacts.size());
  operation.submission = std::move(submission);
  operation.received = now;
  operation.life = std::move(life);
  enqueue(operation, owner, now);
  all_.push_back(std::move(operation));
  if (all_.back().submission.kind == Kind::deletion) owner.deletions.push_back(&all_.back());
  return all_.back();
}

void Operations::enqueue(SimulatedOperation& operation, Account& owner, Time now) {
  const std::uint64_t number = operation.index * 1'000 + static_cast<std::uint64_t>(operation.retries);
  const Duration drawn =
      std::clamp(scaled(median_suppression, draws_.lognormal("suppression", number, spread_of_suppression)),
                 shortest_suppression, longest_suppression);
  const Duration suppression = operation.life.suppression.value_or(drawn);
  operation.window_from = now;
  operation.starts = std::max(now, owner.queue_end);
  operation.suppressed = operation.starts + suppression;
  operation.appears = operation.suppressed + std::max<Duration>(std::chrono::minutes{1}, suppression / 10);
  operation.days_at_start = owner.settings.back().days;
  owner.queue_end = operation.suppressed;
  if (operation.submission.kind == Kind::deletion) join_cohort(operation, owner, now);
}

void Operations::join_cohort(SimulatedOperation& operation, Account& owner, Time now) {
  if (!owner.cohort_from || now - *owner.cohort_from > cohort_width) {
    const std::uint64_t number = operation.index * 1'000 + static_cast<std::uint64_t>(operation.retries);
    const double hours = cohort_hours[draws_.bits("cohort", number) % cohort_hours.size()];
    owner.cohort_from = now;
    owner.cohort_delay = scaled(std::chrono::hours{1}, hours * draws_.uniform("cohort spread", number, 0.98, 1.02));
  }
  operation.cohort_from = *owner.cohort_from;
  operation.cohort_delay = owner.cohort_delay;
}

SimulatedOperation* Operations::find(std::int64_t account_id, Kind kind, std::int64_t id) {
  const auto found = std::lower_bound(all_.begin(), all_.end(), id,
                                      [](const SimulatedOperation& one, std::int64_t other) { return one.id < other; });
  if (found == all_.end() || found->id != id) return nullptr;
  return found->account_id == account_id && found->submission.kind == kind ? &*found : nullptr;
}

/// The window ends under the first setting that lets it end while the setting stands: a change finds what still waits.
Operations::Window Operations::window(const SimulatedOperation& operation) const {
  const std::vector<Setting>& settings = accounts_.at(operation.account_id).settings;
  const Time from = operation.life.deletion ? operation.window_from : operation.cohort_from;
  for (std::size_t i = 0; i + 1 < settings.size(); ++i) {
    const Time next = settings[i + 1].since;
    const Time end = std::max(from + days_of(settings[i].days), settings[i].since);
    if (next > operation.window_from && end <= next) return {end, settings[i].days};
  }
  return {std::max(from + days_of(settings.back().days), settings.back().since), settings.back().days};
}

/// Support restores contacts some time within the window; where there is none, while the delete runs.
Time Operations::aborted_at(const SimulatedOperation& operation, Time window_end) const {
  if (operation.life.deletion) return std::max(window_end + *operation.life.deletion, operation.appears);
  const double share = draws_.uniform("abort", operation.index, 0.1, 0.9);
  const Time planned = operation.window_from + days_of(operation.days_at_start);
  if (planned <= operation.appears) return operation.appears + scaled(operation.cohort_delay, share);
  const Time at = operation.appears + scaled(planned - operation.appears, share);
  return std::min(at, std::max(window_end, operation.appears));
}

std::vector<Entry> Operations::entries(const SimulatedOperation& operation, Time window_end) const {
  std::vector<Entry> result;
  if (operation.submission.kind == Kind::restriction) return result;
  const Duration delay = operation.life.deletion.value_or(operation.cohort_delay);
  for (const std::string& word : operation.life.background) {
    Entry entry{word, std::nullopt};
    if (is(word, "Aborted")) {
      entry.end = aborted_at(operation, window_end);
    } else if (ends_background(word)) {
      entry.end = std::max(window_end, operation.appears) + delay;
    }
    result.push_back(std::move(entry));
  }
  return result;
}

Progress Operations::progress(const SimulatedOperation& operation, Time now) const {
  Progress progress;
  const Life& life = operation.life;
  progress.last_change = operation.window_from;
  const bool restriction = operation.submission.kind == Kind::restriction;
  const Window found = window(operation);
  progress.window_end = restriction ? operation.window_from : found.end;
  progress.restorable_days = restriction || found.days <= 0 ? -1 : found.days;
  if (now < operation.suppressed) {
    progress.status = now < operation.starts ? "Pending" : "Processing";
    if (now >= operation.starts) progress.last_change = operation.starts;
    return progress;
  }
  progress.status = life.status;
  progress.errors_in_batch = life.errors_in_batch;
  progress.last_change = operation.suppressed;
  progress.suppressed = operation.suppressed;
  const std::vector<Entry> entries_of_it = entries(operation, found.end);
  if (entries_of_it.empty()) {
    const bool over = ends_badly(life.status) || (restriction && ends_well(life.status));
    if (over) progress.ended = operation.suppressed;
    return progress;
  }
  if (now < operation.appears) return progress;
  progress.last_change = operation.appears;
  bool all_over = ends_well(life.status) || ends_badly(life.status);
  for (const Entry& entry : entries_of_it) {
    const bool over = entry.end && *entry.end <= now;
    progress.entries.push_back(over ? entry.word : life.other_words.empty() ? "Processing" : life.other_words);
    if (over) progress.last_change = std::max(progress.last_change, *entry.end);
    all_over = all_over && over;
  }
  if (all_over) progress.ended = progress.last_change;
  return progress;
}

bool Operations::restart(SimulatedOperation& operation, Time now) {
  const Progress before = progress(operation, now);
  const std::string verdict = verdict_of(operation.submission.kind, operation.life);
  if (!before.ended || (verdict != "failed" && verdict != "invalid")) return false;
  ++operation.retries;
  operation.life.status = operation.life.status_after_retry;
  operation.life.background.clear();
  if (!ends_badly(operation.life.status)) operation.life.background.emplace_back("Completed");
  operation.life.errors_in_batch = false;
  enqueue(operation, account(operation.account_id), now);
  return true;
}

void Operations::change_days(std::int64_t account_id, int days, Time now) {
  account(account_id).settings.push_back({now, days});
}

void Operations::change_days_everywhere(int days, Time now) {
  for (auto& [account_id, account] : accounts_) account.settings.push_back({now, days});
  default_days_ = days;
}

std::span<const SimulatedOperation* const> Operations::deletions(std::int64_t account_id, std::optional<Time> from,
                                                                 std::optional<Time> until) const {
  const auto found = accounts_.find(account_id);
  if (found == accounts_.end()) return {};
  const auto& all = found->second.deletions;
  const auto earlier = [](const SimulatedOperation* one, Time time) { return one->received < time; };
  const auto later = [](Time time, const SimulatedOperation* one) { return time < one->received; };
  const auto first = from ? std::lower_bound(all.begin(), all.end(), *from, earlier) : all.begin();
  const auto last = until ? std::upper_bound(first, all.end(), *until, later) : all.end();
  return {first, last};
}

}  // namespace lethe::simulator
