// Contacts, streamed from wherever a job keeps them: inline, one a line, or a column of a CSV. Memory doesn't grow with
// the list. Contacts are taken as they are: only a BOM, the line end and CSV quoting are removed.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/operation.hpp"
#include "intake/job_file.hpp"
#include "intake/list_file.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

class ContactReader {
 public:
  virtual ~ContactReader() = default;
  /// The next contact (valid until the next call), nothing at the end, or a fault with file and line. Checked: a key is
  /// non-empty and at most 254 characters (UTF-8 code points), an id is a positive integer that fits 64 bits. Empty
  /// lines are skipped in a file of lines.
  virtual std::expected<std::optional<std::string_view>, support::Fault> next() = 0;
  /// Of the file; of inline contacts always the same.
  virtual ListStamp stamp() const = 0;
  /// There are no more contacts than this.
  virtual std::int64_t at_most() const = 0;
};

/// `beneath`: the intake directory that a job dropped there must keep its list in, without symbolic links on the way
/// (checked on the opened file, not on the text of its path); absent for `submit`.
std::expected<std::unique_ptr<ContactReader>, support::Fault> open_contacts(
    const JobRequest& request, const std::optional<std::filesystem::path>& beneath);

}  // namespace lethe::intake
