// A transition with every field filled.
#pragma once

#include "core/operation.hpp"

namespace lethe::report {

inline core::Transition example_transition() {
  core::Transition transition;
  transition.seq = 7;
  transition.at = core::Time{core::Duration{1'795'336'284'442}};
  transition.jobs = {"dsr-1", "dsr-2"};
  transition.jobs_total = 2;
  transition.account = "acme";
  transition.operation = core::OperationNumber{12};
  transition.operation_id = core::OperationId{2038};
  transition.from = core::State::suppressing;
  transition.to = core::State::deleting;
  transition.status = "Completed";
  transition.background_status = "Processing";
  transition.cause = "the cloud said so";
  transition.polls = 4;
  transition.hash = "ab12";
  return transition;
}

}  // namespace lethe::report
