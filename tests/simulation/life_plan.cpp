#include "simulation/life_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

namespace lethe::simulation {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Rule = simulator::FaultRule;

constexpr core::Duration longest_gap = hours{30};

simulator::LifeRule life(std::string match, std::string status, std::vector<std::string> background,
                         bool errors = false) {
  simulator::Life lived;
  lived.status = std::move(status);
  lived.background = std::move(background);
  lived.errors_in_batch = errors;
  return {.match = std::move(match), .life = lived};
}

/// The kinds of end that an operation's first contact asks the simulated cloud for by its name.
std::vector<simulator::LifeRule> ends_by_name() {
  using Refusal = simulator::LifeRule::Refusal;
  return {life("-restored-", "Completed", {"Aborted"}),
          life("-mixed-", "Completed", {"Completed", "Aborted"}),
          life("-late-", "Completed", {"Completed", "Invalid"}),
          life("-invalid-", "Completed", {"Invalid"}),
          life("-failed-", "Failed", {}),
          life("-cancelled-", "Cancelled", {}),
          life("-errors-", "CompletedWithErrors", {"Completed"}),
          life("-batch-", "Completed", {"Completed"}, true),
          life("-several-", "Completed", {"Completed", "Completed"}),
          {.match = "-refused-", .life = {}, .refusal = Refusal::envelope_400},
          {.match = "-turned-", .life = {}, .refusal = Refusal::envelope_200},
          {.match = "-bad-", .life = {}, .refusal = Refusal::bad_request},
          {.match = "-missing-", .life = {}, .refusal = Refusal::not_found}};
}

constexpr std::array<std::string_view, 24> ends{"plain",  "plain",    "plain",   "plain",   "plain",  "plain",
                                                "plain",  "plain",    "plain",   "plain",   "plain",  "restored",
                                                "mixed",  "restored", "mixed",   "invalid", "failed", "cancelled",
                                                "errors", "batch",    "several", "refused", "late",   "missing"};

class Planner {
 public:
  explicit Planner(std::uint64_t seed) : random_(seed) { plan_.settings.seed = seed; }

  LifePlan plan() {
    plan_accounts();
    plan_cloud();
    plan_events();
    plan_faults();
    return std::move(plan_);
  }

