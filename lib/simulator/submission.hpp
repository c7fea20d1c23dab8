// Reads the body of a delete or a restrict as the cloud does, and says what is wrong with it.
#pragma once

#include <expected>
#include <string>

#include "http/message.hpp"
#include "simulator/operations.hpp"
#include "simulator/reading.hpp"
#include "simulator/shapes.hpp"

namespace lethe::simulator {

std::expected<Submission, http::Response> read_submission(const Answering& answering, Kind kind, const Target& target,
                                                          const std::string& body);

}  // namespace lethe::simulator
