#include "core/wish.hpp"

#include <fmt/format.h>

namespace lethe::core {

namespace {

constexpr std::string_view retry_word = "retry";
constexpr std::string_view adopt_word = "adopt";

}  // namespace

std::string_view word(Wish::Kind kind) {
  return kind == Wish::Kind::retry ? retry_word : adopt_word;
}

std::optional<Wish::Kind> parse_wish_kind(std::string_view text) {
  if (text == retry_word) return Wish::Kind::retry;
  if (text == adopt_word) return Wish::Kind::adopt;
  return std::nullopt;
}

std::string in_words(const Wish& wish) {
  if (wish.kind == Wish::Kind::retry) return "a retry";
  return fmt::format("the adoption of operationID {}", wish.operation_id.value_or(OperationId{}).value);
}

}  // namespace lethe::core
