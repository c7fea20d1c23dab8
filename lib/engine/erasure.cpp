#include "engine/erasure.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/indexing.hpp"
#include "intake/accepted_file.hpp"

namespace lethe::engine {

namespace asio = boost::asio;
using core::LogLevel;
using core::Time;

namespace {

constexpr std::size_t jobs_at_once = 100;
constexpr std::size_t files_at_once = 1000;
constexpr core::Duration again_after = std::chrono::seconds{10};
constexpr core::Duration files_interval = std::chrono::hours{1};

/// One that can't be erased now stays known to the store.
asio::awaitable<void> erase_file(Work& work, store::AcceptedFile file, core::Job job) {
  const auto erased = intake::erase_accepted(file, job, work.now());
  if (!erased) {
    work.parts.log.message(LogLevel::warning, erased.error(), {{"job", job.id}});
    co_return;
  }
  if (!*erased) {
    work.parts.log.message(LogLevel::warning,
                           "a file of an erased job is no longer in accepted/; who moved it has its contacts",
                           {{"job", job.id}, {"file", file.name}});
  }
  const auto forgotten = co_await work.parts.store.forget_file(std::move(file));
  if (!forgotten) work.heed(forgotten.error());
}

asio::awaitable<void> erase_files(Work& work, core::Job job) {
  const auto files = work.parts.store.accepted_files(job.number);
  if (!files) co_return work.heed(files.error());
  for (const store::AcceptedFile& file : *files) co_await erase_file(work, file, job);
}

asio::awaitable<void> erase_overdue_files(Work& work) {
  const auto files = work.parts.store.overdue_files(files_at_once);
  if (!files) co_return work.heed(files.error());
  for (const store::AcceptedFile& file : *files) {
    const auto job = work.parts.store.job(file.job);
    if (!job) co_return work.heed(job.error());
    co_await erase_file(work, file, *job);
  }
}

enum class Round : std::uint8_t { more, done, later };

asio::awaitable<Round> erase_some(Work& work) {
  const auto jobs = work.parts.store.erasable(work.now() - work.parts.settings.keep_contacts, jobs_at_once);
  if (!jobs) {
    work.heed(jobs.error());
    co_return Round::later;
  }
  if (jobs->empty()) co_return Round::done;
  // All that these jobs' operations took is indexed now, if it is to be at all.
  const bool accepted_indexed = co_await index_accepted(work);
  if (!accepted_indexed || work.stopping) co_return Round::later;
  std::vector<core::JobNumber> numbers;
  for (const core::Job& job : *jobs) {
    const bool indexed = co_await index_rest(work, job);
    if (!indexed) co_return Round::later;
    co_await erase_files(work, job);
    numbers.push_back(job.number);
  }
  const auto erased = co_await work.parts.store.erase_contacts(std::move(numbers), work.now());
  if (!erased) work.heed(erased.error());
  co_return erased && *erased ? Round::more : Round::later;
}

}  // namespace

Time next_erasure(Work& work, const Erasure& erasure) {
  if (erasure.running) return Time::max();
  if (has_to_index(work)) return erasure.not_before;
  const auto ended = work.parts.store.next_erasable();
  if (!ended) {
    work.heed(ended.error());
    return work.now() + again_after;
  }
  if (!*ended) return erasure.files_again_at;
  const Time due = std::max(**ended + work.parts.settings.keep_contacts, erasure.not_before);
  return std::min(due, erasure.files_again_at);
}

asio::awaitable<void> erase(Work& work, Erasure& erasure) {
  if (work.now() >= erasure.files_again_at) {
    co_await erase_overdue_files(work);
    erasure.files_again_at = work.now() + files_interval;
  }
  const bool indexed = co_await index_accepted(work);
  Round round = indexed ? Round::more : Round::later;
  while (round == Round::more && !work.stopping) round = co_await erase_some(work);
  if (round == Round::later) erasure.not_before = work.now() + again_after;
}

}  // namespace lethe::engine
