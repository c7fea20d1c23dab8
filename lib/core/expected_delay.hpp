// When to ask again about something that will end, given how long the same took before: the expected-delay rule.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/time.hpp"

namespace lethe::core {

/// How long a phase of an account's operations took, since the instant at which it could first end: suppression from
/// the acceptance, the background delete from restorable_until. The newest ones count.
class Durations {
 public:
  static constexpr std::size_t most = 50;   ///< older ones are forgotten
  static constexpr std::size_t enough = 5;  ///< with fewer the rule has nothing to say

  void add(Duration duration);
  std::size_t count() const { return in_order_of_time_.size(); }
  bool suffice() const { return count() >= enough; }
  const std::vector<Duration>& sorted() const { return sorted_; }
  /// The shortest of the newest five, which tell first when things go faster than they did. There is one.
  Duration shortest_of_late() const;
  std::optional<Duration> median() const;

 private:
  std::vector<Duration> in_order_of_time_;
  std::vector<Duration> sorted_;
};

/// What one call may cost, and how long a wait may be at most.
struct Price {
  Duration patience;  ///< the mean delay of detection that is worth one call
  Duration cap;       ///< of a wait that begins where an end was seen before
};

/// The first instant of the phase at which an end is likely. `past` holds enough.
Duration first_likely(const Durations& past);

/// How long to wait at `elapsed` of the phase's time: until the delay that waiting is expected to cost, over the past
/// durations that are longer than `elapsed`, has reached what a call is worth. Never longer than `cap` past the first
/// instant at which an end is likely; before that, one look at seven tenths of the way (an end may come earlier than
/// ever seen), where it is at least two hours. An end is likely from the twentieth part of the durations on, or from
/// the shortest of the newest five, a little before either (a tenth, where the latter is below 0.6 of the median).
/// `past` holds enough.
Duration expected_delay_wait(const Durations& past, Duration elapsed, const Price& price);

}  // namespace lethe::core
