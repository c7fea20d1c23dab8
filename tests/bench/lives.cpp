#include "bench/lives.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace lethe::bench {

Duration hours(double count) {
  return Duration{std::llround(count * 3'600'000)};
}

Duration seconds(double count) {
  return Duration{std::llround(count * 1'000)};
}

double minutes(Duration duration) {
  return static_cast<double>(duration.count()) / 60'000;
}

std::string name(Kind kind) {
  return kind == Kind::documented ? "documented" : "smooth";
}

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

Time suppressed_at(Time accepted, const Life& life) {
  return accepted + life.suppression;
}

Time ended_at(Time accepted, const Life& life, int window_days) {
  return std::max(accepted + std::chrono::days{window_days} + life.end, suppressed_at(accepted, life));
}

namespace {

Delay summarise(std::vector<double> delays) {
  std::ranges::sort(delays);
  double sum = 0;
  for (const double delay : delays) sum += delay;
  return {sum / static_cast<double>(delays.size()), delays[delays.size() * 95 / 100]};
}

}  // namespace

Figures summarise(const std::vector<Seen>& seen) {
  std::vector<double> suppression;
  std::vector<double> end;
  double calls = 0;
  double outstanding_days = 0;
  for (const Seen& one : seen) {
    calls += one.calls;
    outstanding_days += one.outstanding_days;
    suppression.push_back(minutes(one.suppression_delay));
    end.push_back(minutes(one.end_delay));
  }
  return {.calls = calls / static_cast<double>(seen.size()),
          .suppression = summarise(std::move(suppression)),
          .end = summarise(std::move(end)),
          .calls_a_day = 1000 * calls / outstanding_days};
}

}  // namespace lethe::bench
