#include "simulation/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/admission.hpp"
#include "simulation/legal_moves.hpp"

namespace lethe::simulation {

namespace {

using core::State;

/// A verdict is seen within this time: heartbeats are at most 1.1 days apart.
constexpr core::Duration seen_within = std::chrono::days{2};
/// With a sweep they are at most 3.
constexpr core::Duration swept_seen_within = std::chrono::days{4};

bool is_verdict(State state) {
  return core::is_final(state) && state != State::rejected && state != State::expired && state != State::abandoned;
}
bool waits_for_a_person(State state) {
  return state == State::unconfirmed || state == State::needs_operator;
}

class Oracle {
 public:
  Oracle(const LifePlan& plan, Installation& installation, const Ledger& ledger)
      : plan_(plan), installation_(installation), ledger_(ledger), reading_(read_store(plan, installation)) {
    for (auto& one : installation.model().truth(installation.clock().true_time())) {
      const CloudName name{one.account_id, one.action, one.operation_id};
      truth_.emplace(name, std::move(one));
    }
    for (const Posting& posting : ledger.postings()) {
      if (posting.taken) taken_[posting.operation.value].push_back(&posting);
    }
  }

  Judgement judge() {
    judgement_.faults = ledger_.faults();
    judge_postings();
    judge_contacts();
    for (const auto& [number, stored] : reading_.operations) judge_operation(stored);
    for (const auto& [id, job] : reading_.jobs) judge_job(job);
    for (auto& fault : illegal_moves(reading_.transitions)) fail(std::move(fault));
    judge_log();
    judge_windows();
    for (auto& fault : judge_pace(plan_, installation_, ledger_)) fail(std::move(fault));
    return std::move(judgement_);
  }

 private:
  const LifePlan& plan_;
  Installation& installation_;
  const Ledger& ledger_;
  Reading reading_;
  std::map<CloudName, simulator::TrueOperation> truth_;
  std::map<std::int64_t, std::vector<const Posting*>> taken_;  ///< by operation, what the cloud took of it
  Judgement judgement_;

  void fail(std::string fault) { judgement_.faults.push_back(std::move(fault)); }

  std::vector<std::string> contacts_of(const std::vector<Part>& parts) const {
    std::vector<std::string> contacts;
    std::set<std::string> seen;
    for (const Part& part : parts) {
      const std::string& contact = ledger_.contacts_of(part.job).at(part.index);
      if (seen.insert(contact).second) contacts.push_back(contact);
    }
    return contacts;
  }

  /// Weeks without faults are time enough for every wish.
  void judge_windows() {
    for (const core::AccountSettings& account : plan_.settings.settings.accounts) {
      const auto wish = installation_.store().newest_window_wish(account.name);
      if (wish && *wish && !(*wish)->settled_at) fail(account.name + ": a wish for a restore window is still open");
    }
  }

  // --- sent once, and what was meant

  void judge_postings() {
    std::map<Part, int> times;
    for (const auto& [number, postings] : taken_) {
      if (postings.size() > 1) fail(fmt::format("operation {} was accepted {} times", number, postings.size()));
      for (const Posting* posting : postings) {
        for (const Part& part : posting->parts) {
          if (++times[part] == 2) fail(fmt::format("contact {} of {} was accepted twice", part.index, part.job));
        }
        const simulator::TrueOperation& truth = truth_.at(*posting->taken);
        auto meant = contacts_of(posting->parts);
        auto sent = truth.contacts;
        std::ranges::sort(meant);
        std::ranges::sort(sent);
        if (meant != sent) {
          fail(fmt::format("operation {} sent {} contacts, but its slices hold {} others or more", number, sent.size(),
                           meant.size()));
        }
      }
    }
  }

