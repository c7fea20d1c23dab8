// What a person (or cloud_retries) asked for that only the daemon can carry out, because it calls the cloud.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/operation.hpp"
#include "core/time.hpp"

namespace lethe::core {

struct WishNumber {
  std::int64_t value = 0;
  auto operator<=>(const WishNumber&) const = default;
};

/// It is open until it is settled: carried out, or refused with a reason.
struct Wish {
  enum class Kind : std::uint8_t {
    retry,   ///< ask the cloud to try the failed operation again
    adopt,   ///< the operation's lost submission is the cloud's `operation_id`
    window,  ///< set the account's restore window to `days`
  };
  WishNumber number;
  std::optional<OperationNumber> operation;  ///< absent: it is about the account
  std::string account;                       ///< of an operation's, the store fills it in
  Kind kind = Kind::retry;
  std::optional<OperationId> operation_id;  ///< of `adopt`
  std::optional<int> days;                  ///< of `window`; -1: none
  std::string why;                          ///< in the person's words; never a contact
  Time made_at;
  std::optional<Time> settled_at;
  std::string refusal;  ///< empty: open, or carried out
};

/// The spelling for the store and for JSON.
std::string_view word(Wish::Kind kind);
std::optional<Wish::Kind> parse_wish_kind(std::string_view text);

/// "a restore window of 3 days", "no restore window".
std::string window_in_words(int days);

/// What is asked for, for people: "a retry", "the adoption of operationID 12", "a restore window of 3 days".
std::string in_words(const Wish& wish);

}  // namespace lethe::core
