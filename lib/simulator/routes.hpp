// The calls that the simulated cloud knows: from a request's path to what is asked for, and in words for the log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/cloud_model.hpp"
#include "simulator/operations.hpp"
#include "simulator/reading.hpp"
#include "simulator/tokens.hpp"

namespace lethe::simulator {

enum class Endpoint : std::uint8_t {
  unknown,
  token,
  submit,
  status,
  requests,
  summary,
  operations,
  retry,
  settings,
};

struct Route {
  Endpoint endpoint = Endpoint::unknown;
  Kind kind = Kind::deletion;
  std::string operation;  ///< retry: the segment that names it
};

/// Of a target's path.
Route route_of(const std::vector<std::string>& path);
/// The only method that the endpoint takes.
std::string_view method_of(Endpoint endpoint);
Scope scope_of(Endpoint endpoint);
FaultRule::Call call_of(Endpoint endpoint);

/// What a person reads in the log: numbers and the cloud's words, nothing else of what was sent.
std::string in_words(const Route& route, const Target& target);
std::string in_words(const Submission& submission);
std::string in_words(const Progress& progress);

}  // namespace lethe::simulator
