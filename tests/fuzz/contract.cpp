#include "fuzz/contract.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace lethe::fuzz {

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "the contract is broken: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

void require_plain_line(std::string_view text) {
  constexpr std::size_t longest = 400;  // a name of a host has up to 253
  require(!text.empty() && text.size() <= longest, "a message is empty or long");
  require(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }), "a message isn't plain text");
}

void require_line(std::string_view text) {
  constexpr std::size_t longest = 4000;
  require(!text.empty() && text.size() <= longest, "a message is empty or long");
  require(std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }),
          "a message isn't one line");
  require(!text.contains(contact_marker), "a message quotes a contact");
}

std::int64_t lines_of(std::string_view text) {
  return 1 + std::ranges::count(text, '\n');
}

File::File() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lethe-fuzz-XXXXXX").string();
  descriptor_ = ::mkstemp(pattern.data());
  require(descriptor_ >= 0, "a file for the inputs can be made");
  path_ = pattern;
}

File::~File() {
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

void File::write(std::string_view text) const {
  const bool written = ::ftruncate(descriptor_, 0) == 0 &&
                       ::pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  require(written, "an input can be written to its file");
}

}  // namespace lethe::fuzz
