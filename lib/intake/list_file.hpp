// A list of contacts as a stream of bytes through a fixed buffer, opened without following links.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/descriptor.hpp"
#include "intake/job_file.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

/// Which file, and as of when: equal stamps mean equal contents.
struct ListStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t changed_at = 0;  ///< nanoseconds since 1970, of its content
  bool operator==(const ListStamp&) const = default;
};

class ListFile {
 public:
  static constexpr int end = -1;

  ListFile(std::filesystem::path file, config::Descriptor descriptor, const struct stat& opened);

  /// The next byte, or `end` at the end of the file and after a fault (a NUL, a read error). A BOM at the start is left
  /// out.
  int get();
  /// Takes the next byte if it is `wanted`.
  bool take(char wanted);
  /// The next line without its LF where it can be had at once, valid until the next call of any other function; get()
  /// finds out about the rest: the last line, a very long one, one near a NUL.
  std::optional<std::string_view> peek_line();
  /// Takes the line that peek_line() showed, and its LF.
  void take_line(std::string_view line);
  /// False: no line that peek_line() shows now holds this byte ('"' or CR); true: look.
  bool may_hold_quote() const { return holds_quote_; }
  bool may_hold_return() const { return holds_return_; }
  const ListStamp& stamp() const { return stamp_; }
  const std::optional<support::Fault>& failed() const { return fault_; }
  /// After `end`: the fault that ended the stream, or that the file changed while it was read.
  std::optional<support::Fault> finish();
  std::int64_t line() const { return line_; }  ///< of the next byte, from 1
  support::Fault fault(std::int64_t line, std::string what, std::string remedy) const;

 private:
  bool fill();
  bool read_some();
  void look_for(char byte, std::size_t from, bool& found) const;
  void skip_bom();

  std::filesystem::path file_;
  config::Descriptor descriptor_;
  ListStamp stamp_;
  std::int64_t unread_;  ///< bytes of the file as it was opened
  std::array<char, std::size_t{64} * 1024> buffer_{};
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  bool holds_nul_ = false;  ///< the buffer does
  bool holds_quote_ = false;
  bool holds_return_ = false;
  std::int64_t line_ = 1;
  std::optional<support::Fault> fault_;
};

/// `beneath` as in open_contacts().
std::expected<std::unique_ptr<ListFile>, support::Fault> open_list(const ContactSource& source,
                                                                   const std::optional<std::filesystem::path>& beneath);

}  // namespace lethe::intake
