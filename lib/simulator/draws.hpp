// Randomness as a pure function of the seed: each draw is named by its subject and number, so that the order of calls
// changes nothing and the same seed gives the same bytes on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lethe::simulator {

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : seed_(seed) {}

  std::uint64_t bits(std::string_view subject, std::uint64_t number, std::uint64_t part = 0) const;
  /// In [low, high).
  double uniform(std::string_view subject, std::uint64_t number, double low = 0, double high = 1) const;
  /// A lognormal factor with median 1.
  double lognormal(std::string_view subject, std::uint64_t number, double sigma) const;
  /// "c79583e2-cc79-4a38-8378-52714b00eaa1"
  std::string guid(std::string_view subject, std::uint64_t number) const;
  /// Letters and digits without meaning.
  std::string letters(std::string_view subject, std::uint64_t number, std::size_t length) const;

 private:
  std::uint64_t seed_;
};

/// FNV-1a: the number of a subject that has only a name.
std::uint64_t hash_of(std::string_view text);

}  // namespace lethe::simulator
