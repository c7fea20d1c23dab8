#include "command/dry_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "cloud/messages.hpp"
#include "command/json_time.hpp"
#include "command/session.hpp"
#include "core/batching.hpp"
#include "core/forecast.hpp"
#include "intake/intake.hpp"
#include "support/digest.hpp"

namespace lethe::command {
namespace {

constexpr core::Duration default_life = std::chrono::days{7};
constexpr std::size_t most_queued_again = 1'000;

/// Counts contacts into requests as the daemon would: of one job, or of several that leave together. A contact that two
/// jobs bring is counted twice, which the daemon doesn't.
class Packing {
 public:
  Packing(core::Action action, core::Selector selector, const core::AccountSettings& account)
      : empty_(selector, account.max_contacts_per_operation, cloud::submission_envelope(action, selector)),
        batch_(empty_) {}

  void begin_job() {
    if (jobs_ == core::most_jobs_per_operation) close();
    ++jobs_;
  }

  void add(std::string_view contact) {
    if (batch_.add(contact)) return;
    close();
    jobs_ = 1;
    batch_.add(contact);
  }

  /// One is being filled that others can still join.
  bool is_filling() const { return batch_.contacts() > 0; }
  /// That one too.
  std::int64_t operations() const { return requests_.operations + (is_filling() ? 1 : 0); }

  Requests finish() {
    if (is_filling()) close();
    return requests_;
  }

 private:
  void close() {
    ++requests_.operations;
    requests_.bytes += static_cast<std::int64_t>(batch_.bytes());
    batch_ = empty_;
    jobs_ = 0;
  }

  core::Batch empty_;
  core::Batch batch_;
  std::size_t jobs_ = 0;
  Requests requests_;
};

using Kind = std::pair<core::Action, core::Selector>;

/// What is before new jobs of an account.
struct Queue {
  core::Time first;             ///< when the first operation that waits can leave
  std::int64_t operations = 0;  ///< all that are to be submitted before, and the ones being filled
  std::map<Kind, Packing> filling = {};
  std::optional<int> account_days;
  core::History history;
  std::vector<std::string> assumptions;

  Packing& of(Kind kind, const core::AccountSettings& account) {
    return filling.try_emplace(kind, kind.first, kind.second, account).first->second;
  }
};

/// Small jobs of the same action and selector leave together, in the order of their arrival; what is held stays.
store::Result<void> count_waiting(store::Store& store, const core::AccountSettings& account, Queue& queue) {
  const auto queued = store.in_state(account.name, core::State::queued, most_queued_again);
  if (!queued) return std::unexpected(queued.error());
  queue.operations = std::ssize(*queued);
  std::vector<core::Job> open;
  const auto listed = store.jobs({.account = account.name, .states = {}}, [&open](const store::JobView& view) {
    if (!core::is_final(view.job.state) && view.job.state != core::State::held) open.push_back(view.job);
    return true;
  });
  if (!listed) return listed;
  for (const auto& job : open) {
    if (job.selector == core::Selector::list) {
      queue.operations += job.cursor == 0 ? 1 : 0;
      continue;
    }
    if (job.cursor == job.contacts) continue;
    Packing& packing = queue.of({job.action, job.selector}, account);
    packing.begin_job();
    const auto read = store.contacts(job.number, job.cursor, job.contacts - job.cursor, [&](std::string_view contact) {
      packing.add(contact);
      return true;
    });
    if (!read) return read;
  }
  for (const auto& [kind, packing] : queue.filling) queue.operations += packing.operations();
  return {};
}

store::Result<Queue> queue_of(store::Store& store, const core::ScheduleSettings& schedule,
                              const core::AccountSettings& account, core::Time now) {
  Queue queue{.first = now, .operations = 0, .filling = {}, .account_days = {}, .history = {}, .assumptions = {}};
  const auto record = store.account(account.name);
  if (!record) return std::unexpected(record.error());
  queue.account_days = record->restorable_days;
  auto history = store.history(account.name);
  if (!history) return std::unexpected(history.error());
  queue.history = std::move(*history);
  const auto facts = store.facts(account.name, now, schedule.overdue);
  if (!facts) return std::unexpected(facts.error());
  if (auto counted = count_waiting(store, account, queue); !counted) return std::unexpected(counted.error());
  queue.first = core::first_submission(account, *facts, now);
  if (facts->state != core::AccountState::ready) {
    queue.assumptions.push_back(
        fmt::format("the account is {} now; it is reckoned as if it were ready", word(facts->state)));
  }
  if (facts->unconfirmed + facts->needs_operator > 0) {
    queue.assumptions.push_back(
        "an operation of the account waits to be settled, and nothing is submitted before; it "
        "is reckoned as if it were settled");
  }
  return queue;
}

Queue queue_without_store(core::Time now, std::string why) {
  return {
      .first = now, .operations = 0, .filling = {}, .account_days = {}, .history = {}, .assumptions = {std::move(why)}};
}

std::string window_in_words(const intake::JobRequest& request, std::optional<int> days) {
  if (request.action == core::Action::restrict_contacts) return "a restriction ends within 12 h";
  const std::string usual = "and the deletion ends within 13 h after it";
  if (!days) return "the restore window is 14 d, since the account's own isn't known yet, " + usual;
  if (*days <= 0) return "the account has no restore window, " + usual;
  return fmt::format("the restore window is {} d, the account's last known one, {}", *days, usual);
}

std::vector<std::string> pace_of(const intake::JobRequest& request, const core::AccountSettings& account) {
  std::vector<std::string> pace{
      fmt::format("min_time_between_submissions {}", core::in_words(account.min_time_between_submissions)),
      fmt::format("max_operations_in_suppression {}", account.max_operations_in_suppression)};
  if (!request.list) pace.push_back(fmt::format("max_contacts_per_operation {}", account.max_contacts_per_operation));
  pace.push_back(fmt::format("max_contacts_per_day {}", account.max_contacts_per_day));
  return pace;
}

Requests of_list(const intake::JobRequest& request) {
  const cloud::Submission submission{request.action, request.selector, {}, request.list};
  return {.operations = 1, .bytes = static_cast<std::int64_t>(cloud::submission_body(submission).size())};
}

/// The store where there is one, and what to say where it can't be read.
struct Looked {
  std::unique_ptr<Session> session;
  std::string why_not;
};

Looked look_for_store(const core::Settings& settings) {
  auto session = Session::open(settings);
  if (session) return {std::move(*session), ""};
  std::error_code ignored;
  if (!std::filesystem::exists(settings.store_path, ignored)) {
    return {nullptr, "there is no store yet: nothing else is queued"};
  }
  return {nullptr, fmt::format("the store can't be read, so nothing else is reckoned as queued: {}",
                               fmt::join(session.error().lines, "; "))};
}

class Forecaster {
 public:
  explicit Forecaster(const core::Settings& settings) : settings_(settings), looked_(look_for_store(settings)) {
    now_ = looked_.session ? looked_.session->now() : real_now();
    if (const auto key = support::load_digest_key(support::digest_key_path(settings.store_path), false)) key_ = *key;
  }

