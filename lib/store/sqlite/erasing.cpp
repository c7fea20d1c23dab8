#include "store/sqlite/erasing.hpp"

#include <utility>

#include "store/sqlite/mutations.hpp"

namespace lethe::store::sqlite {

namespace {

/// Repeats a mutation, each time in a transaction of its own, until it says that there is no more to do.
Written<void> in_pieces(std::shared_ptr<Writer> writer, Mutation<bool> piece) {
  while (true) {
    const Result<bool> more = co_await writer->write<bool>(Urgency::durable, piece);
    if (!more) co_return std::unexpected(more.error());
    if (!*more) co_return Result<void>{};
  }
}

}  // namespace

Written<bool> truncate_log(std::shared_ptr<Writer> writer) {
  const auto truncated = std::make_shared<Result<bool>>(false);
  Mutation<void> ask = [truncated](Unit& unit) {
    unit.afterwards.emplace_back([truncated](Connection& db) { *truncated = db.truncate_log(); });
    return Result<void>{};
  };
  const Result<void> asked = co_await writer->write<void>(Urgency::durable, std::move(ask));
  if (!asked) co_return std::unexpected(asked.error());
  co_return *truncated;
}

Written<bool> erase_contacts(std::shared_ptr<Writer> writer, std::vector<core::JobNumber> jobs, core::Time at) {
  for (const core::JobNumber job : jobs) {
    Mutation<bool> empty = [job](Unit& unit) { return empty_job(unit, job); };
    const Result<void> emptied = co_await in_pieces(writer, std::move(empty));
    if (!emptied) co_return std::unexpected(emptied.error());
  }
  // Only when no byte is left anywhere are they marked, so that a stop before it begins again.
  Result<bool> truncated = co_await truncate_log(writer);
  if (!truncated || !*truncated) co_return truncated;
  Mutation<void> mark = [jobs = std::move(jobs), at](Unit& unit) { return mark_erased(unit, jobs, at); };
  const Result<void> marked = co_await writer->write<void>(Urgency::durable, std::move(mark));
  if (!marked) co_return std::unexpected(marked.error());
  Mutation<bool> reclaim = [](Unit& unit) { return reclaim_chunks(unit); };
  const Result<void> reclaimed = co_await in_pieces(writer, std::move(reclaim));
  if (!reclaimed) co_return std::unexpected(reclaimed.error());
  co_return true;
}

}  // namespace lethe::store::sqlite
