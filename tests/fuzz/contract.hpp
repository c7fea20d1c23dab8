// What the fuzzers share. A fuzzer is LLVMFuzzerTestOneInput() for one reader of what comes from outside: it feeds the
// bytes in, and ends the process where the reader breaks its contract. An exception, a sanitizer's report and a hang
// count as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace lethe::fuzz {

std::string_view text_of(const std::uint8_t* data, std::size_t size);

/// Ends the process, saying what doesn't hold.
void require(bool holds, std::string_view what);

/// One line of printable ASCII, neither empty nor long: for messages that hold nothing from outside.
void require_plain_line(std::string_view text);

/// A line of UTF-8 that can be shown: it may hold names of files and keys, but neither line ends nor other controls.
void require_line(std::string_view text);

/// Stands in inputs where a contact would: no message may quote it.
inline constexpr std::string_view contact_marker = "c0n@t.act";

/// How many lines a text has, for whoever says where a fault is: one more than it has line ends.
std::int64_t lines_of(std::string_view text);

/// A file of this process, removed at its end, for readers that take a path.
class File {
 public:
  File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  const std::filesystem::path& path() const { return path_; }
  void write(std::string_view text) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace lethe::fuzz