 private:
  std::mt19937_64 random_;
  LifePlan plan_;
  core::Duration lasts_{0};

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <class T, std::size_t size>
  T any(const std::array<T, size>& choices) {
    return choices[below(size)];
  }
  template <class Unit>
  Unit up_to(std::int64_t most) {
    return Unit{static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most) + 1))};
  }

  void plan_accounts() {
    const std::vector<std::string> names{"north", "south", "west"};
    const std::uint64_t drawn = below(10);
    const std::ptrdiff_t count = drawn < 5 ? 1 : drawn < 8 ? 2 : 3;
    plan_.settings.settings = settings_for({names.begin(), names.begin() + count});
    for (core::AccountSettings& account : plan_.settings.settings.accounts) {
      account.max_contacts_per_operation = any(std::array<std::int64_t, 5>{3, 10, 50, 50'000, 50'000});
      account.min_time_between_submissions =
          any(std::array<core::Duration, 4>{minutes{1}, minutes{5}, minutes{5}, minutes{30}});
      account.max_operations_in_suppression = any(std::array<int, 5>{1, 1, 1, 2, 3});
      account.max_contacts_per_day = any(std::array<std::int64_t, 4>{40, 1'000'000, 1'000'000, 1'000'000});
      account.requests_per_day = any(std::array<std::int64_t, 4>{40, 150, 5'000, 5'000});
      account.requests_in_flight = any(std::array<int, 3>{1, 2, 4});
      account.cloud_retries = any(std::array<int, 3>{0, 0, 1});
      account.sweep = one_in(2);
    }
  }

  void plan_cloud() {
    simulator::ModelSettings& model = plan_.settings.model;
    model.seed = plan_.settings.seed;
    model.client_secret = secret_mark;
    model.restorable_days = any(std::array<int, 6>{-1, 0, 2, 2, 2, 14});
    model.token_life = any(std::array<core::Duration, 3>{minutes{15}, minutes{20}, minutes{20}});
    model.lives = ends_by_name();
    // What deleteOperations leaves out without a word stays within the grace that it is given.
    model.lists.requests_lag = any(std::array<core::Duration, 4>{seconds{0}, seconds{0}, minutes{4}, minutes{40}});
    model.lists.operations_lag = any(std::array<core::Duration, 4>{seconds{0}, seconds{0}, minutes{2}, minutes{9}});
    model.lists.most_rows = any(std::array<std::int64_t, 3>{3, 20, 500});
    model.lists.moved = any(std::array<std::int64_t, 6>{0, 0, 0, 0, -1, 1});
    model.lists.counts_differ = one_in(8);
    if (one_in(6)) model.lists.status_lag = any(std::array<core::Duration, 3>{minutes{10}, hours{2}, days{3}});
    model.lists.page_ignored = one_in(12);
    plan_.settings.requests_outlive_the_daemon = one_in(2);
  }

  // --- jobs

  intake::JobRequest job(std::size_t number) {
    intake::JobRequest request;
    request.id = fmt::format("job-{}", number);
    const auto& accounts = plan_.settings.settings.accounts;
    request.account = accounts[below(accounts.size())].name;
    request.action = one_in(5) ? core::Action::restrict_contacts : core::Action::delete_contacts;
    request.accept_warnings = true;
    const std::string mark = fmt::format("{}{}-{}-", key_mark, number, any(ends));
    const std::uint64_t drawn = below(10);
    if (drawn < 2) {
      request.selector = core::Selector::list;
      request.list = core::ListTarget{.key = mark + "list", .contacts = 1 + static_cast<std::int64_t>(below(30))};
      if (one_in(4)) request.list->contacts.reset();
      return request;
    }
    request.selector = drawn < 4 ? core::Selector::ids : core::Selector::keys;
    add_contacts(request, number, mark);
    request.contacts.inline_lines.assign(request.contacts.inline_contacts.size(), 1);
    return request;
  }

  void add_contacts(intake::JobRequest& request, std::size_t number, const std::string& mark) {
    std::vector<std::string>& contacts = request.contacts.inline_contacts;
    const bool ids = request.selector == core::Selector::ids;
    const std::size_t count = one_in(12) ? 10 + below(30) : one_in(2) ? 1 : 1 + below(6);
    for (std::size_t i = 0; i < count; ++i) {
      contacts.push_back(ids ? fmt::format("{}{:06}", id_mark, number * 1000 + i) : fmt::format("{}{}", mark, i));
    }
    if (one_in(6)) contacts.push_back(contacts[below(contacts.size())]);
    // Several jobs hold these.
    if (one_in(3)) {
      const std::uint64_t shared = below(4);
      contacts.push_back(ids ? fmt::format("{}999{:03}", id_mark, shared)
                             : fmt::format("{}shared-{}", key_mark, shared));
    }
  }

  // --- events

  core::Duration gap() {
    switch (below(4)) {
      case 0:
        return up_to<seconds>(20);
      case 1:
        return up_to<seconds>(1'200);
      case 2:
        return up_to<minutes>(300);
      default:
        return up_to<minutes>(std::chrono::duration_cast<minutes>(longest_gap).count());
    }
  }

  void add_job(Event& event) {
    event.job = plan_.jobs.size();
    plan_.jobs.push_back(job(event.job));
  }

  MemoryVfs::Survives survives() {
    using Survives = MemoryVfs::Survives;
    return any(std::array<Survives, 4>{Survives::written, Survives::written, Survives::synced, Survives::some});
  }

  static Event::Kind kind_of(std::uint64_t drawn) {
    using Kind = Event::Kind;
    // How often of 100.
    constexpr std::array<std::pair<std::uint64_t, Kind>, 19> shares{{{33, Kind::drop},
                                                                     {10, Kind::submit},
                                                                     {3, Kind::again},
                                                                     {2, Kind::other_content},
                                                                     {8, Kind::administrator},
                                                                     {3, Kind::elsewhere},
                                                                     {4, Kind::stop},
                                                                     {6, Kind::kill},
                                                                     {6, Kind::crash_at_change},
                                                                     {6, Kind::crash_at_await},
                                                                     {3, Kind::step},
                                                                     {2, Kind::suspend},
                                                                     {2, Kind::window},
                                                                     {1, Kind::wrong_secret},
                                                                     {2, Kind::full_disk},
                                                                     {2, Kind::cancel},
                                                                     {2, Kind::retry},
                                                                     {3, Kind::pause},
                                                                     {2, Kind::people}}};
    for (const auto& [share, kind] : shares) {
      if (drawn < share) return kind;
      drawn -= share;
    }
    return Kind::drop;
  }

  static bool takes_time(Event::Kind kind) { return kind != Event::Kind::drop && kind != Event::Kind::submit; }

  Event event() {
    using Kind = Event::Kind;
    Event made;
    made.kind = plan_.jobs.empty() ? Kind::drop : kind_of(below(100));
    made.after = gap();
    made.survives = survives();
    made.job = plan_.jobs.empty() ? 0 : below(plan_.jobs.size());
    switch (made.kind) {
      case Kind::drop:
      case Kind::submit:
        add_job(made);
        if (one_in(4)) made.lasting = hours{1} + up_to<minutes>(6 * 24 * 60);
        break;
      case Kind::stop:
      case Kind::kill:
      case Kind::suspend:
      case Kind::wrong_secret:
        made.lasting = one_in(4) ? core::Duration{up_to<minutes>(24 * 60)} : core::Duration{up_to<seconds>(600)};
        break;
      case Kind::crash_at_change:
      case Kind::crash_at_await:
        made.number = 1 + static_cast<std::int64_t>(below(one_in(2) ? 12 : 150));
        made.lasting = up_to<seconds>(600);
        break;
      case Kind::full_disk:
        // A write that failed is tried again every second: more than this would play little else.
        made.lasting = up_to<seconds>(1'200);
        break;
      case Kind::elsewhere:
        // Beside the newest job's submission, where it can be taken for that one.
        made.after = up_to<seconds>(300);
        made.job = plan_.jobs.size() - 1;
        break;
      case Kind::step:
        made.number = any(std::array<std::int64_t, 6>{-24, 24, -1, 1, -3, 5});
        break;
      case Kind::window:
        made.number = any(std::array<std::int64_t, 4>{-1, 1, 2, 5});
        break;
      case Kind::again:
      case Kind::other_content:
      case Kind::administrator:
      case Kind::cancel:
      case Kind::retry:
      case Kind::pause:
      case Kind::people:
        break;
    }
    return made;
  }

  void plan_events() {
    const std::size_t count = 4 + below(16);
    int longest_window = std::max(plan_.settings.model.restorable_days, 0);
    for (std::size_t i = 0; i < count; ++i) {
      plan_.events.push_back(event());
      lasts_ += plan_.events.back().after;
      if (takes_time(plan_.events.back().kind)) lasts_ += plan_.events.back().lasting;
      if (plan_.events.back().kind == Event::Kind::window) {
        longest_window = std::max(longest_window, static_cast<int>(plan_.events.back().number));
      }
    }
    // Submission within 7 days, the window, and the end with its cohort and a heartbeat.
    plan_.quiet = days{8} + days{longest_window} + days{3};
  }

  // --- faults

  void add(Rule::Call call, Rule::Fault fault, double probability) {
    Rule rule;
    rule.call = call;
    rule.fault = fault;
    rule.probability = probability;
    rule.until = start_of_time + lasts_;
    rule.retry_after = any(std::array<std::int64_t, 4>{30, 120, 3'600, 7'200});
    plan_.settings.model.faults.push_back(rule);
  }

  void plan_faults() {
    using Call = Rule::Call;
    if (one_in(5)) return;
    const double mood = any(std::array<double, 4>{0.01, 0.05, 0.1, 0.3});
    plan_.settings.faults.unreachable = any(std::array<double, 4>{0, 0, 0.05, 0.3});
    plan_.settings.faults.slow = any(std::array<core::Duration, 4>{seconds{0}, seconds{0}, seconds{20}, seconds{60}});
    constexpr std::array all{Rule::Fault::reset_before,      Rule::Fault::reset_after,
                             Rule::Fault::truncated,         Rule::Fault::silent,
                             Rule::Fault::unauthorized,      Rule::Fault::throttled,
                             Rule::Fault::throttled_without, Rule::Fault::unavailable,
                             Rule::Fault::server_error,      Rule::Fault::bad_gateway_html,
                             Rule::Fault::garbage,           Rule::Fault::server_error_after};
    for (const Rule::Fault fault : all) {
      if (one_in(3)) add(Call::submit, fault, mood);
      if (one_in(3)) add(Call::status, fault, mood / 2);
      if (one_in(4)) add(Call::lists, fault, mood);
      if (one_in(8)) add(Call::token, fault, mood / 2);
    }
  }
};

}  // namespace

std::string_view word(Event::Kind kind) {
  constexpr std::array<std::string_view, 19> words{"drop",
                                                   "submit",
                                                   "again",
                                                   "other content",
                                                   "administrator",
                                                   "another business unit",
                                                   "stop",
                                                   "kill",
                                                   "crash at a change",
                                                   "crash at an await",
                                                   "clock step",
                                                   "suspend",
                                                   "window",
                                                   "wrong secret",
                                                   "cancel",
                                                   "retry",
                                                   "pause",
                                                   "people",
                                                   "full disk"};
  return words.at(static_cast<std::size_t>(kind));
}

LifePlan plan_life(std::uint64_t seed) {
  return Planner(seed).plan();
}

std::vector<std::string> distinct_contacts(const intake::JobRequest& request) {
  if (request.list) return {request.list->key};
  std::vector<std::string> distinct;
  std::set<std::string> seen;
  for (const std::string& contact : request.contacts.inline_contacts) {
    if (seen.insert(contact).second) distinct.push_back(contact);
  }
  return distinct;
}

}  // namespace lethe::simulation
