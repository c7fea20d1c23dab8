#include "command/cancel.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "command/known_job.hpp"
#include "command/reason.hpp"

namespace lethe::command {
namespace {

/// "1 contact", "2 contacts", "the list"
std::string amount(const core::Job& job, std::int64_t count) {
  if (job.selector == core::Selector::list) return "the list";
  return fmt::format("{} contact{}", count, count == 1 ? "" : "s");
}

std::string what_was_sent(const store::Cancellation& cancellation) {
  return fmt::format("{} went out in {} operation{}, and Marketing Cloud has no way to cancel what it was given",
                     amount(cancellation.job, cancellation.sent), cancellation.operations,
                     cancellation.operations == 1 ? "" : "s");
}

Failure nothing_left(const store::Cancellation& cancellation) {
  const auto& job = cancellation.job;
  if (core::is_final(job.state)) {
    return failure(ExitStatus::failed,
                   fmt::format("job {} has ended as {}; nothing is left to cancel", job.id, word(job.state)));
  }
  return failure(ExitStatus::failed, fmt::format("job {} is {}: {}; `lethe show {}` follows it", job.id,
                                                 word(job.state), what_was_sent(cancellation), job.id));
}

}  // namespace

boost::asio::awaitable<Outcome<store::Cancellation>> cancel(store::Store& store, std::string job, std::string why,
                                                            core::Time now) {
  if (auto checked = check_reason(why); !checked) co_return std::unexpected(std::move(checked.error()));
  const auto known = known_job(store, job);
  if (!known) co_return std::unexpected(known.error());
  std::string cause = by_a_person(core::word(core::State::cancelled), why);
  auto cancelled = co_await store.cancel(known->number, now, std::move(cause));
  if (!cancelled) co_return std::unexpected(failure(cancelled.error()));
  if (cancelled->taken == 0) co_return std::unexpected(nothing_left(*cancelled));
  co_return std::move(*cancelled);
}

std::string cancel_text(const store::Cancellation& cancellation) {
  const auto& job = cancellation.job;
  auto text = fmt::format("job {}: {} {} cancelled and will not be sent", job.id, amount(job, cancellation.taken),
                          cancellation.taken == 1 ? "is" : "are");
  if (cancellation.sent > 0) text += "; " + what_was_sent(cancellation);
  return text + "\n";
}

std::string cancel_json(const store::Cancellation& cancellation) {
  boost::json::object entry;
  entry["id"] = cancellation.job.id;
  entry["state"] = word(cancellation.job.state);
  entry[core::word(core::State::cancelled)] = cancellation.taken;
  entry["sent"] = cancellation.sent;
  entry["operations"] = cancellation.operations;
  return boost::json::serialize(entry);
}

}  // namespace lethe::command
