#include "engine/indexing.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "support/contact_digest.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using store::IndexEntry;

namespace {

/// About a millisecond of digests: the loop has other work.
constexpr std::int64_t contacts_a_turn = 500;
/// More pairs of jobs than this aren't told of one operation.
constexpr std::size_t most_pairs = 10'000;

using Entries = std::vector<IndexEntry>;
using Pairs = std::map<std::pair<core::JobNumber, core::JobNumber>, std::int64_t>;

asio::awaitable<void> let_others_go_on(Work& work) {
  co_await asio::post(work.parts.executor, asio::use_awaitable);
}

/// Adds the contacts of one slice.
asio::awaitable<store::Result<void>> digest_slice(Work& work, support::ContactDigest& digest, store::Slice slice,
                                                  Entries& entries) {
  const std::int64_t end = slice.first + slice.count;
  for (std::int64_t first = slice.first; first < end; first += contacts_a_turn) {
    const std::int64_t count = std::min(contacts_a_turn, end - first);
    const auto read = work.parts.store.contacts(slice.job, first, count, [&](std::string_view contact) {
      entries.push_back({.digest = digest.of(contact), .job = slice.job});
      return true;
    });
    if (!read) co_return std::unexpected(read.error());
    co_await let_others_go_on(work);
  }
  co_return store::Result<void>{};
}

asio::awaitable<store::Result<Entries>> digest_all(Work& work, core::Selector selector,
                                                   std::vector<store::Slice> slices) {
  support::ContactDigest digest(work.parts.digest_key, core::word(selector));
  Entries entries;
  for (const store::Slice& slice : slices) {
    const auto added = co_await digest_slice(work, digest, slice, entries);
    if (!added) co_return std::unexpected(added.error());
  }
  std::ranges::sort(entries, {}, [](const IndexEntry& entry) { return std::pair(entry.digest, entry.job); });
  co_return entries;
}

void count_pair(Pairs& pairs, core::JobNumber one, core::JobNumber other) {
  if (one == other) return;
  const auto pair = std::minmax(one, other);
  if (pairs.size() < most_pairs || pairs.contains(pair)) ++pairs[pair];
}

/// Contacts that several jobs bring into one operation lie side by side.
void count_within(Pairs& pairs, const Entries& entries) {
  for (std::size_t next = 1; next < entries.size(); ++next) {
    if (entries[next].digest == entries[next - 1].digest) count_pair(pairs, entries[next - 1].job, entries[next].job);
  }
}

/// Looks each of `few` up in `many`.
void count_common(Pairs& pairs, std::span<const IndexEntry> few, std::span<const IndexEntry> many) {
  for (const IndexEntry& entry : few) {
    for (const IndexEntry& same : std::ranges::equal_range(many, entry.digest, {}, &IndexEntry::digest)) {
      count_pair(pairs, entry.job, same.job);
    }
  }
}

void count_in_block(Pairs& pairs, const Entries& entries, const Entries& block) {
  const auto from = std::ranges::lower_bound(entries, block.front().digest, {}, &IndexEntry::digest);
  const auto to = std::ranges::upper_bound(entries, block.back().digest, {}, &IndexEntry::digest);
  const std::span near(from, to);
  if (near.size() < block.size()) {
    count_common(pairs, near, block);
  } else {
    count_common(pairs, block, near);
  }
}

asio::awaitable<store::Result<void>> count_beside(Work& work, Pairs& pairs, const Entries& entries,
                                                  core::OperationNumber other) {
  std::optional<std::int64_t> after;
  while (!work.stopping) {
    const auto block = work.parts.store.index_block(other, after);
    if (!block) co_return std::unexpected(block.error());
    if (block->empty()) break;
    count_in_block(pairs, entries, *block);
    after = block->front().digest;
    co_await let_others_go_on(work);
  }
  co_return store::Result<void>{};
}

/// The contacts of an operation that other jobs have in it or in the operations of the account that run already.
asio::awaitable<store::Result<std::vector<store::OverlapFound>>> find_overlaps(Work& work, std::string account,
                                                                               const Entries& entries) {
  Pairs pairs;
  count_within(pairs, entries);
  core::OperationNumber other;
  while (!work.stopping) {
    const auto next = work.parts.store.indexed_beside(account, other);
    if (!next) co_return std::unexpected(next.error());
    if (!*next) break;
    other = **next;
    const auto counted = co_await count_beside(work, pairs, entries, other);
    if (!counted) co_return std::unexpected(counted.error());
  }
  std::vector<store::OverlapFound> found;
  for (const auto& [jobs, contacts] : pairs) found.push_back({jobs.first, jobs.second, contacts});
  co_return found;
}

asio::awaitable<store::Result<void>> index_operation(Work& work, core::Operation operation) {
  auto slices = work.parts.store.slices(operation.number);
  if (!slices) co_return std::unexpected(slices.error());
  auto entries = co_await digest_all(work, operation.selector, std::move(*slices));
  if (!entries) {
    if (entries.error().kind != store::Error::Kind::not_found) co_return std::unexpected(entries.error());
    // A part of it was erased while no index was wanted.
    const auto skipped = co_await work.parts.store.skip_index(operation.number);
    co_return skipped;
  }
  auto overlaps = co_await find_overlaps(work, operation.account, *entries);
  if (!overlaps) co_return std::unexpected(overlaps.error());
  if (work.stopping) co_return store::Result<void>{};
  const auto kept = co_await work.parts.store.keep_index(operation.number, std::move(*entries), std::move(*overlaps));
  co_return kept;
}

bool heeded(Work& work, const store::Result<void>& result) {
  if (!result) work.heed(result.error());
  return result.has_value();
}

asio::awaitable<bool> skip_all(Work& work, core::Job job) {
  const auto operations = work.parts.store.operations_of(job.number);
  if (!operations) {
    work.heed(operations.error());
    co_return false;
  }
  for (const core::Operation& operation : *operations) {
    const auto skipped = co_await work.parts.store.skip_index(operation.number);
    if (!heeded(work, skipped)) co_return false;
  }
  const auto skipped = co_await work.parts.store.skip_index(job.number);
  co_return heeded(work, skipped);
}

}  // namespace

bool has_to_index(Work& work) {
  if (!work.parts.settings.index_contacts) return false;
  const auto next = work.parts.store.unindexed(1);
  return next && !next->empty();
}

asio::awaitable<bool> index_accepted(Work& work) {
  while (work.parts.settings.index_contacts && !work.stopping) {
    const auto next = work.parts.store.unindexed(1);
    if (!next) {
      work.heed(next.error());
      co_return false;
    }
    if (next->empty()) break;
    const auto indexed = co_await index_operation(work, next->front());
    if (!heeded(work, indexed)) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> index_rest(Work& work, core::Job job) {
  if (job.list) co_return true;
  auto rest = work.parts.store.unindexed_contacts(job.number);
  if (!rest) {
    work.heed(rest.error());
    co_return false;
  }
  if (rest->empty()) co_return true;
  if (!work.parts.settings.index_contacts) {
    const bool skipped = co_await skip_all(work, std::move(job));
    co_return skipped;
  }
  auto entries = co_await digest_all(work, job.selector, std::move(*rest));
  if (!entries) {
    work.heed(entries.error());
    co_return false;
  }
  const auto kept = co_await work.parts.store.keep_index(job.number, std::move(*entries), {});
  co_return heeded(work, kept);
}

}  // namespace lethe::engine
