#include "core/budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lethe::core {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using Hindrance = Leave::Hindrance;

/// A token, the call, and after a 401 both again.
constexpr std::int64_t most_requests_of_a_call = 4;
/// One in so many requests is kept for what is more urgent than polls, and so many of a day are set aside for a call.
constexpr std::int64_t share = 20;
constexpr Duration burst = hours{1};

bool is_poll(CallClass wanted) {
  return wanted == CallClass::flip || wanted == CallClass::heartbeat;
}

Time end_of_day(Time now) {
  return Time{days{utc_day(now) + 1}};
}

std::int64_t used(const Spending& spending, Time now) {
  return spending.day == utc_day(now) ? spending.requests : 0;
}

/// Of a day, for calls of this class.
std::int64_t limit(const AccountSettings& settings, CallClass wanted) {
  const std::int64_t all = settings.requests_per_day;
  if (!is_poll(wanted)) return all;
  return all - std::min((all + share - 1) / share, all - 1);
}

std::int64_t set_aside_for_a_call(const AccountSettings& settings) {
  return std::clamp(settings.requests_per_day / share, std::int64_t{1}, most_requests_of_a_call);
}

bool fits_the_day(const AccountSettings& settings, const Spending& spending, CallClass wanted, Time now) {
  const std::int64_t set_aside = set_aside_for_a_call(settings) * (spending.calls + 1);
  return used(spending, now) + set_aside <= limit(settings, wanted);
}

double left_for_polls(const AccountSettings& settings, const Spending& spending, Time now) {
  return static_cast<double>(std::max(limit(settings, CallClass::flip) - used(spending, now), std::int64_t{0}));
}

/// Polls a millisecond.
double rate(const AccountSettings& settings, const Spending& spending, Time now) {
  return left_for_polls(settings, spending, now) / static_cast<double>((end_of_day(now) - now).count());
}

double allowance(const AccountSettings& settings, const Spending& spending, const Pace& pace, Time now) {
  const Duration left = std::min<Duration>(burst, end_of_day(now) - now);
  const double growth = rate(settings, spending, now);
  const double most = std::max(growth * static_cast<double>(left.count()), 1.0);
  // Filled in the future: the clock has stepped back since.
  if (!pace.filled_at || *pace.filled_at > now) return most;
  return std::min(pace.allowance + growth * static_cast<double>((now - *pace.filled_at).count()), most);
}

Duration spacing(const AccountSettings& settings) {
  const auto in_flight = std::max(settings.requests_in_flight, 1);
  return Duration{(Duration{seconds{1}}.count() + in_flight - 1) / in_flight};
}

std::optional<Time> spaced_until(const AccountSettings& settings, const Pace& pace, Time now) {
  if (!pace.last_start || *pace.last_start > now) return std::nullopt;
  const Time next = *pace.last_start + spacing(settings);
  return next > now ? std::optional(next) : std::nullopt;
}

/// When the allowance has grown to a whole poll.
Time grown_at(const AccountSettings& settings, const Spending& spending, double have, Time now) {
  const double waits = std::ceil((1.0 - have) / rate(settings, spending, now));
  const double longest = static_cast<double>((end_of_day(now) - now).count());
  return now + Duration{static_cast<std::int64_t>(std::clamp(waits, 1.0, longest))};
}

Leave refuse(Hindrance hindrance, std::optional<Time> not_before, std::string why) {
  return Leave{.hindrance = hindrance, .not_before = not_before, .why = std::move(why)};
}

Leave paced(Time until) {
  return refuse(Hindrance::pace, until, "polls that are due go at the pace that the day's budget of requests allows");
}

}  // namespace

CallClass class_of(const Operation& operation, Time now) {
  if (operation.state == State::unconfirmed) return CallClass::reconcile;
  const bool in_window =
      operation.state == State::deleting && operation.restorable_until && now < *operation.restorable_until;
  return in_window ? CallClass::heartbeat : CallClass::flip;
}

Leave may_start(const AccountSettings& settings, const Spending& spending, const Pace& pace, CallClass wanted,
                Time now) {
  if (!fits_the_day(settings, spending, wanted, now)) {
    return refuse(Hindrance::budget, end_of_day(now),
                  fmt::format("of requests_per_day, which is {}, {} are used today (UTC){}", settings.requests_per_day,
                              used(spending, now), is_poll(wanted) ? ", and the rest is kept for submissions" : ""));
  }
  if (spending.calls >= settings.requests_in_flight) {
    return refuse(Hindrance::in_flight, std::nullopt,
                  fmt::format("{} calls are under way, as many as requests_in_flight allows", spending.calls));
  }
  if (!is_poll(wanted)) return {};
  if (const auto spaced = spaced_until(settings, pace, now)) return paced(*spaced);
  const double have = allowance(settings, spending, pace, now);
  if (have < 1.0) return paced(grown_at(settings, spending, have, now));
  return {};
}

Pace after_start(const AccountSettings& settings, const Spending& spending, Pace pace, CallClass wanted, Time now) {
  if (!is_poll(wanted)) return pace;
  pace.allowance = std::max(allowance(settings, spending, pace, now) - 1.0, 0.0);
  pace.filled_at = now;
  pace.last_start = now;
  return pace;
}

bool may_request(const AccountSettings& settings, const Spending& spending, CallClass wanted, Time now) {
  return used(spending, now) < limit(settings, wanted);
}

std::optional<Duration> time_between_polls(const AccountSettings& settings, const Spending& spending, Time now) {
  const double growth = rate(settings, spending, now);
  if (growth <= 0) return std::nullopt;
  return Duration{std::llround(1.0 / growth)};
}

}  // namespace lethe::core
