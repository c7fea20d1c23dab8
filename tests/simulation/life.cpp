#include "simulation/life.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "simulation/ledger.hpp"
#include "simulation/oracle.hpp"
#include "simulation/people.hpp"

namespace lethe::simulation {

namespace {

namespace asio = boost::asio;
using Kind = Event::Kind;

constexpr support::DigestKey key{};
constexpr core::Duration restart_after_a_crash = std::chrono::seconds{7};

class Life {
 public:
  Life(const LifePlan& plan, LifeReport& report)
      : plan_(plan),
        report_(report),
        installation_(plan.settings),
        ledger_(plan, installation_),
        people_(plan, installation_, ledger_) {}

  void play() {
    start();
    for (const Event& event : plan_.events) {
      pass(event.after);
      narrate(event);
      happen(event);
      deliver();
    }
    pass(std::chrono::minutes{5});
    deliver();
    installation_.network().faults = {};
    quieten();
    judge();
    installation_.stop();
    take_stock();
  }

  std::string log() const { return installation_.log(); }

 private:
  const LifePlan& plan_;
  LifeReport& report_;
  Installation installation_;
  Ledger ledger_;
  People people_;
  std::set<std::string> paused_;
  std::deque<std::size_t> undelivered_;  ///< job files in the intake directory that were not taken yet
  std::map<std::size_t, core::Time> not_after_;
  std::set<std::size_t> refused_;
  core::Duration down_for_ = restart_after_a_crash;

  void narrate(const Event& event) {
    installation_.narrate(fmt::format(
        "-- {} (clock {}): {} job-{} number {} lasting {}", core::rfc3339(installation_.clock().true_time()),
        core::rfc3339(installation_.now()), word(event.kind), event.job, event.number, core::in_words(event.lasting)));
  }

  // --- the daemon comes and goes

  void start() {
    while (!installation_.start()) died();
  }

  void died() {
    ++report_.tally.kills;
    installation_.narrate(fmt::format("-- {}: it died", core::rfc3339(installation_.clock().true_time())));
    ledger_.daemon_ended();
    installation_.stay_down(down_for_);
    down_for_ = restart_after_a_crash;
  }

  /// Whoever dies on the way is started again, and the time goes on.
  void pass(core::Duration duration) {
    const core::Time until = installation_.clock().true_time() + duration;
    while (true) {
      const core::Time now = installation_.clock().true_time();
      installation_.run_for(std::max(until - now, core::Duration{0}));
      if (installation_.running()) return;
      died();
      start();
      deliver();
    }
  }

  void stop(const Event& event) {
    installation_.stop();
    ++report_.tally.stops;
    ledger_.daemon_ended();
    installation_.stay_down(event.lasting);
    start();
  }

  void kill(const Event& event) {
    installation_.kill(event.survives);
    down_for_ = event.lasting;
    died();
    start();
  }

  // --- jobs

  intake::JobRequest request(std::size_t job) const { return plan_.jobs.at(job); }

  void arrive(const Event& event) {
    if (event.lasting > core::Duration{0}) not_after_[event.job] = installation_.now() + event.lasting;
    if (event.kind == Kind::submit && submit(event.job)) return;
    undelivered_.push_back(event.job);
  }

  intake::JobRequest dated(std::size_t job) const {
    intake::JobRequest dated = request(job);
    const auto found = not_after_.find(job);
    if (found != not_after_.end()) dated.not_after = found->second;
    return dated;
  }

  /// What a command submits, it submits while it runs; it may die with the machine.
  bool submit(std::size_t job) {
    ++report_.tally.commands;
    bool answered = false;
    const auto write = [&](store::Store& store) -> asio::awaitable<void> {
      const Accepted accepted = co_await intake::accept(store, key, dated(job), std::nullopt, installation_.now());
      answered = accepted.has_value() || !accepted.error().store;
      if (!accepted) note_refusal(job, accepted.error());
    };
    const bool opened = installation_.command(write);
    return opened && answered;
  }

