// The cloud's two lists of requests: their addresses and the readers of a page. As tolerant as those of messages.hpp; a
// page that breaks the contract is no page, least of all an empty one.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/matching.hpp"
#include "core/time.hpp"

namespace lethe::cloud {

/// documented: the largest page isn't; a smaller one may come.
inline constexpr int page_size = 500;

struct ListPage {
  std::vector<core::ListedOperation> rows;
  std::optional<core::Time> as_of;  ///< as the page says; absent where it doesn't
};

/// As it stands in a query: "2026-11-20T00%3A00%3A00", in UTC and to the second.
std::string date_parameter(core::Time time);
/// Path and query of a page, from 1. Days in UTC; `until` is included.
std::string delete_requests_path(core::Time from, core::Time until, int page);
std::string delete_operations_path(int page);

/// The error names the field. A count below one counts as absent: it may not have been taken yet.
std::expected<ListPage, std::string> read_delete_requests(std::string_view body);
std::expected<ListPage, std::string> read_delete_operations(std::string_view body);

}  // namespace lethe::cloud
