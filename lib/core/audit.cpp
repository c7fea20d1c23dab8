#include "core/audit.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>

namespace lethe::core {

namespace {

/// Writes fields one after the other, each with its length in front; an absent one is a text that no length begins.
class Canonical {
 public:
  void add(std::string_view field) { text_ += fmt::format("{}:{}", field.size(), field); }
  void add(std::int64_t field) { add(std::string_view{fmt::to_string(field)}); }
  template <class Field, class ToText>
  void add_optional(const std::optional<Field>& field, ToText to_text) {
    if (field) {
      add(std::string_view{to_text(*field)});
    } else {
      text_ += '-';
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1 || size != digest.size()) {
    throw std::runtime_error("SHA-256 is not available from OpenSSL");
  }
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace

std::string link(std::string_view before, const Transition& transition) {
  Canonical canonical;
  canonical.add(before);
  canonical.add(transition.seq);
  canonical.add(std::int64_t{transition.at.time_since_epoch().count()});
  canonical.add(static_cast<std::int64_t>(transition.jobs.size()));
  for (const std::string& job : transition.jobs) canonical.add(job);
  canonical.add(transition.jobs_total);
  canonical.add(transition.account);
  canonical.add_optional(transition.operation, [](OperationNumber number) { return fmt::to_string(number.value); });
  canonical.add_optional(transition.operation_id, [](OperationId id) { return fmt::to_string(id.value); });
  canonical.add_optional(transition.from, [](State state) { return std::string{word(state)}; });
  canonical.add(word(transition.to));
  canonical.add(transition.status);
  canonical.add(transition.background_status);
  canonical.add(transition.cause);
  canonical.add(transition.polls);
  return sha256_hex(canonical.text());
}

std::optional<std::string> ChainCheck::next(const Transition& transition) {
  const std::int64_t expected = seq_ + 1;
  const bool whole = transition.hash == link(head_, transition);
  seq_ = transition.seq;
  head_ = transition.hash;
  if (transition.seq == expected + 1) return fmt::format("transition {} is missing", expected);
  if (transition.seq != expected) return fmt::format("transitions {} to {} are missing", expected, transition.seq - 1);
  if (!whole) return fmt::format("transition {} was changed, or the one before it was", transition.seq);
  return std::nullopt;
}

}  // namespace lethe::core
