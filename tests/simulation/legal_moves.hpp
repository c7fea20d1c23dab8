// The diagram of states as users read it (operations and jobs), written down a second time: what may follow what.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/operation.hpp"

namespace lethe::simulation {

/// One line for each move of these transitions (in the order of seq) that the diagram doesn't have, or that doesn't
/// begin where the one before ended, and where the chain or the sequence breaks.
std::vector<std::string> illegal_moves(const std::vector<core::Transition>& transitions);

}  // namespace lethe::simulation