  Outcome<Forecast> add(const intake::JobRequest& request) {
    const auto& account = *core::find_account(settings_, request.account);
    auto queue = queue_for(account);
    if (!queue) return std::unexpected(queue.error());
    Packing packing(request.action, request.selector, account);
    Packing shared = (*queue)->of({request.action, request.selector}, account);
    shared.begin_job();
    const auto census = intake::take_census(request, std::nullopt, key_, [&](std::string_view contact) {
      packing.add(contact);
      shared.add(contact);
    });
    if (!census) return std::unexpected(failure(ExitStatus::failed, std::vector{census.error()}));

    Forecast result;
    result.id = request.id.empty() && key_ ? intake::flag_job_id(census->digest) : request.id;
    result.account = request.account;
    result.selector = word(request.selector);
    result.contacts = census->contacts;
    result.duplicates = census->duplicates;
    result.requests = request.list ? of_list(request) : packing.finish();
    result.not_after = request.not_after.value_or(now_ + default_life);
    result.pace = pace_of(request, account);
    auto known = known_as(request, result.id, *census);
    if (!known) return std::unexpected(known.error());
    result.known = std::move(*known);
    if (result.known) return result;
    if (const auto late = intake::check_not_after(request, now_)) {
      return std::unexpected(failure(ExitStatus::failed, std::vector{*late}));
    }
    reckon(result, request, account, shared, **queue);
    return result;
  }

 private:
  Outcome<Queue*> queue_for(const core::AccountSettings& account) {
    const auto found = queues_.find(account.name);
    if (found != queues_.end()) return &found->second;
    if (!looked_.session)
      return &queues_.emplace(account.name, queue_without_store(now_, looked_.why_not)).first->second;
    auto queue = queue_of(looked_.session->store(), settings_.schedule, account, now_);
    if (!queue) return std::unexpected(failure(queue.error()));
    return &queues_.emplace(account.name, std::move(*queue)).first->second;
  }

  /// The state of a job that is there under this id with this content; another content is a failure, as in `submit`.
  Outcome<std::optional<std::string>> known_as(const intake::JobRequest& request, std::string_view id,
                                               const intake::Census& census) {
    if (!looked_.session || !key_) return std::nullopt;
    const auto job = looked_.session->store().job(id);
    if (!job) return std::unexpected(failure(job.error()));
    if (!job->has_value()) return std::nullopt;
    const auto readmission = core::readmit(**job, census.digest);
    const auto fault = intake::check_readmission(request, **job, readmission, census.digest);
    if (fault) return std::unexpected(failure(ExitStatus::failed, std::vector{*fault}));
    return std::string(word((*job)->state));
  }

