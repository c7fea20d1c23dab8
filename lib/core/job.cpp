#include "core/job.hpp"

#include <algorithm>

namespace lethe::core {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view without_blanks_around(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Labels with a dot between them; letters beyond ASCII count, since domains have them.
bool looks_like_domain(std::string_view text) {
  if (text.find('.') == std::string_view::npos || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

bool is_job_id(std::string_view id) {
  if (id.empty() || id.size() > 128) return false;
  return std::ranges::all_of(id, [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool looks_like_email(std::string_view text) {
  const std::string_view address = without_blanks_around(text);
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  return std::ranges::none_of(address, is_blank) && looks_like_domain(address.substr(at + 1));
}

Readmission readmit(const Job& known, std::string_view digest) {
  if (known.digest != digest) return Readmission::other_content;
  const bool as_asked = known.state == State::deleted || known.state == State::restricted;
  return !is_final(known.state) || as_asked ? Readmission::same : Readmission::ended_otherwise;
}

}  // namespace lethe::core
