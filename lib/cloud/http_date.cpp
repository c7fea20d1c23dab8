#include "cloud/http_date.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lethe::cloud {

std::optional<core::Time> http_date(std::string_view text) {
  constexpr std::string_view form = "Sun, 06 Nov 1994 08:49:37 GMT";
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != form.size() || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::ranges::find(months, text.substr(8, 3));
  if (month == months.end()) return std::nullopt;
  // The rest has the digits of RFC 3339 in another order, and that reader knows which of them make a time.
  return core::parse_rfc3339(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - months.begin() + 1,
                                         text.substr(5, 2), text.substr(17, 8)));
}

}  // namespace lethe::cloud
