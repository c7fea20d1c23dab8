#include "store/sqlite/indexing.hpp"

#include <span>
#include <utility>

#include "store/sqlite/mutations.hpp"

namespace lethe::store::sqlite {

namespace {

Written<void> clear(std::shared_ptr<Writer> writer, IndexOwner owner) {
  Mutation<bool> piece = [owner](Unit& unit) { return clear_index(unit, owner); };
  while (true) {
    const Result<bool> more = co_await writer->write<bool>(Urgency::durable, piece);
    if (!more) co_return std::unexpected(more.error());
    if (!*more) co_return Result<void>{};
  }
}

}  // namespace

Written<void> keep_index(std::shared_ptr<Writer> writer, IndexOwner owner, std::vector<IndexEntry> entries,
                         std::vector<OverlapFound> overlaps) {
  const Result<void> cleared = co_await clear(writer, owner);
  if (!cleared) co_return std::unexpected(cleared.error());
  const auto all = std::make_shared<const std::vector<IndexEntry>>(std::move(entries));
  std::size_t kept = 0;
  while (kept < all->size()) {
    Mutation<std::size_t> append = [owner, all, kept](Unit& unit) {
      return append_index(unit, owner, std::span(*all).subspan(kept));
    };
    const Result<std::size_t> appended = co_await writer->write<std::size_t>(Urgency::durable, std::move(append));
    if (!appended) co_return std::unexpected(appended.error());
    kept += *appended;
  }
  Mutation<void> finish = [owner, overlaps = std::move(overlaps)](Unit& unit) {
    return finish_index(unit, owner, Indexed::complete, overlaps);
  };
  const Result<void> finished = co_await writer->write<void>(Urgency::durable, std::move(finish));
  co_return finished;
}

}  // namespace lethe::store::sqlite
