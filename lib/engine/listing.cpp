#include "engine/listing.hpp"

#include <chrono>
#include <utility>

namespace lethe::engine {

namespace asio = boost::asio;
using cloud::Failure;
using Outcome = core::Reading::Outcome;

namespace {

/// The days for which requests are listed reach so far back and ahead that no clock or zone hides one.
constexpr core::Duration days_before = std::chrono::hours{24 * 30};
constexpr core::Duration days_after = std::chrono::hours{24 * 2};

}  // namespace

asio::awaitable<std::expected<cloud::ListPage, Failure>> read_page(Work& work, Account& account, List list,
                                                                   core::Time since, int page) {
  if (list == List::operations) return account.client->delete_operations(page);
  return account.client->delete_requests(since - days_before, work.now() + days_after, page);
}

Outcome outcome_of(const Failure& failure) {
  if (!failure.request_sent) return Outcome::unread;  // a token that couldn't be had says nothing about a list
  if (failure.kind == Failure::Kind::missing) return Outcome::missing;
  return failure.kind == Failure::Kind::contract ? Outcome::broken : Outcome::unread;
}

asio::awaitable<Listing> read_list(Work& work, Account& account, List list, core::Time since,
                                   std::int64_t known_above) {
  const core::Time started = work.now();
  core::Paging paging(known_above);
  std::optional<core::Time> stated;
  Listing listing;
  bool more = true;
  while (more) {
    if (work.stopping) co_return listing;
    auto page = co_await read_page(work, account, list, since, paging.next_page());
    if (!page) {
      listing.reading.outcome = outcome_of(page.error());
      listing.failure = std::move(page.error());
      co_return listing;
    }
    // The first page is the one that was made earliest.
    if (paging.next_page() == 1) stated = page->as_of;
    more = paging.take(page->rows);
  }
  listing.reading.outcome = paging.whole() ? Outcome::whole : Outcome::incomplete;
  listing.reading.as_of = core::as_of(stated, started);
  listing.rows = paging.rows();
  co_return listing;
}

}  // namespace lethe::engine
