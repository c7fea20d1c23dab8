// What asking costs and how late an answer is seen, for Lethe's schedule and for the published ones, on the same seeded
// lives. Everything printed is measured in this run; it ends with the targets, and fails where one is missed.
// Usage: bench_schedule [--plot FILE.svg] [--seed N]
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/lives.hpp"
#include "bench/plot.hpp"
#include "bench/restart.hpp"
#include "bench/watching.hpp"

namespace lethe::bench {
namespace {

constexpr std::uint64_t usual_seed = 20261122;
constexpr int lives = 2000;
constexpr std::int64_t overdue = 10'000;

/// "No worse than": jitter moves a figure by so much.
constexpr double as_good_as = 1.03;

const std::string plain = "plain backoff";
const std::string no_history = "Lethe, no history";
std::string with_history(int known) {
  return fmt::format("Lethe, {} durations known", known);
}
std::string swept(int operations_a_day) {
  return fmt::format("Lethe, sweep, {} a day", operations_a_day);
}

/// Every row measured, by its name.
using Rows = std::map<std::string, Figures>;

void print_head(const Case& played) {
  fmt::print("\n{} lives, window of {} days\n", name(played.kind), played.window_days);
  fmt::print("{:<28}{:>12}{:>12}{:>9}{:>12}{:>9}{:>16}\n", "", "calls an", "suppression", "p95", "end seen", "p95",
             "calls a day per");
  fmt::print("{:<28}{:>12}{:>12}{:>9}{:>12}{:>9}{:>16}\n", "", "operation", "seen, min", "min", "after, min", "min",
             "1000 outstanding");
}

void take(Rows& rows, const std::string& row, const Figures& figures) {
  fmt::print("{:<28}{:>12.1f}{:>12.1f}{:>9.1f}{:>12.1f}{:>9.1f}{:>16.0f}\n", row, figures.calls,
             figures.suppression.mean, figures.suppression.p95, figures.end.mean, figures.end.p95, figures.calls_a_day);
  rows[row] = figures;
}

Figures measure(const Case& played, const std::function<Seen(const Life&, int, Random&)>& watch) {
  Random drawing(played.seed);
  Random random(played.seed + 1);
  std::vector<Seen> seen;
  for (int number = 0; number < lives; ++number) seen.push_back(watch(draw(played.kind, drawing), number, random));
  return summarise(seen);
}

Rows compare(const Case& played) {
  Rows rows;
  print_head(played);
  take(rows, plain, measure(played, [&](const Life& life, int, Random&) { return watch_by_backoff(played, life); }));
  for (const int known : {0, 10, 30}) {
    const std::string row = known == 0 ? no_history : with_history(known);
    take(rows, row, measure(played, [&](const Life& life, int number, Random& random) {
           return watch_by_schedule(played, life, known, static_cast<std::uint64_t>(number), random);
         }));
  }
  for (const int operations_a_day : {1, 10, 70}) {
    take(rows, swept(operations_a_day),
         summarise(watch_by_sweep(played, operations_a_day, lives / operations_a_day + 60)));
  }
  for (const Policy& policy : published_policies()) {
    take(rows, policy.name, measure(played, [&](const Life& life, int, Random& random) {
           return watch_by_policy(played, life, policy, random);
         }));
  }
  return rows;
}

class Targets {
 public:
  void most(const std::string& what, double measured, double target) {
    const bool met = measured <= target;
    missed_ += met ? 0 : 1;
    fmt::print("{}  {:<72}{:>9.1f}  at most {:g}\n", met ? "met   " : "MISSED", what, measured, target);
  }
  bool all_met() const { return missed_ == 0; }