  /// `shared`: the operations of its kind with this job's contacts behind those of the jobs before it.
  void reckon(Forecast& result, const intake::JobRequest& request, const core::AccountSettings& account,
              const Packing& shared, Queue& queue) const {
    Packing& before = queue.of({request.action, request.selector}, account);
    const bool joins = !request.list && before.is_filling();
    result.ahead = queue.operations - (joins ? 1 : 0);
    queue.operations += request.list ? 1 : shared.operations() - before.operations();
    if (!request.list) before = shared;
    const auto last = core::submission_after(account, queue.operations - 1, queue.first);
    result.last_submission_at = last;
    result.expected_end = core::end_of_submission(request.action, last, queue.account_days, queue.history);
    result.assumptions = queue.assumptions;
    if (joins) {
      result.assumptions.push_back(
          "it leaves together with jobs of the same action and selector that wait; its operations and bytes are "
          "counted "
          "as if it left alone");
    }
    if (const auto why = held_by_fuse(result, request, account); !why.empty()) {
      result.assumptions.push_back(
          fmt::format("it would be held: {}; it is reckoned as if it were released at once", why));
    }
    result.assumptions.push_back(
        fmt::format("each operation is in suppression for {}", core::in_words(core::assumed_suppression)));
    result.assumptions.push_back(window_in_words(request, queue.account_days));
  }

  /// What the fuse would say of it on a day without other jobs.
  std::string held_by_fuse(const Forecast& result, const intake::JobRequest& request,
                           const core::AccountSettings& account) const {
    core::Job job;
    job.list = request.list;
    job.contacts = result.contacts;
    job.not_after = core::Time::max();
    const auto admission = core::admit(account, {}, core::turn_of(job), now_);
    return admission.hold ? admission.why : "";
  }

  const core::Settings& settings_;
  Looked looked_;
  core::Time now_;
  std::optional<support::DigestKey> key_;
  std::map<std::string, Queue> queues_;
};

std::string counted(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string contacts_text(const Forecast& job) {
  if (job.selector == word(core::Selector::list)) {
    return job.contacts > 0 ? fmt::format("a list of {}", counted(job.contacts, "contact")) : "a list";
  }
  auto text = counted(job.contacts, "contact");
  if (job.duplicates > 0) text += fmt::format(" ({} left out)", counted(job.duplicates, "duplicate"));
  return text;
}

std::string to_the_second(core::Time time) {
  return core::rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

std::string shown_id(const Forecast& job) {
  return job.id.empty() ? "the job" : job.id;
}

}  // namespace

Outcome<std::vector<Forecast>> forecast(const core::Settings& settings,
                                        const std::vector<intake::JobRequest>& requests) {
  Forecaster forecaster(settings);
  std::vector<Forecast> jobs;
  Failure refused;
  for (const auto& request : requests) {
    auto job = forecaster.add(request);
    if (job) {
      jobs.push_back(std::move(*job));
      continue;
    }
    refused.status = job.error().status;
    refused.lines.insert(refused.lines.end(), job.error().lines.begin(), job.error().lines.end());
  }
  if (!refused.lines.empty()) return std::unexpected(std::move(refused));
  return jobs;
}

std::string forecast_text(const std::vector<Forecast>& jobs) {
  std::string out;
  for (const auto& job : jobs) {
    out += fmt::format("{}: {}, {}, {} bytes of request bodies\n", shown_id(job), contacts_text(job),
                       counted(job.requests.operations, "operation"), job.requests.bytes);
    out += fmt::format("  pace: {}\n", fmt::join(job.pace, ", "));
    if (job.known) {
      out += fmt::format("  known already as {}: nothing would be queued\n", *job.known);
      continue;
    }
    if (job.ahead > 0) out += fmt::format("  before it in the queue: {}\n", counted(job.ahead, "operation"));
    out += fmt::format("  the last would be submitted {}, {} not_after {}\n", to_the_second(*job.last_submission_at),
                       job.in_time() ? "before" : "AFTER", to_the_second(job.not_after));
    if (!job.in_time())
      out += "  what isn't submitted by then expires: give a later not_after, or let the pace be faster\n";
    out += fmt::format("  and end about {}\n", to_the_second(*job.expected_end));
    out += fmt::format("  assumed: {}\n", fmt::join(job.assumptions, "; "));
  }
  return out + "nothing was queued (--dry-run)\n";
}

std::string forecast_json(const std::vector<Forecast>& jobs) {
  boost::json::array array;
  for (const auto& job : jobs) {
    boost::json::object entry;
    entry["id"] = job.id.empty() ? boost::json::value(nullptr) : boost::json::value(job.id);
    entry["account"] = job.account;
    entry["contacts"] = job.contacts;
    entry["duplicates"] = job.duplicates;
    entry["operations"] = job.requests.operations;
    entry["bytes"] = job.requests.bytes;
    entry["operations_ahead"] = job.ahead;
    entry["known"] = job.known ? boost::json::value(*job.known) : boost::json::value(nullptr);
    entry["last_submission_at"] = json_time(job.last_submission_at);
    entry["expected_end"] = json_time(job.expected_end);
    entry["not_after"] = core::rfc3339(job.not_after);
    entry["in_time"] = job.in_time();
    entry["pace"] = boost::json::array(job.pace.begin(), job.pace.end());
    entry["assumptions"] = boost::json::array(job.assumptions.begin(), job.assumptions.end());
    array.push_back(std::move(entry));
  }
  return boost::json::serialize(array);
}

}  // namespace lethe::command
