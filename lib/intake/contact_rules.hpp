// What a contact must be, and what is doubtful about a list: found in one place for inline contacts and for files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/operation.hpp"

namespace lethe::intake {

/// What is wrong and what to do; never the value.
struct Finding {
  std::string what;
  std::string remedy;
  bool doubt = false;  ///< it can be accepted: remedy_of() says how
};

/// How a request was made, so that remedies name what its maker writes.
enum class Form : std::uint8_t { job_file, flags };

/// The remedy, and of a doubt how it is accepted.
std::string remedy_of(const Finding& finding, Form form);
/// "if it is meant so, …"
std::string accept_remedy(Form form);

/// No key has more; a longer text needs not be kept to be refused.
inline constexpr std::size_t most_contact_bytes = 254 * 4;

/// Checks one contact (`selector` is keys or ids). Doubts are findings unless accepted.
std::optional<Finding> check_contact(std::string_view contact, core::Selector selector, bool accept_warnings);

/// What divides the columns of tables: CSVs (commas alone are read as such), and what spreadsheets write in their
/// place.
inline constexpr std::string_view separators = ",;\t";

/// Is this line, or a part of it between separators, a usual name of a column?
bool looks_like_header(std::string_view line);

Finding header_finding(Form form);
/// Of a list with this separator in every line.
Finding columns_finding(char separator, Form form);
/// The remedy for a table without commas.
inline constexpr std::string_view commas_remedy = "save the table with commas between its columns";
Finding too_long_finding();

/// The key of a data extension that a list job names.
std::optional<Finding> check_list_key(std::string_view key, bool accept_warnings);

}  // namespace lethe::intake