 private:
  int missed_ = 0;
};

void judge(Targets& targets, const Case& played, const Rows& rows) {
  const std::string where = fmt::format("{}, {} days: ", name(played.kind), played.window_days);
  const bool documented = played.kind == Kind::documented;
  const Figures& beside = rows.at(plain);
  const Figures& none = rows.at(no_history);
  targets.most(where + "no history, calls, beside plain backoff", none.calls, beside.calls * as_good_as);
  targets.most(where + "no history, end seen after, beside plain backoff", none.end.mean, beside.end.mean * as_good_as);
  targets.most(where + "no history, end p95, beside plain backoff", none.end.p95, beside.end.p95 * as_good_as);
  targets.most(where + "no history, suppression, beside plain backoff", none.suppression.mean,
               beside.suppression.mean * as_good_as);
  if (played.window_days == 0) {
    const Figures& ten = rows.at(with_history(10));
    targets.most(where + "10 known, calls", ten.calls, 11);
    if (!documented) return;
    targets.most(where + "10 known, end seen after, min", ten.end.mean, 10);
    targets.most(where + "10 known, end p95, min", ten.end.p95, 27);
  }
  if (played.window_days != 14) return;
  const Figures& thirty = rows.at(with_history(30));
  targets.most(where + "30 known, calls", thirty.calls, 23);
  targets.most(where + "30 known, end seen after, min", thirty.end.mean, documented ? 10 : 13.5);
  targets.most(where + "30 known, end p95, min", thirty.end.p95, documented ? 27 : 28);
  targets.most(where + "30 known, suppression seen after, min", thirty.suppression.mean, 7);
  targets.most(where + "30 known, suppression p95, min", thirty.suppression.p95, 18);
  targets.most(where + "30 known, calls a day for 1000 outstanding", thirty.calls_a_day, 1600);
  const Figures& seventy = rows.at(swept(70));
  targets.most(where + "sweep, 70 a day, calls", seventy.calls, 9.5);
  targets.most(where + "sweep, 70 a day, end seen after, min", seventy.end.mean, 7);
  targets.most(where + "sweep, 70 a day, end p95, min", seventy.end.p95, 15);
  targets.most(where + "sweep, 70 a day, calls a day for 1000 outstanding", seventy.calls_a_day, 680);
}

void restart(Targets& targets) {
  const core::AccountSettings settings;
  const Drained drained = drain(settings, overdue);
  fmt::print(
      "\na restart with {} overdue, requests_per_day {}, requests_in_flight {}: at most {} calls begun in a second, {} "
      "in an hour, {} in a UTC day, the last one after {:.1f} days\n\n",
      drained.overdue, settings.requests_per_day, settings.requests_in_flight, drained.most_in_a_second,
      drained.most_in_an_hour, drained.most_in_a_utc_day, drained.days);
  targets.most("restart: calls in a second", static_cast<double>(drained.most_in_a_second),
               settings.requests_in_flight);
  targets.most("restart: calls in a UTC day", static_cast<double>(drained.most_in_a_utc_day),
               static_cast<double>(settings.requests_per_day));
}

std::vector<Point> points_of(const Rows& rows) {
  std::vector<Point> points;
  for (const auto& [row, figures] : rows) {
    Point point{.name = row, .calls = figures.calls, .delay = figures.end.mean};
    if (row.starts_with("Lethe"))
      point.of = row.find("sweep") == std::string::npos ? Point::Of::lethe : Point::Of::lethe_swept;
    points.push_back(point);
  }
  return points;
}

struct Wanted {
  std::optional<std::string> picture;
  std::uint64_t seed = usual_seed;
};

Wanted read_arguments(const std::vector<std::string>& arguments) {
  Wanted wanted;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const bool plot = arguments[i] == "--plot";
    if ((!plot && arguments[i] != "--seed") || i + 1 == arguments.size()) {
      throw std::invalid_argument("usage: bench_schedule [--plot FILE.svg] [--seed N]");
    }
    if (plot) wanted.picture = arguments[i + 1];
    if (!plot) wanted.seed = std::stoull(arguments[i + 1]);
  }
  return wanted;
}

int run(const Wanted& wanted) {
  fmt::print("{} seeded lives in each row (seed {}), with sweep those of as many days as that takes and 60 more\n",
             lives, wanted.seed);
  std::vector<std::pair<Case, Rows>> all;
  for (const Kind kind : {Kind::documented, Kind::smooth}) {
    for (const int window : {14, 2, 0}) {
      const Case played{.kind = kind, .window_days = window, .seed = wanted.seed};
      all.emplace_back(played, compare(played));
    }
  }
  Targets targets;
  restart(targets);
  for (const auto& [played, rows] : all) judge(targets, played, rows);
  if (wanted.picture && !plot(*wanted.picture, "Following an operation to its end: 14-day window, documented lives",
                              points_of(all.front().second))) {
    throw std::runtime_error(*wanted.picture + ": can't be written");
  }
  return targets.all_met() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace lethe::bench

int main(int count, char** arguments) {
  try {
    return lethe::bench::run(lethe::bench::read_arguments({arguments + 1, arguments + count}));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  return EXIT_FAILURE;
}
