// The hash chain over the transitions: each link is SHA-256 over the link before and the transition's canonical fields.
#pragma once

#include <string>
#include <string_view>

#include "core/operation.hpp"

namespace lethe::core {

/// The link before the first one.
inline constexpr std::string_view first_link = "0000000000000000000000000000000000000000000000000000000000000000";

/// Hex. Every field but `hash` enters, each with its length in front, so that no two transitions share a text.
std::string link(std::string_view before, const Transition& transition);

}  // namespace lethe::core
