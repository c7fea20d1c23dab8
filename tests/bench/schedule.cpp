// What asking costs and how late an answer is seen, for Lethe's schedule and for the published ones, on the same seeded
// lives. Everything printed is measured in this run.
#include "core/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace lethe::bench {
namespace {

using core::Duration;
using core::Time;
using Random = std::mt19937_64;

constexpr int lives = 2000;
constexpr std::uint64_t seed = 20261122;
const Time acceptance{std::chrono::hours{1}};

Duration hours(double count) {
  return Duration{std::llround(count * 3'600'000)};
}

Duration seconds(double count) {
  return Duration{std::llround(count * 1'000)};
}

/// How long an operation is suppressed, and how long after its window it ends.
struct Life {
  Duration suppression;
  Duration end;
};

enum class Kind : std::uint8_t { documented, smooth };

Life draw(Kind kind, Random& random) {
  constexpr std::array<double, 8> ends{6.09, 10.74, 8.33, 9.05, 6.06, 6.11, 12.74, 6.04};
  std::lognormal_distribution<double> suppression(std::log(20.0 / 60), 1.1);
  std::lognormal_distribution<double> tail(std::log(1.2), 1.2);
  std::uniform_real_distribution<double> spread(0.98, 1.02);
  Life life{.suppression = hours(std::min(suppression(random), 12.0)), .end = {}};
  life.end = kind == Kind::documented ? hours(ends[random() % ends.size()] * spread(random))
                                      : hours(std::min(5.95 + tail(random), 20.0));
  return life;
}

struct Seen {
  std::int64_t polls = 0;
  Duration suppression_delay{};
  Duration end_delay{};
};

struct Case {
  Kind kind;
  int window_days;
};

Time suppressed_at(const Life& life) {
  return acceptance + life.suppression;
}

Time ended_at(const Life& life, int window_days) {
  return std::max(acceptance + std::chrono::days{window_days} + life.end, suppressed_at(life));
}

/// The engine's own schedule.
Seen lethe(const Case& played, const Life& life, int known, std::uint64_t number, Random& random) {
  core::History history;
  for (int i = 0; i < known; ++i) {
    const Life past = draw(played.kind, random);
    history.suppression.add(past.suppression);
    history.deletion.add(past.end);
  }
  core::Operation operation;
  operation.number = {static_cast<std::int64_t>(number)};
  operation.state = core::State::suppressing;
  operation.submitted_at = acceptance;
  operation.restorable_until = acceptance + std::chrono::days{played.window_days};
  const Time suppressed = suppressed_at(life);
  const Time ended = ended_at(life, played.window_days);
  Seen seen;
  Time now = acceptance;
  while (true) {
    const core::Poll poll = core::next_poll({}, operation, history, seed, now);
    now = poll.at;
    operation.attempt = poll.attempt + 1;
    seen.polls = ++operation.polls;
    if (operation.state == core::State::suppressing && now >= suppressed) {
      seen.suppression_delay = now - suppressed;
      operation.state = core::State::deleting;
      operation.attempt = 0;
    }
    if (now >= ended) {
      seen.end_delay = now - ended;
      return seen;
    }
  }
}

/// The n-th wait of a policy that knows nothing of phases, n from 0.
using Policy = std::function<Duration(int, Random&)>;

Seen fixed(const Case& played, const Life& life, const Policy& policy, Random& random) {
  Seen seen;
  Time now = acceptance;
  bool suppressing = true;
  for (int attempt = 0;; ++attempt) {
    now += policy(attempt, random);
    ++seen.polls;
    if (suppressing && now >= suppressed_at(life)) {
      suppressing = false;
      seen.suppression_delay = now - suppressed_at(life);
    }
    if (now < ended_at(life, played.window_days)) continue;
    seen.end_delay = now - ended_at(life, played.window_days);
    return seen;
  }
}

double minutes(Duration duration) {
  return static_cast<double>(duration.count()) / 60'000;
}

struct Delay {
  double mean = 0;
  double p95 = 0;
};

Delay summarise(std::vector<double> delays) {
  std::ranges::sort(delays);
  double sum = 0;
  for (const double delay : delays) sum += delay;
  return {sum / static_cast<double>(delays.size()), delays[delays.size() * 95 / 100]};
}

void report(const std::string& name, const Case& played, const std::function<Seen(const Life&, int, Random&)>& play) {
  Random drawing(seed);
  Random random(seed + 1);
  std::vector<double> suppression;
  std::vector<double> end;
  double polls = 0;
  double outstanding_days = 0;
  for (int number = 0; number < lives; ++number) {
    const Life life = draw(played.kind, drawing);
    const Seen seen = play(life, number, random);
    polls += static_cast<double>(seen.polls);
    outstanding_days += minutes(ended_at(life, played.window_days) - acceptance) / 1440;
    suppression.push_back(minutes(seen.suppression_delay));
    end.push_back(minutes(seen.end_delay));
  }
  const Delay of_suppression = summarise(std::move(suppression));
  const Delay of_end = summarise(std::move(end));
  fmt::print("{:<28}{:>12.1f}{:>12.1f}{:>9.1f}{:>12.1f}{:>9.1f}{:>16.0f}\n", name, polls / lives, of_suppression.mean,
             of_suppression.p95, of_end.mean, of_end.p95, 1000 * polls / outstanding_days);
}

Duration between(double least, double most, Random& random) {
  return seconds(std::uniform_real_distribution<double>(least, most)(random));
}

void compare(const Case& played) {
  fmt::print("\n{} lives, window of {} days\n", played.kind == Kind::documented ? "documented" : "smooth",
             played.window_days);
  fmt::print("{:<28}{:>12}{:>12}{:>9}{:>12}{:>9}{:>16}\n", "", "polls an", "suppression", "p95", "end seen", "p95",
             "calls a day per");
  fmt::print("{:<28}{:>12}{:>12}{:>9}{:>12}{:>9}{:>16}\n", "", "operation", "seen, min", "min", "after, min", "min",
             "1000 outstanding");
  for (const int known : {0, 10, 30}) {
    const std::string name = known == 0 ? "Lethe, no history" : fmt::format("Lethe, {} durations known", known);
    report(name, played, [&](const Life& life, int number, Random& random) {
      return lethe(played, life, known, static_cast<std::uint64_t>(number), random);
    });
  }
  const auto policy = [&](const std::string& name, const Policy& wait) {
    report(name, played, [&](const Life& life, int, Random& random) { return fixed(played, life, wait, random); });
  };
  policy("google-cloud-cpp's default", [](int attempt, Random& random) {
    const double most = std::min(2 * std::pow(2.0, std::min(attempt, 20)), 300.0);
    return between(most / 2, most, random);
  });
  policy("Azure's 30 s", [](int, Random&) { return seconds(30); });
  policy("Smithy's waiter", [](int attempt, Random& random) {
    return between(2, std::max(2.001, std::min(120.0, 2 * std::pow(2.0, std::min(attempt, 20)))), random);
  });
  policy("hourly", [](int, Random&) { return hours(1); });
}

}  // namespace
}  // namespace lethe::bench

int main() {
  using namespace lethe::bench;
  fmt::print("{} seeded lives in each row\n", lives);
  for (const Kind kind : {Kind::documented, Kind::smooth}) {
    for (const int window : {14, 2, 0}) compare({kind, window});
  }
}
