// How many contacts of a job fit into one operation, by count and by bytes of the body as it is really encoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/operation.hpp"

namespace lethe::core {

inline constexpr std::int64_t most_contacts_per_operation = 1'000'000;  ///< documented
inline constexpr std::size_t most_bytes_per_request = 4'000'000;        ///< documented as 4 MB

/// Bytes that a contact takes in the body's `values`: a JSON string with quotes and escapes, or an integer as it is.
std::size_t encoded_size(Selector selector, std::string_view contact);

/// Counts contacts into one request until a limit would be passed. `envelope`: the bytes of the body around the values.
class Batch {
 public:
  Batch(Selector selector, std::int64_t most_contacts, std::size_t envelope);
  /// False: this contact doesn't fit any more, and was not counted. A first contact always fits.
  bool add(std::string_view contact);
  std::int64_t contacts() const { return contacts_; }
  std::size_t bytes() const { return bytes_; }

 private:
  Selector selector_;
  std::int64_t most_contacts_;
  std::int64_t contacts_ = 0;
  std::size_t bytes_;
};

}  // namespace lethe::core
