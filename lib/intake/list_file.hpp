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

#include "config/descriptor.hpp"
#include "intake/job_file.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

class ListFile {
 public:
  static constexpr int end = -1;

  ListFile(std::filesystem::path file, config::Descriptor descriptor, const struct stat& opened);

  /// The next byte, or `end` at the end of the file and after a fault (a NUL, a read error). A BOM at the start is left
  /// out.
  int get();
  /// Takes the next byte if it is `wanted`.
  bool take(char wanted);
  const std::optional<support::Fault>& failed() const { return fault_; }
  /// After `end`: the fault that ended the stream, or that the file changed while it was read.
  std::optional<support::Fault> finish();
  std::int64_t line() const { return line_; }  ///< of the next byte, from 1
  support::Fault fault(std::int64_t line, std::string what, std::string remedy) const;

 private:
  bool fill();
  void skip_bom();

  std::filesystem::path file_;
  config::Descriptor descriptor_;
  struct stat opened_;
  std::array<char, std::size_t{64} * 1024> buffer_{};
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  std::int64_t line_ = 1;
  std::optional<support::Fault> fault_;
};

/// `beneath` as in open_contacts().
std::expected<std::unique_ptr<ListFile>, support::Fault> open_list(const ContactSource& source,
                                                                   const std::optional<std::filesystem::path>& beneath);

}  // namespace lethe::intake
