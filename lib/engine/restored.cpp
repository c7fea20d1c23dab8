#include "engine/restored.hpp"

#include <string>
#include <utility>
#include <vector>

#include "core/matching.hpp"
#include "engine/listing.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;

namespace {

constexpr std::size_t most_named = 100;

void name(const Work& work, const std::string& account, const core::ListedOperation& row) {
  work.parts.log.message(
      LogLevel::warning,
      "the cloud lists an operation that this store doesn't know: it may be one of Lethe's, submitted "
      "after the copy was made",
      {{"account", account},
       {"operation_id", std::to_string(row.id.value)},
       {"contacts", row.contacts ? std::to_string(*row.contacts) : "unknown"}});
}

}  // namespace

asio::awaitable<void> tell_forgotten(Work& work, Account& account, core::Time copied_at) {
  const std::string& id = account.settings.name;
  const auto known = work.parts.store.account(id);
  if (!known) co_return work.heed(known.error());
  const std::int64_t highest = known->highest_operation_id.value_or(0);
  std::vector<core::ListedOperation> rows;
  bool whole = false;
  for (const List list : {List::requests, List::operations}) {
    Listing listing = co_await read_list(work, account, list, copied_at, highest);
    whole = whole || listing.reading.outcome == core::Reading::Outcome::whole;
    rows.insert(rows.end(), listing.rows.begin(), listing.rows.end());
    if (listing.failure && listing.reading.outcome == core::Reading::Outcome::unread) {
      whole = false;
      co_await work.failed(account, std::move(*listing.failure));
      break;
    }
  }
  std::size_t forgotten = 0;
  for (const core::ListedOperation& row : core::merge(rows)) {
    if (row.id.value <= highest) continue;
    if (++forgotten <= most_named) name(work, id, row);
  }
  work.parts.log.message(LogLevel::warning,
                         whole ? "before releasing what is held, compare it with the operations that the cloud lists"
                               : "the cloud's lists couldn't be read whole; before releasing what is held, look into "
                                 "Contact Builder",
                         {{"account", id}, {"unknown_operations", std::to_string(forgotten)}});
}

}  // namespace lethe::engine