  /// The same once more from the cloud's books alone.
  void judge_contacts() {
    using Held = std::tuple<std::int64_t, std::string, std::string>;  // account, action, contact
    std::map<Held, int> jobs;
    for (const auto& [id, job] : reading_.jobs) {
      for (const std::string& contact : ledger_.contacts_of(id)) {
        ++jobs[{ledger_.account_id(job.account), std::string(core::word(job.action)), contact}];
      }
    }
    std::map<Held, int> sent;
    for (const auto& [name, truth] : truth_) {
      if (ledger_.others().contains(name)) continue;
      for (const std::string& contact : truth.contacts) ++sent[{name.account_id, name.action, contact}];
    }
    for (const auto& [held, times] : sent) {
      if (times > jobs[held]) {
        fail(fmt::format("the cloud took {} {} times for {} jobs", std::get<2>(held), times, jobs[held]));
      }
    }
  }

  // --- operations

  void judge_operation(const Stored& stored) {
    const core::Operation& operation = stored.operation;
    const auto taken = taken_.find(operation.number.value);
    const bool was_taken = taken != taken_.end();
    if (waits_for_a_person(operation.state)) ++judgement_.unsettled;
    if (waits_for_a_person(operation.state) || operation.state == State::abandoned) return;
    if (!operation.operation_id) {
      if (was_taken) fail(about(operation) + ": the cloud took it, and the store doesn't know");
      if (core::is_polled(operation.state)) fail(about(operation) + ": it is polled without an operationID");
      return;
    }
    const CloudName name{ledger_.account_id(operation.account), std::string(core::word(operation.action)),
                         operation.operation_id->value};
    const auto truth = truth_.find(name);
    if (truth == truth_.end()) return fail(about(operation) + ": the cloud has no such operation");
    if (!was_taken || taken->second.back()->taken != name) return judge_mistaken(operation, was_taken, name);
    judge_verdict(operation, truth->second);
  }

  /// Somebody else's operation was taken for this one. Only where nothing could tell them apart: the cloud never got
  /// ours, and theirs came later, with as many contacts. A list has its key, and what is elsewhere has no status here.
  void judge_mistaken(const core::Operation& operation, bool was_taken, const CloudName& name) {
    const simulator::TrueOperation& truth = truth_.at(name);
    const bool as_many = plan_.settings.model.lists.counts_differ ||
                         static_cast<std::int64_t>(truth.contacts.size()) == operation.contacts;
    const bool alike =
        operation.selector != core::Selector::list && truth.type != "listReference" && !truth.elsewhere && as_many;
    if (!was_taken && alike && ledger_.others().contains(name)) {
      ++judgement_.mistaken;
      return;
    }
    fail(fmt::format("{}: {} is somebody else's operation", about(operation), name.operation_id));
  }

  void judge_verdict(const core::Operation& operation, const simulator::TrueOperation& truth) {
    if (is_verdict(operation.state)) {
      if (core::word(operation.state) != truth.verdict)
        fail(about(operation) + ": the cloud's end is " + truth.verdict);
      if (!truth.ended) fail(about(operation) + ": in the cloud it has not ended");
      return;
    }
    const core::Duration within = is_swept(operation.account) ? swept_seen_within : seen_within;
    if (truth.ended && *truth.ended < installation_.clock().true_time() - within && !stands_still(operation.account)) {
      fail(fmt::format("{}: it ended as {} at {}, and nobody saw it", about(operation), truth.verdict,
                       core::rfc3339(*truth.ended)));
    }
  }

  static std::string about(const core::Operation& operation) {
    return fmt::format("operation {} ({}, operationID {}, {})", operation.number.value, operation.account,
                       operation.operation_id ? operation.operation_id->value : 0, core::word(operation.state));
  }

  bool is_swept(const std::string& account) const {
    const auto& accounts = plan_.settings.settings.accounts;
    const auto found = std::ranges::find(accounts, account, &core::AccountSettings::name);
    return found != accounts.end() && found->sweep;
  }

  bool stands_still(const std::string& account) const {
    return reading_.accounts.at(account).state != core::AccountState::ready;
  }

