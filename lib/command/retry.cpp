#include "command/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "command/known_job.hpp"
#include "command/reason.hpp"
#include "core/remedy.hpp"

namespace lethe::command {
namespace {

constexpr std::size_t most_jobs_named = 20;

Failure nothing_to_retry(const core::Job& job, const std::vector<core::Operation>& operations) {
  std::string line = fmt::format("job {} is {}; no operation of it can be retried", job.id, word(job.state));
  if (!operations.empty()) line = *core::why_no_retry(operations.back());
  return failure(ExitStatus::failed, fmt::format("job {}: {}", job.id, line));
}

std::string others_of(const store::Store::Carried& carried, const std::string& job) {
  std::string names;
  std::int64_t named = 1;
  for (const auto& id : carried.ids) {
    if (id == job) continue;
    names += (names.empty() ? "" : ", ") + id;
    ++named;
  }
  if (names.empty()) return "";
  if (carried.total > named) names += fmt::format(" and {} more", carried.total - named);
  return fmt::format("; it is retried for these jobs too: {}", names);
}

}  // namespace

boost::asio::awaitable<Outcome<std::vector<RetryAsked>>> retry(store::Store& store, std::string job, std::string why,
                                                               core::Time now) {
  if (auto checked = check_reason(why); !checked) co_return std::unexpected(std::move(checked.error()));
  const auto known = known_job(store, job);
  if (!known) co_return std::unexpected(known.error());
  const auto operations = store.operations_of(known->number);
  if (!operations) co_return std::unexpected(failure(operations.error()));
  std::vector<RetryAsked> asked;
  for (const auto& operation : *operations) {
    if (core::why_no_retry(operation)) continue;
    core::Wish wish;
    wish.operation = operation.number;
    wish.why = why;
    wish.made_at = now;
    auto made = co_await store.make_wish(wish, by_a_person("a retry is asked for", why));
    if (!made) co_return std::unexpected(failure(made.error()));
    auto carried = store.carried(operation.number, most_jobs_named);
    if (!carried) co_return std::unexpected(failure(carried.error()));
    asked.push_back({operation, std::move(*made), std::move(*carried)});
  }
  if (asked.empty()) co_return std::unexpected(nothing_to_retry(*known, *operations));
  co_return asked;
}

std::string retry_text(const std::vector<RetryAsked>& asked, const std::string& job) {
  std::string text;
  for (const auto& [operation, wish, carried] : asked) {
    text += fmt::format("operation {} (operationID {}): the daemon asks the cloud to retry it{}\n",
                        operation.number.value, operation.operation_id->value, others_of(carried, job));
  }
  return text + fmt::format("`lethe show {}` tells what came of it\n", job);
}

std::string retry_json(const std::vector<RetryAsked>& asked) {
  boost::json::array array;
  for (const auto& [operation, wish, carried] : asked) {
    boost::json::object entry;
    entry["operation"] = operation.number.value;
    entry["operation_id"] = operation.operation_id->value;
    entry["jobs"] = boost::json::array(carried.ids.begin(), carried.ids.end());
    entry["jobs_total"] = carried.total;
    array.push_back(std::move(entry));
  }
  return boost::json::serialize(array);
}

}  // namespace lethe::command