  /// The intake directory is looked at: what couldn't be taken before is tried again.
  void deliver() {
    const std::deque<std::size_t> waiting = std::exchange(undelivered_, {});
    for (const std::size_t job : waiting) {
      undelivered_.push_back(job);
      if (!installation_.running()) continue;
      installation_.offer(dated(job), [this, job](const Accepted& accepted) {
        if (!accepted && accepted.error().store) return;
        if (!accepted) note_refusal(job, accepted.error());
        std::erase(undelivered_, job);
      });
    }
    pass(std::chrono::milliseconds{1});
  }

  void note_refusal(std::size_t job, const intake::Refusal& refusal) {
    if (refusal.store) return;
    refused_.insert(job);
    const std::string line = support::to_line(refusal.fault);
    installation_.narrate(fmt::format("-- job-{} is refused: {}", job, line));
    // A job whose time is over before it could be taken is refused by right, and so is one whose clock stepped.
    if (not_after_.contains(job) || request(job).selector == core::Selector::ids) return;
    if (is_known(job)) return;
    report_.faults.push_back(fmt::format("job-{} was refused: {}", job, line));
  }

  bool is_known(std::size_t job) {
    const auto known = installation_.running() ? installation_.store().job(plan_.jobs.at(job).id)
                                               : store::Result<std::optional<core::Job>>{std::nullopt};
    return known && *known;
  }

  /// The id of a known job again: nothing of it may be taken a second time.
  void readmit(const Event& event) {
    if (!is_known(event.job)) return;
    intake::JobRequest again = dated(event.job);
    if (event.kind == Kind::other_content && !again.list) {
      again.contacts.inline_contacts.push_back(again.selector == core::Selector::ids ? "7700888888" : "zq-other");
      again.contacts.inline_lines.push_back(1);
    }
    const bool other = event.kind == Kind::other_content && !again.list;
    installation_.offer(std::move(again), [this, other, job = event.job](const Accepted& accepted) {
      if (accepted && (accepted->accepted || other)) {
        report_.faults.push_back(fmt::format("job-{} was taken a second time", job));
      }
    });
  }

  // --- troubles

  void step(const Event& event) {
    installation_.clock().step(std::chrono::hours{event.number});
    ledger_.disturbed();
  }

  void suspend(const Event& event) {
    ledger_.disturbed();
    installation_.clock().suspend(event.lasting);
    ledger_.disturbed();
  }

  void lose_the_secret(const Event& event) {
    setenv("LETHE_SIMULATION_SECRET", "wrong", 1);
    ledger_.secret_changed();
    pass(event.lasting);
    ledger_.secret_changed();
    setenv("LETHE_SIMULATION_SECRET", plan_.settings.model.client_secret.c_str(), 1);
  }

  void fill_the_disk(const Event& event) {
    // Not everything is forgotten that couldn't be written, but what is asked meanwhile may be.
    ledger_.disturbed();
    installation_.files().set_condition(MemoryVfs::Condition::full);
    pass(event.lasting);
    installation_.files().set_condition(MemoryVfs::Condition::fine);
    ledger_.disturbed();
  }

  void happen(const Event& event) {
    switch (event.kind) {
      case Kind::drop:
      case Kind::submit:
        return arrive(event);
      case Kind::again:
      case Kind::other_content:
        return readmit(event);
      case Kind::administrator:
        return ledger_.submit_as_administrator(request(event.job));
      case Kind::elsewhere:
        return ledger_.submit_elsewhere(request(event.job));
      case Kind::stop:
        return stop(event);
      case Kind::kill:
        return kill(event);
      case Kind::crash_at_change:
        down_for_ = event.lasting;
        return installation_.crash_at_change(event.number, event.survives);
      case Kind::crash_at_await:
        down_for_ = event.lasting;
        return installation_.crash_at_await(event.number, event.survives);
      case Kind::step:
        return step(event);
      case Kind::suspend:
        return suspend(event);
      case Kind::window:
        return change_window(event);
      case Kind::wrong_secret:
        return lose_the_secret(event);
      case Kind::full_disk:
        return fill_the_disk(event);
      case Kind::cancel:
        return people_.cancel(request(event.job).id);
      case Kind::retry:
        return people_.retry(request(event.job).id);
      case Kind::pause:
        return pause_or_resume(request(event.job).account);
      case Kind::people:
        return people_.look_round();
    }
  }

