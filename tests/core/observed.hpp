// What the tests of decide() ask with.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/operation.hpp"

namespace lethe::core {

inline constexpr OperationId known_id{2038};

inline Operation operation_of(Action action, State state = State::suppressing) {
  Operation operation;
  operation.number = OperationNumber{7};
  operation.action = action;
  operation.state = state;
  operation.operation_id = known_id;
  return operation;
}

inline Observation observed(std::string status, std::vector<std::string> background = {},
                            bool errors_in_batch = false) {
  return Observation{.operation_id = known_id,
                     .status = std::move(status),
                     .background = std::move(background),
                     .errors_in_batch = errors_in_batch,
                     .restorable_days = std::nullopt,
                     .list_key = std::nullopt,
                     .retry_count = std::nullopt};
}

inline std::string shown(const Observation& observation) {
  std::string text = observation.status + (observation.errors_in_batch ? " with errors in batch" : "");
  for (const std::string& word : observation.background) text += " | " + word;
  return text;
}

inline std::string with(int (*change)(int), std::string text) {
  std::ranges::transform(text, text.begin(), [change](char c) { return static_cast<char>(change(c)); });
  return text;
}

inline Observation with(int (*change)(int), Observation observation) {
  observation.status = with(change, observation.status);
  for (std::string& word : observation.background) word = with(change, word);
  return observation;
}

}  // namespace lethe::core
