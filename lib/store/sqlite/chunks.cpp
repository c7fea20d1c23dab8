#include "store/sqlite/chunks.hpp"

namespace lethe::store::sqlite {

namespace {

constexpr unsigned bits_per_byte = 7;
constexpr unsigned most_length_bits = 63;

/// Seven bits a byte, the lowest first; the eighth says that more follow.
void append_length(std::string& bytes, std::size_t length) {
  while (length >= 0x80) {
    bytes.push_back(static_cast<char>(0x80 | (length & 0x7f)));
    length >>= bits_per_byte;
  }
  bytes.push_back(static_cast<char>(length));
}

std::optional<std::size_t> take_length(std::string_view& bytes) {
  std::size_t length = 0;
  for (unsigned shift = 0; shift < most_length_bits && !bytes.empty(); shift += bits_per_byte) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return length;
  }
  return std::nullopt;
}

}  // namespace

bool ChunkWriter::add(std::string_view contact) {
  const std::size_t before = bytes_.size();
  append_length(bytes_, contact.size());
  bytes_.append(contact);
  const bool full = count_ == most_chunk_contacts || bytes_.size() > most_chunk_bytes;
  if (full && count_ > 0) {
    bytes_.resize(before);
    return false;
  }
  ++count_;
  return true;
}

void ChunkWriter::clear() {
  bytes_.clear();
  count_ = 0;
}

std::optional<std::string_view> ChunkReader::next() {
  if (rest_.empty()) return std::nullopt;
  const std::optional<std::size_t> length = take_length(rest_);
  if (!length || *length > rest_.size()) {
    damaged_ = true;
    rest_ = {};
    return std::nullopt;
  }
  const std::string_view contact = rest_.substr(0, *length);
  rest_.remove_prefix(*length);
  return contact;
}

}  // namespace lethe::store::sqlite
