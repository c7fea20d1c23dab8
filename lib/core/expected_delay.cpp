#include "core/expected_delay.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace lethe::core {

namespace {

constexpr std::size_t low_quantile = 20;  ///< the twentieth part of the durations is shorter
constexpr Duration least_for_a_canary = std::chrono::hours{2};
constexpr double much_faster = 0.6;  ///< of the median
constexpr double margin_when_faster = 0.9;
constexpr double canary_until = 0.65;
constexpr double canary_at = 0.7;

Duration share(Duration duration, double part) {
  return Duration{std::llround(static_cast<double>(duration.count()) * part)};
}

/// The g for which the sum of max(0, elapsed + g - s) over all longer durations s equals patience times one more than
/// their number. The sum grows piece by piece in straight lines, so the piece that reaches it gives g exactly. Nothing:
/// no duration is longer, and waiting costs nothing that history knows of.
std::optional<Duration> priced_wait(const Durations& past, Duration elapsed, Duration patience) {
  const auto& sorted = past.sorted();
  const auto longer = std::ranges::upper_bound(sorted, elapsed);
  const auto count = std::distance(longer, sorted.end());
  const double worth = static_cast<double>(patience.count()) * static_cast<double>(count + 1);
  double sum = 0;
  double covered = 0;
  for (auto at = longer; at != sorted.end(); ++at) {
    sum += static_cast<double>(at->count());
    covered += 1;
    const double instant = (worth + sum) / covered;
    const auto next = std::next(at);
    if (next == sorted.end() || instant <= static_cast<double>(next->count())) {
      return Duration{std::llround(instant)} - elapsed;
    }
  }
  return std::nullopt;
}

}  // namespace

void Durations::add(Duration duration) {
  in_order_of_time_.push_back(duration);
  sorted_.insert(std::ranges::upper_bound(sorted_, duration), duration);
  if (in_order_of_time_.size() <= most) return;
  sorted_.erase(std::ranges::lower_bound(sorted_, in_order_of_time_.front()));
  in_order_of_time_.erase(in_order_of_time_.begin());
}

Duration Durations::shortest_of_late() const {
  constexpr std::size_t late = 5;
  const auto first = in_order_of_time_.size() > late ? in_order_of_time_.end() - late : in_order_of_time_.begin();
  return *std::min_element(first, in_order_of_time_.end());
}

std::optional<Duration> Durations::median() const {
  if (sorted_.empty()) return std::nullopt;
  return sorted_[sorted_.size() / 2];
}

Duration first_likely(const Durations& past) {
  constexpr double unseen = 2.0 / 3;  // of one more duration, shorter than all that are known
  const auto count = static_cast<double>(past.count());
  const Duration late = past.shortest_of_late();
  const Duration low = std::min(past.sorted()[past.count() / low_quantile], late);
  // Things go much faster than they did, and the few that say so don't yet tell how much.
  if (late < share(*past.median(), much_faster)) return share(low, margin_when_faster);
  return share(low, count / (count + unseen));
}

Duration expected_delay_wait(const Durations& past, Duration elapsed, const Price& price) {
  const Duration first = first_likely(past);
  const Duration longest = std::max(first - elapsed, Duration::zero()) + price.cap;
  const Duration wait = std::min(priced_wait(past, elapsed, price.patience).value_or(longest), longest);
  const bool canary = first >= least_for_a_canary && elapsed < share(first, canary_until);
  return canary ? std::min(wait, share(first, canary_at) - elapsed) : wait;
}

}  // namespace lethe::core