  // --- people

  /// Longer ones on a page of the cloud's own, for all accounts; the others through Lethe, for one.
  void change_window(const Event& event) {
    const int days = static_cast<int>(event.number);
    if (days > 1) return installation_.model().set_restorable_days(days);
    people_.set_window(request(event.job).account, days);
  }

  void pause_or_resume(const std::string& account) {
    if (paused_.erase(account) > 0) return people_.resume(account);
    paused_.insert(account);
    people_.pause(account);
  }

  // --- the end

  /// People let everything go on, and look round every day.
  void quieten() {
    for (const core::AccountSettings& account : plan_.settings.settings.accounts) people_.resume(account.name);
    for (core::Duration passed{0}; passed < plan_.quiet; passed += std::chrono::days{1}) {
      pass(std::chrono::days{1});
      people_.look_round();
    }
    pass(std::chrono::hours{1});
  }

  void judge() {
    Judgement judgement = simulation::judge(plan_, installation_, ledger_);
    std::ranges::move(judgement.faults, std::back_inserter(report_.faults));
    report_.tally.unsettled = judgement.unsettled;
    report_.tally.mistaken = judgement.mistaken;
    const Reading reading = read_store(plan_, installation_);
    report_.tally.jobs = static_cast<std::int64_t>(reading.jobs.size());
    report_.tally.operations = static_cast<std::int64_t>(reading.operations.size());
    report_.tally.transitions = static_cast<std::int64_t>(reading.transitions.size());
    // A promise to whoever dropped it: a job that arrived is known.
    if (reading.jobs.size() + undelivered_.size() < plan_.jobs.size() - refused_.size()) {
      report_.faults.push_back("a job that arrived is not known");
    }
  }

  void take_stock() {
    Tally& tally = report_.tally;
    tally.lives = 1;
    tally.commands += people_.commands();
    tally.requests = static_cast<std::int64_t>(installation_.journal().size());
    for (const Exchange& exchange : installation_.journal()) {
      if (exchange.call != Exchange::Call::submission) continue;
      ++tally.submissions;
      tally.lost += exchange.status == 0 ? 1 : 0;
    }
    tally.faults = installation_.faults_played();
    tally.days = std::chrono::floor<std::chrono::days>(installation_.clock().true_time() - start_of_time).count();
  }
};

}  // namespace

void Tally::add(const Tally& other) {
  lives += other.lives;
  jobs += other.jobs;
  operations += other.operations;
  submissions += other.submissions;
  requests += other.requests;
  transitions += other.transitions;
  commands += other.commands;
  stops += other.stops;
  kills += other.kills;
  faults += other.faults;
  lost += other.lost;
  unsettled += other.unsettled;
  mistaken += other.mistaken;
  days += other.days;
}

std::string Tally::in_words() const {
  return fmt::format(
      "{} lives of {} simulated days: {} jobs, {} operations, {} submissions ({} without a reply), {} requests, {} "
      "transitions, {} commands, {} stops, {} kills and crashes, {} faults of network and cloud; at the end {} "
      "operations wait for a person, {} operations of others were indistinguishable",
      lives, days, jobs, operations, submissions, lost, requests, transitions, commands, stops, kills, faults,
      unsettled, mistaken);
}

LifeReport live(std::uint64_t seed) {
  LifeReport report;
  report.seed = seed;
  const LifePlan plan = plan_life(seed);
  Life life(plan, report);
  try {
    life.play();
  } catch (const std::exception& thrown) {
    report.faults.push_back(std::string("an exception left the engine: ") + thrown.what());
  }
  report.log = life.log();
  return report;
}

std::string report_failure(const LifeReport& report) {
  const auto file = std::filesystem::current_path() / fmt::format("life-{}.log", report.seed);
  std::ofstream(file) << report.log;
  std::string text = fmt::format("seed {} broke a promise:\n", report.seed);
  for (const std::string& fault : report.faults) text += "  " + fault + "\n";
  text += fmt::format("  its log: {}\n  again:   ./dev simulate --from {} --seeds 1\n", file.string(), report.seed);
  return text;
}

}  // namespace lethe::simulation