  // --- jobs

  /// Each contact is in one operation, or the job says why it is in none.
  void judge_job(const core::Job& job) {
    const std::size_t all = ledger_.contacts_of(job.id).size();
    std::vector<int> carried(all, 0);
    std::vector<State> states;
    for (const auto& [number, stored] : reading_.operations) {
      bool any = false;
      for (const Part& part : stored.parts) {
        if (part.job != job.id) continue;
        any = true;
        if (part.index >= all) return fail(fmt::format("{}: a slice reaches beyond its contacts", job.id));
        ++carried[part.index];
      }
      if (any) states.push_back(stored.operation.state);
    }
    const bool in_none = std::ranges::find(carried, 0) != carried.end();
    if (std::ranges::any_of(carried, [](int times) { return times > 1; })) {
      fail(fmt::format("{}: a contact is in two operations", job.id));
    }
    if (in_none) judge_rest(job);
    judge_state(job, states, in_none);
  }

  /// What is in no operation: ended by a person or by time, or it waits for a reason that can be told.
  void judge_rest(const core::Job& job) {
    if (ended_unsent(job.id)) return;
    if (job.state == State::held && !job.why.empty()) return;
    const core::AccountSettings& settings = *core::find_account(plan_.settings.settings, job.account);
    const core::Admission admission =
        core::admit(settings, reading_.accounts.at(job.account), core::turn_of(job), installation_.now());
    if (!admission.go && !admission.why.empty()) return;
    fail(fmt::format("{} ({}): contacts of it are in no operation, and nothing says why", job.id,
                     core::word(job.state)));
  }

  bool ended_unsent(const std::string& job) const {
    return std::ranges::any_of(reading_.transitions, [&](const core::Transition& step) {
      return !step.operation && (step.to == State::expired || step.to == State::cancelled) &&
             std::ranges::find(step.jobs, job) != step.jobs.end();
    });
  }

  void judge_state(const core::Job& job, const std::vector<State>& states, bool in_none) {
    const bool runs = std::ranges::any_of(states, [](State state) { return !core::is_final(state); });
    if (runs && core::is_final(job.state)) {
      fail(fmt::format("{} is {} while an operation of it runs", job.id, core::word(job.state)));
    }
    if (!runs && !core::is_final(job.state) && !in_none) {
      fail(fmt::format("{} is {} though all of it has ended", job.id, core::word(job.state)));
    }
    const bool good = job.state == State::deleted || job.state == State::restricted;
    const bool all_good = !in_none && std::ranges::all_of(states, [&](State state) { return state == job.state; });
    if (good && !all_good) fail(fmt::format("{} is {}, but not all of it", job.id, core::word(job.state)));
    if (core::is_final(job.state) != job.ended_at.has_value()) {
      fail(fmt::format("{} is {}, and its end has {} time", job.id, core::word(job.state), job.ended_at ? "a" : "no"));
    }
  }

  // --- the log

  void judge_log() {
    std::string said = installation_.log();
    for (const core::Transition& step : reading_.transitions) said += step.cause;
    for (const auto& [id, job] : reading_.jobs) said += job.why;
    for (const std::string_view mark : {key_mark, secret_mark}) {
      if (said.contains(mark)) fail(fmt::format("the log holds {}", mark));
    }
    for (const auto& [id, job] : reading_.jobs) {
      if (job.selector != core::Selector::ids) continue;
      for (const std::string& contact : ledger_.contacts_of(id)) {
        if (said.contains(contact)) fail(fmt::format("the log holds the contact {}", contact));
      }
    }
    for (const std::string& token : installation_.tokens()) {
      if (said.contains(token)) fail("the log holds an access token");
    }
  }
};

}  // namespace

Judgement judge(const LifePlan& plan, Installation& installation, const Ledger& ledger) {
  return Oracle(plan, installation, ledger).judge();
}

}  // namespace lethe::simulation
