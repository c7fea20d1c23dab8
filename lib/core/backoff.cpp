#include "core/backoff.hpp"

#include <algorithm>
#include <cmath>

#include "core/jitter.hpp"

namespace lethe::core {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration wait_when_throttled = minutes{30};
constexpr Duration wait_when_unavailable = minutes{5};

/// Of a clock, back: waits are believed in spite of lesser ones.
constexpr Duration a_step = hours{1};

constexpr Duration first_pause = minutes{30};
constexpr Duration longest_pause = hours{6};

constexpr Duration least_backoff = seconds{1};
constexpr Duration first_backoff = seconds{30};
constexpr Duration longest_backoff = minutes{15};

/// `first`, doubled for each time after the first.
Duration doubled(Duration first, int times, Duration longest) {
  Duration doubled = first;
  for (int i = 1; i < times && doubled < longest; ++i) doubled *= 2;
  return std::min(doubled, longest);
}

}  // namespace

bool still_waits(Time until, Time now) {
  return now < until && until - now <= longest_retry_after + a_step;
}

Duration wait_unasked(int http_status) {
  return http_status == 503 ? wait_when_unavailable : wait_when_throttled;
}

Duration pause_when_exhausted(int times_in_a_row) {
  return doubled(first_pause, times_in_a_row, longest_pause);
}

Duration backoff(int failures_in_a_row, std::uint64_t instance, std::string_view account) {
  const Duration longest = doubled(first_backoff, failures_in_a_row, longest_backoff);
  std::uint64_t hash = scrambled(scrambled(instance + 0x9e3779b97f4a7c15), account);
  hash = scrambled(hash ^ (static_cast<std::uint64_t>(failures_in_a_row) * 0xc2b2ae3d27d4eb4f));
  const double spread = static_cast<double>((longest - least_backoff).count());
  return least_backoff + Duration{static_cast<std::int64_t>(spread * share_of(hash))};
}

std::optional<Time> open_until(const Circuit& circuit, Time now) {
  if (!circuit.until || *circuit.until <= now || *circuit.until - now > circuit.wait) return std::nullopt;
  return circuit.until;
}

Circuit after_failure(const Circuit& circuit, std::uint64_t instance, std::string_view account,
                      std::optional<Duration> asked, Time now) {
  Circuit opened = circuit;
  const bool under_way_before = open_until(circuit, now).has_value();
  if (!under_way_before) {
    ++opened.failures;
    opened.wait = backoff(opened.failures, instance, account);
    opened.until = now + opened.wait;
  }
  const Duration least = std::min(asked.value_or(Duration::zero()), longest_retry_after);
  if (now + least > *opened.until) {
    opened.wait = least;
    opened.until = now + least;
  }
  return opened;
}

}  // namespace lethe::core
