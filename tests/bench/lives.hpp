// Seeded lives of operations, and what watching them came to. For the bench of the schedule.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/schedule.hpp"
#include "core/time.hpp"

namespace lethe::bench {

using core::Duration;
using core::Time;
using Random = std::mt19937_64;

Duration hours(double count);
Duration seconds(double count);
double minutes(Duration duration);

/// How long an operation is suppressed, and how long after its window it ends.
struct Life {
  Duration suppression;
  Duration end;
};

/// documented: the ends that the documentation's samples show, two percent up or down. smooth: a long tail.
enum class Kind : std::uint8_t { documented, smooth };
std::string name(Kind kind);
Life draw(Kind kind, Random& random);

struct Case {
  Kind kind;
  int window_days;
  std::uint64_t seed;
};

Time suppressed_at(Time accepted, const Life& life);
Time ended_at(Time accepted, const Life& life, int window_days);

/// What watching one operation came to.
struct Seen {
  double calls = 0;
  Duration suppression_delay{};
  Duration end_delay{};
  double outstanding_days = 0;  ///< until its end
};

struct Delay {
  double mean = 0;
  double p95 = 0;
};

/// Of many operations, in minutes.
struct Figures {
  double calls = 0;
  Delay suppression;
  Delay end;
  double calls_a_day = 0;  ///< with 1000 outstanding
};
Figures summarise(const std::vector<Seen>& seen);

}  // namespace lethe::bench
