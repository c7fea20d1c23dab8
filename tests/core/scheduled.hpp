// Operations under way, and how far a poll may be from where the schedule puts it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "core/operation.hpp"
#include "core/schedule.hpp"
#include "core/time.hpp"

namespace lethe::core {

inline constexpr auto day = std::chrono::hours{24};
inline constexpr std::uint64_t instance = 0x1234'5678'9abc'def0;
inline const Time accepted = *parse_rfc3339("2026-11-22T12:00:00Z");

inline Operation suppressing(int attempt = 0) {
  Operation operation;
  operation.number = OperationNumber{1};
  operation.state = State::suppressing;
  operation.operation_id = OperationId{2038};
  operation.created_at = accepted - std::chrono::minutes{1};
  operation.submitted_at = accepted;
  operation.restorable_until = accepted + 14 * day;
  operation.attempt = attempt;
  operation.polls = attempt;
  return operation;
}

inline Operation deleting(int attempt = 0) {
  Operation operation = suppressing(attempt);
  operation.state = State::deleting;
  return operation;
}

/// Within 5 % and 2 min of `gap`.
inline void expect_about(Duration delay, Duration gap) {
  const Duration most = std::min<Duration>(gap / 20 + Duration{1}, std::chrono::minutes{2});
  EXPECT_GE(delay, gap - most) << in_words(delay) << " for " << in_words(gap);
  EXPECT_LE(delay, gap + most) << in_words(delay) << " for " << in_words(gap);
}

}  // namespace lethe::core
