// Letters as protocols and file formats know them, whatever the locale.
#pragma once

namespace lethe::core {

/// Of A to Z; anything else is what it is.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace lethe::core
