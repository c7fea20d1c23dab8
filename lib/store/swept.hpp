// What the sweep over an account's list of requests keeps, and what it has to know (engine/sweep.hpp).
#pragma once

#include <optional>
#include <string>

#include "core/operation.hpp"
#include "core/time.hpp"

namespace lethe::store {

/// How the sweep over an account's list stands (core/sweep.hpp).
struct SweepRecord {
  std::optional<core::Time> looked_at;  ///< the last look; absent: nothing was left to the sweep so far
  std::optional<core::Time> off_until;  ///< the list can't be relied on, and is left alone until then
  std::string why;                      ///< it can't
};

/// An operation that the sweep watches: its end can come.
struct Swept {
  core::OperationNumber number;
  core::OperationId operation_id;
  core::Time submitted_at;
  core::Time window_ends;
  std::string listed;  ///< as Operation::listed
};

/// What the account's own operation is known to be that a row of the list names.
struct SweptRow {
  core::OperationNumber number;
  core::State state = core::State::deleting;
  std::optional<core::Time> ended_at;
  std::string listed;
};

/// What the list said of an operation.
struct ListNote {
  core::OperationNumber number;
  std::string listed;
  std::optional<core::Time> due_at{};           ///< it is to be asked about by then
  std::optional<core::Time> under_way_until{};  ///< the list showed it as under way then (Operation::answered_at)
};

}  // namespace lethe::store
