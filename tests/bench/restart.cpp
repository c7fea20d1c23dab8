#include "bench/restart.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <ranges>
#include <vector>

#include "core/budget.hpp"

namespace lethe::bench {

namespace {

using core::Duration;
using core::Time;

constexpr Duration call_takes = std::chrono::milliseconds{300};

/// The most that begin within any span of this length.
std::int64_t most_within(const std::vector<Time>& begun, Duration span) {
  std::size_t first = 0;
  std::size_t most = 0;
  for (std::size_t last = 0; last < begun.size(); ++last) {
    while (begun[last] - begun[first] >= span) ++first;
    most = std::max(most, last - first + 1);
  }
  return static_cast<std::int64_t>(most);
}

std::int64_t most_in_a_utc_day(const std::vector<Time>& begun) {
  std::map<std::int64_t, std::int64_t> by_day;
  for (const Time time : begun) ++by_day[core::utc_day(time)];
  return std::ranges::max(by_day | std::views::values);
}

std::vector<Time> begin_all(const core::AccountSettings& settings, std::int64_t overdue) {
  const Time started = Time{std::chrono::days{20'000}} + std::chrono::hours{12};
  core::Spending spending;
  core::Pace pace;
  std::deque<Time> under_way;
  std::vector<Time> begun;
  Time now = started;
  while (static_cast<std::int64_t>(begun.size()) < overdue) {
    while (!under_way.empty() && under_way.front() <= now) under_way.pop_front();
    spending.calls = static_cast<int>(under_way.size());
    if (spending.day != core::utc_day(now))
      spending = {.day = core::utc_day(now), .requests = 0, .calls = spending.calls};
    const core::Leave leave = core::may_start(settings, spending, pace, core::CallClass::flip, now);
    if (!leave.go()) {
      now = leave.not_before.value_or(under_way.empty() ? now + call_takes : under_way.front());
      continue;
    }
    pace = core::after_start(settings, spending, pace, core::CallClass::flip, now);
    ++spending.requests;
    under_way.push_back(now + call_takes);
    begun.push_back(now);
  }
  return begun;
}

}  // namespace

Drained drain(const core::AccountSettings& settings, std::int64_t overdue) {
  const std::vector<Time> begun = begin_all(settings, overdue);
  return {.overdue = overdue,
          .most_in_a_second = most_within(begun, std::chrono::seconds{1}),
          .most_in_an_hour = most_within(begun, std::chrono::hours{1}),
          .most_in_a_utc_day = most_in_a_utc_day(begun),
          .days = std::chrono::duration<double, std::ratio<86'400>>(begun.back() - begun.front()).count()};
}

}  // namespace lethe::bench
