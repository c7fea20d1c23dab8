// The hash chain over the transitions: each link is SHA-256 over the link before and the transition's canonical fields.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/operation.hpp"

namespace lethe::core {

/// The link before the first one.
inline constexpr std::string_view first_link = "0000000000000000000000000000000000000000000000000000000000000000";

/// Hex. Every field but `hash` enters, each with its length in front, so that no two transitions share a text.
std::string link(std::string_view before, const Transition& transition);

/// Goes along the transitions in the order of seq. After a break it goes on from what is recorded, so that each break
/// is told once.
class ChainCheck {
 public:
  /// What is wrong with this one, in one line; nothing: it continues the chain.
  std::optional<std::string> next(const Transition& transition);
  std::int64_t seq() const { return seq_; }          ///< of the last one; 0: there was none
  const std::string& head() const { return head_; }  ///< its link

 private:
  std::int64_t seq_ = 0;
  std::string head_{first_link};
};

}  // namespace lethe::core
