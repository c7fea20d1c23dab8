#include "core/wish.hpp"

#include <fmt/format.h>

namespace lethe::core {

namespace {

constexpr std::string_view retry_word = "retry";
constexpr std::string_view adopt_word = "adopt";
constexpr std::string_view window_word = "window";

}  // namespace

std::string_view word(Wish::Kind kind) {
  switch (kind) {
    case Wish::Kind::retry:
      return retry_word;
    case Wish::Kind::adopt:
      return adopt_word;
    case Wish::Kind::window:
      return window_word;
  }
  return retry_word;
}

std::optional<Wish::Kind> parse_wish_kind(std::string_view text) {
  if (text == retry_word) return Wish::Kind::retry;
  if (text == adopt_word) return Wish::Kind::adopt;
  if (text == window_word) return Wish::Kind::window;
  return std::nullopt;
}

std::string window_in_words(int days) {
  if (days <= 0) return "no restore window";
  return fmt::format("a restore window of {} day{}", days, days == 1 ? "" : "s");
}

std::string in_words(const Wish& wish) {
  if (wish.kind == Wish::Kind::retry) return "a retry";
  if (wish.kind == Wish::Kind::window) return window_in_words(wish.days.value_or(-1));
  return fmt::format("the adoption of operationID {}", wish.operation_id.value_or(OperationId{}).value);
}

}  // namespace lethe::core
