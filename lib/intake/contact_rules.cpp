#include "intake/contact_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "core/ascii.hpp"
#include "core/job.hpp"

namespace lethe::intake {
namespace {

constexpr std::size_t most_characters = 254;

std::string column_remedy(Form form) {
  return form == Form::flags ? "name the column with --column" : "name the column with column = \"…\"";
}

/// Lower case, letters and digits only: "Subscriber Key" and "subscriber_key" are the same name.
std::string plain(std::string_view text) {
  std::string result;
  for (const char given : text) {
    const char c = core::lower(given);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) result += c;
  }
  return result;
}

constexpr std::array usual_headers{
    std::string_view{"id"},
    std::string_view{"ids"},
    std::string_view{"key"},
    std::string_view{"keys"},
    std::string_view{"contact"},
    std::string_view{"contacts"},
    std::string_view{"contactid"},
    std::string_view{"contactids"},
    std::string_view{"contactkey"},
    std::string_view{"contactkeys"},
    std::string_view{"subscriber"},
    std::string_view{"subscriberid"},
    std::string_view{"subscriberkey"},
    std::string_view{"subscriberkeys"},
    std::string_view{"subscriberids"},
    std::string_view{"email"},
    std::string_view{"emailaddress"},
    std::string_view{"mail"},
    std::string_view{"name"},
    std::string_view{"firstname"},
    std::string_view{"lastname"},
    std::string_view{"customerid"},
    std::string_view{"customerkey"},
    std::string_view{"userid"},
    std::string_view{"personcontactid"},
    std::string_view{"externalid"},
    std::string_view{"externalkey"},
};

/// The number of code points of valid UTF-8 (no overlong forms, no surrogates), else nothing.
std::optional<std::size_t> characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xc2 && first < 0xe0 ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length == 0 || i + length > text.size()) return std::nullopt;
    std::uint32_t point = length == 1 ? first : first & (0xffU >> (length + 1));
    for (std::size_t j = 1; j < length; ++j) {
      const auto next = static_cast<unsigned char>(text[i + j]);
      if ((next & 0xc0U) != 0x80U) return std::nullopt;
      point = (point << 6U) | (next & 0x3fU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (overlong || surrogate || point > 0x10ffff) return std::nullopt;
    i += length;
  }
  return count;
}

constexpr std::array white_space{
    std::string_view{" "},      std::string_view{"\t"},     std::string_view{"\n"},     std::string_view{"\v"},
    std::string_view{"\f"},     std::string_view{"\r"},     std::string_view{"\u0085"}, std::string_view{"\u00a0"},
    std::string_view{"\u1680"}, std::string_view{"\u2000"}, std::string_view{"\u2001"}, std::string_view{"\u2002"},
    std::string_view{"\u2003"}, std::string_view{"\u2004"}, std::string_view{"\u2005"}, std::string_view{"\u2006"},
    std::string_view{"\u2007"}, std::string_view{"\u2008"}, std::string_view{"\u2009"}, std::string_view{"\u200a"},
    std::string_view{"\u200b"}, std::string_view{"\u2028"}, std::string_view{"\u2029"}, std::string_view{"\u202f"},
    std::string_view{"\u205f"}, std::string_view{"\u3000"}, std::string_view{"\ufeff"},
};

bool has_white_space_around(std::string_view text) {
  return std::ranges::any_of(
      white_space, [text](std::string_view space) { return text.starts_with(space) || text.ends_with(space); });
}

/// Nothing but visible ASCII, as nearly every key is, and not too long.
bool is_plain_key(std::string_view key) {
  if (key.empty() || key.size() > most_characters) return false;
  unsigned odd = 0;
  for (const char c : key) odd |= static_cast<unsigned>(static_cast<unsigned char>(c - '!') > '~' - '!');
  return odd == 0;
}

std::optional<Finding> check_key(std::string_view key, bool accept_warnings) {
  if (is_plain_key(key)) return std::nullopt;
  if (key.empty()) return Finding{"is empty", "take it out"};
  if (key.size() > most_contact_bytes) return too_long_finding();
  const auto count = characters(key);
  if (!count) return Finding{"isn't UTF-8", "save the list as UTF-8"};
  if (*count > most_characters) return too_long_finding();
  if (key.find('\0') != std::string_view::npos) return Finding{"holds a NUL", "take it out"};
  if (!accept_warnings && has_white_space_around(key)) {
    return Finding{"begins or ends with white space", "", true};
  }
  return std::nullopt;
}

bool is_id(std::string_view text) {
  std::int64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  return !text.empty() && text.front() >= '1' && text.front() <= '9' && read.ec == std::errc{} &&
         read.ptr == text.data() + text.size();
}

std::optional<Finding> check_id(std::string_view text) {
  if (is_id(text)) return std::nullopt;
  if (core::looks_like_email(text)) {
    return Finding{"isn't a contact id but looks like an e-mail address",
                   "if addresses are the contact keys, use keys or keys_file"};
  }
  return Finding{
      "isn't a contact id (a positive integer of digits alone, without a leading zero)",
      text.find(',') == std::string_view::npos ? "correct or remove it" : "for a CSV with a header name its column"};
}

}  // namespace

std::string accept_remedy(Form form) {
  return fmt::format("if it is meant so, {}",
                     form == Form::flags ? "give --accept-warnings" : "set accept_warnings = true");
}

std::string remedy_of(const Finding& finding, Form form) {
  if (!finding.doubt) return finding.remedy;
  return finding.remedy.empty() ? accept_remedy(form) : fmt::format("{}; {}", finding.remedy, accept_remedy(form));
}

std::optional<Finding> check_contact(std::string_view contact, core::Selector selector, bool accept_warnings) {
  return selector == core::Selector::ids ? check_id(contact) : check_key(contact, accept_warnings);
}

bool looks_like_header(std::string_view line) {
  while (true) {
    const std::size_t end = line.find_first_of(separators);
    if (std::ranges::find(usual_headers, plain(line.substr(0, end))) != usual_headers.end()) return true;
    if (end == std::string_view::npos) return false;
    line.remove_prefix(end + 1);
  }
}

Finding header_finding(Form form) {
  return {"looks like the header of a table, not like a contact", column_remedy(form), true};
}

Finding columns_finding(char separator, Form form) {
  if (separator == ',') return {"has a comma in every line, so it seems to be a CSV", column_remedy(form), true};
  return {fmt::format("has a {} in every line, so it seems to be a table", separator == ';' ? "semicolon" : "tab"),
          fmt::format("{}, and {}", commas_remedy, column_remedy(form)), true};
}

Finding too_long_finding() {
  return {fmt::format("is longer than {} characters", most_characters), "no contact key is; correct it"};
}

std::optional<Finding> check_list_key(std::string_view key, bool accept_warnings) {
  if (key.empty()) return Finding{"is empty", "write the data extension's external key"};
  if (key.size() > most_contact_bytes || !characters(key) || key.find('\0') != std::string_view::npos)
    return Finding{"isn't an external key", "copy it from the data extension"};
  if (!accept_warnings && plain(key).ends_with("salesforce") && key.find('_') != std::string_view::npos) {
    return Finding{
        "ends in _Salesforce: a synchronized data extension, through which the wrong records have been deleted",
        "copy the contacts into a data extension of its own", true};
  }
  return std::nullopt;
}

}  // namespace lethe::intake
