#include "simulator/draws.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace lethe::simulator {
namespace {

/// The finisher of splitmix64: every bit of the argument moves every bit of the result.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

double fraction(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

}  // namespace

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3U;
  }
  return hash;
}

std::uint64_t Draws::bits(std::string_view subject, std::uint64_t number, std::uint64_t part) const {
  return mixed(mixed(mixed(seed_ ^ hash_of(subject)) ^ number) ^ part);
}

double Draws::uniform(std::string_view subject, std::uint64_t number, double low, double high) const {
  return low + (high - low) * fraction(bits(subject, number));
}

double Draws::lognormal(std::string_view subject, std::uint64_t number, double sigma) const {
  const double radius = std::sqrt(-2 * std::log(1 - fraction(bits(subject, number, 0))));
  const double angle = 2 * std::numbers::pi * fraction(bits(subject, number, 1));
  return std::exp(sigma * radius * std::cos(angle));
}

std::string Draws::guid(std::string_view subject, std::uint64_t number) const {
  const std::uint64_t high = bits(subject, number, 0);
  const std::uint64_t low = bits(subject, number, 1);
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU, high & 0xFFFU,
                     0x8000U | ((low >> 48U) & 0x3FFFU), low & 0xFFFFFFFFFFFFU);
}

std::string Draws::letters(std::string_view subject, std::uint64_t number, std::size_t length) const {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string result;
  result.reserve(length);
  for (std::size_t i = 0; i < length; ++i) result += alphabet[bits(subject, number, i) % alphabet.size()];
  return result;
}

}  // namespace lethe::simulator
