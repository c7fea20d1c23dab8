// The cloud's two lists of operations, read whole. They are hints, never verdicts.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "core/matching.hpp"
#include "engine/work.hpp"

namespace lethe::engine {

enum class List : std::uint8_t { requests, operations };

/// A list as it was read, and why it wasn't where it couldn't be.
struct Listing {
  core::Reading reading;
  std::vector<core::ListedOperation> rows;
  std::optional<cloud::Failure> failure;
};

/// What failing to read a list means for what it could have shown.
core::Reading::Outcome outcome_of(const cloud::Failure& failure);

/// One page, from 1. `since`: nothing that began before is looked for.
boost::asio::awaitable<std::expected<cloud::ListPage, cloud::Failure>> read_page(Work& work, Account& account,
                                                                                 List list, core::Time since, int page);

/// All pages with rows above `known_above`; a stop breaks off.
boost::asio::awaitable<Listing> read_list(Work& work, Account& account, List list, core::Time since,
                                          std::int64_t known_above);

}  // namespace lethe::engine
