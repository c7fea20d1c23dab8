#include "engine/learning.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "core/learning.hpp"
#include "engine/listing.hpp"
#include "engine/planning.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::Operation;

namespace {

constexpr core::Duration between_list_calls = std::chrono::hours{24};
/// Whatever zone a date is in, what was received then is within a day of it.
constexpr core::Duration a_zone = std::chrono::hours{24};

/// When the cloud says that the operation changed last; nothing where it doesn't, and when it was asked lately.
asio::awaitable<std::optional<core::Time>> stamp_of(Work& work, Account& account, const Operation& operation) {
  const core::Time now = work.now();
  const bool asked = account.stamps_read_at && *account.stamps_read_at <= now;
  if (asked && now - *account.stamps_read_at < between_list_calls) co_return std::nullopt;
  account.stamps_read_at = now;
  const core::Time received = *operation.submitted_at;
  auto page = co_await account.client->delete_requests(received - a_zone, received + a_zone, 1);
  if (!page) {
    // Forbidden, this list alone may be closed to us: the status calls tell whether the account is.
    const bool closed = page.error().kind == cloud::Failure::Kind::forbidden;
    if (!closed && outcome_of(page.error()) == core::Reading::Outcome::unread) {
      co_await work.failed(account, std::move(page.error()));
    }
    co_return std::nullopt;
  }
  const auto row = std::ranges::find(page->rows, *operation.operation_id, &core::ListedOperation::id);
  co_return row == page->rows.end() ? std::nullopt : row->changed_at;
}

}  // namespace

asio::awaitable<bool> learn(Work& work, Account& account, Operation& operation, core::State next) {
  const core::Time seen = work.now();
  const core::Phase phase = core::phase_ended(operation, next, seen);
  const auto took = [&](std::optional<core::Time> stamp) {
    return core::learned(work.parts.settings.schedule, operation, history_of(work, operation.account), next, seen,
                         stamp);
  };
  std::optional<core::Duration> duration = took(std::nullopt);
  if (!duration) co_return false;
  if (phase == core::Phase::suppression) {
    operation.suppression_took = duration;
    co_return true;
  }
  const auto stamp = co_await stamp_of(work, account, operation);
  operation.deletion_took = took(stamp);
  co_return true;
}

}  // namespace lethe::engine
