#include "bench/watching.hpp"

#include <algorithm>
#include <cmath>

namespace lethe::bench {

namespace {

const Time acceptance{std::chrono::hours{1}};

Duration between(double least, double most, Random& random) {
  return seconds(std::uniform_real_distribution<double>(least, most)(random));
}

/// 2, 4, 8 … up to `most`, in seconds.
double doubled(int attempt, double most) {
  return std::min(2 * std::pow(2.0, std::min(attempt, 20)), most);
}

core::History draw_history(Kind kind, int known, Random& random) {
  core::History history;
  for (int i = 0; i < known; ++i) {
    const Life past = draw(kind, random);
    history.suppression.add(past.suppression);
    history.deletion.add(past.end);
  }
  return history;
}

double days_until(Time ended) {
  return minutes(ended - acceptance) / 1440;
}

}  // namespace

Seen watch_by_schedule(const Case& played, const Life& life, int known, std::uint64_t number, Random& random) {
  const core::History history = draw_history(played.kind, known, random);
  core::Operation operation;
  operation.number = {static_cast<std::int64_t>(number)};
  operation.state = core::State::suppressing;
  operation.submitted_at = acceptance;
  operation.restorable_until = acceptance + std::chrono::days{played.window_days};
  const Time suppressed = suppressed_at(acceptance, life);
  const Time ended = ended_at(acceptance, life, played.window_days);
  Seen seen;
  seen.outstanding_days = days_until(ended);
  Time now = acceptance;
  while (true) {
    const core::Poll poll = core::next_poll({}, operation, history, played.seed, now);
    now = poll.at;
    operation.attempt = poll.attempt + 1;
    ++operation.polls;
    ++seen.calls;
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

namespace {

/// As [schedule] has it, written down a second time: first, then times the factor, up to the cap.
Duration grown(double first, double factor, double cap, int attempt) {
  return seconds(60 * std::min(first * std::pow(factor, attempt), cap));
}

}  // namespace

Seen watch_by_backoff(const Case& played, const Life& life) {
  const Time suppressed = suppressed_at(acceptance, life);
  const Time ended = ended_at(acceptance, life, played.window_days);
  const Time window_ends = acceptance + std::chrono::days{played.window_days};
  Seen seen;
  seen.outstanding_days = days_until(ended);
  Time now = acceptance;
  int attempt = 0;
  while (now < suppressed) {
    now += grown(1, 1.6, now - acceptance < hours(6) ? 15 : 60, attempt++);
    ++seen.calls;
  }
  seen.suppression_delay = now - suppressed;
  while (now < window_ends) {
    now = std::min(now + hours(24), std::max(window_ends + grown(15, 1.25, 30, 0), now + seconds(1)));
    ++seen.calls;
  }
  attempt = now > window_ends + grown(15, 1.25, 30, 0) ? 0 : 1;
  while (now < ended) {
    now += grown(15, 1.25, 30, attempt++);
    ++seen.calls;
  }
  seen.end_delay = now - ended;
  return seen;
}

const std::vector<Policy>& published_policies() {
  static const std::vector<Policy> all{
      {"google-cloud-cpp's default",
       [](int attempt, Random& random) {
         const double most = doubled(attempt, 300);
         return between(most / 2, most, random);
       }},
      {"Azure's 30 s", [](int, Random&) { return seconds(30); }},
      {"Smithy's waiter",
       [](int attempt, Random& random) { return between(2, std::max(2.001, doubled(attempt, 120)), random); }},
      {"hourly", [](int, Random&) { return hours(1); }},
  };
  return all;
}

Seen watch_by_policy(const Case& played, const Life& life, const Policy& policy, Random& random) {
  const Time suppressed = suppressed_at(acceptance, life);
  const Time ended = ended_at(acceptance, life, played.window_days);
  Seen seen;
  seen.outstanding_days = days_until(ended);
  Time now = acceptance;
  bool suppressing = true;
  for (int attempt = 0;; ++attempt) {
    now += policy.wait(attempt, random);
    ++seen.calls;
    if (suppressing && now >= suppressed) {
      suppressing = false;
      seen.suppression_delay = now - suppressed;
    }
    if (now < ended) continue;
    seen.end_delay = now - ended;
    return seen;
  }
}

}  // namespace lethe::bench
