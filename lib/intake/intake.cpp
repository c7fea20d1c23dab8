#include "intake/intake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "core/forecast.hpp"
#include "core/operation.hpp"
#include "intake/contact_list.hpp"
#include "intake/pace.hpp"

namespace lethe::intake {
namespace {

using support::Fault;
using Accepted = std::expected<store::Acceptance, Refusal>;

/// What is loaded in one write: some milliseconds of the store's time.
constexpr std::size_t block_bytes = std::size_t{512} * 1024;
constexpr int most_in_block = 50'000;  ///< read for one block, those that came before too
constexpr core::Duration longest_life_of_ids = std::chrono::days{7};

Fault job_fault(const JobRequest& request, std::string key, std::string what, std::string remedy) {
  return {.what = std::move(what),
          .file = request.file,
          .line = 0,
          .column = 0,
          .key = std::move(key),
          .remedy = std::move(remedy)};
}

core::Job make_job(const JobRequest& request, Census census, core::Time now) {
  core::Job job;
  job.id = request.id.empty() ? flag_job_id(census.digest) : request.id;
  job.account = request.account;
  job.action = request.action;
  job.selector = request.selector;
  job.list = request.list;
  job.contacts = request.list ? request.list->contacts.value_or(0) : census.contacts;
  job.digest = std::move(census.digest);
  job.created_at = now;
  job.not_after = request.not_after.value_or(now + core::default_job_life);
  return job;
}

Refusal of_store(const JobRequest& request, store::Error error) {
  Fault fault = job_fault(request, "", fmt::format("can't be taken now: {}", error.what), "it is tried again");
  return {.fault = std::move(fault), .store = std::move(error)};
}

Refusal of_job(Fault fault) {
  return {.fault = std::move(fault), .store = std::nullopt};
}

/// What a known id means for this content.
Accepted readmitted(const JobRequest& request, store::Acceptance known, const std::string& digest) {
  const auto readmission = known.readmission.value_or(core::readmit(known.job, digest));
  if (auto fault = check_readmission(request, known.job, readmission, digest)) {
    return std::unexpected(of_job(std::move(*fault)));
  }
  return known;
}

/// The coroutines of one acceptance; it lives in the frame of accept().
class Intake {
 public:
  Intake(store::Store& store, const support::DigestKey& key, JobRequest request,
         std::optional<std::filesystem::path> beneath, Taking taking)
      : store_(store),
        key_(key),
        request_(std::move(request)),
        beneath_(std::move(beneath)),
        taking_(std::move(taking)) {}

  /// The id is known: the content is only digested.
  boost::asio::awaitable<Accepted> take_known(core::Job known) {
    auto census = co_await read(std::nullopt);
    if (!census) co_return std::unexpected(std::move(census.error()));
    store::Acceptance acceptance{.accepted = false, .job = std::move(known), .readmission = std::nullopt};
    co_return readmitted(request_, std::move(acceptance), census->digest);
  }

  boost::asio::awaitable<Accepted> take_new(core::Time now) {
    if (auto searched = co_await search(); !searched) co_return std::unexpected(std::move(searched.error()));
    const Repeats none;
    const Repeats& list = taking_.repeats ? *taking_.repeats : none;
    bytes_ = list.bytes;
    const bool exact = !list.candidates;
    auto late = check_pace_at(now, list.distinct_at_most());
    if (late && exact) {
      auto settled = co_await known_by_content(std::move(*late));
      co_return settled;
    }
    const auto load = co_await store_.begin_load();
    if (!load) co_return std::unexpected(of_store(request_, load.error()));
    auto census = co_await read(*load);
    if (census && late) {
      const auto known = job_of(*census);
      late = known && *known ? std::nullopt : check_pace_at(now, census->contacts);
    }
    if (census && late) census = std::unexpected(std::move(*late));
    if (!census) {
      // A load that can't be abandoned now is invisible, and cleaned up by the daemon.
      static_cast<void>(co_await store_.abandon(*load));
      co_return std::unexpected(std::move(census.error()));
    }
    auto accepted = co_await accept_loaded(*load, std::move(*census), now);
    co_return accepted;
  }

 private:
  boost::asio::awaitable<Accepted> accept_loaded(store::LoadNumber load, Census census, core::Time now) {
    const std::string digest = census.digest;
    core::Job job = make_job(request_, std::move(census), now);
    auto acceptance = co_await store_.accept(load, std::move(job));
    if (!acceptance) {
      static_cast<void>(co_await store_.abandon(load));
      co_return std::unexpected(of_store(request_, std::move(acceptance.error())));
    }
    if (acceptance->accepted) co_return std::move(*acceptance);
    co_return readmitted(request_, std::move(*acceptance), digest);
  }

  /// By an id that comes from the content, the same job may be there already. The queue that was too long counts it,
  /// and once more it takes no place.
  boost::asio::awaitable<Accepted> known_by_content(Refusal late) {
    if (!request_.id.empty() || late.store) co_return std::unexpected(std::move(late));
    auto census = co_await read(std::nullopt);
    if (!census) co_return std::unexpected(std::move(census.error()));
    auto known = job_of(*census);
    if (!known) co_return std::unexpected(of_store(request_, std::move(known.error())));
    if (!*known) co_return std::unexpected(std::move(late));
    store::Acceptance acceptance{.accepted = false, .job = std::move(**known), .readmission = std::nullopt};
    co_return readmitted(request_, std::move(acceptance), census->digest);
  }

  /// The one that is there under the id that this content gets, where none was given.
  store::Result<std::optional<core::Job>> job_of(const Census& census) {
    if (!request_.id.empty()) return std::nullopt;
    return store_.job(std::string_view(flag_job_id(census.digest)));
  }

  /// `contacts`: the different ones, as far as they are known.
  std::optional<Refusal> check_pace_at(core::Time now, std::int64_t contacts) {
    if (taking_.account == nullptr) return std::nullopt;
    const auto queue = queue_of(store_, *taking_.account, now);
    if (!queue) return of_store(request_, queue.error());
    auto late = check_pace(request_, *taking_.account, *queue, contacts, bytes_, now);
    if (!late) return std::nullopt;
    return of_job(std::move(*late));
  }

  /// Finds what comes again, unless it is known; others have their turn meanwhile.
  boost::asio::awaitable<std::expected<void, Refusal>> search() {
    if (request_.list || taking_.repeats) co_return std::expected<void, Refusal>{};
    const auto executor = co_await boost::asio::this_coro::executor;
    RepeatSearch search(request_, beneath_, hash_key(key_));
    while (true) {
      auto ended = search.step();
      if (!ended) co_return std::unexpected(of_job(std::move(ended.error())));
      tell(Progress::Stage::checking, search.contacts_read());
      if (*ended) break;
      co_await boost::asio::post(executor, boost::asio::use_awaitable);
    }
    taking_.repeats = search.take();
    co_return std::expected<void, Refusal>{};
  }

  /// Digests every distinct contact and appends it to `load`, where there is one.
  boost::asio::awaitable<std::expected<Census, Refusal>> read(std::optional<store::LoadNumber> load) {
    if (auto searched = co_await search(); !searched) co_return std::unexpected(std::move(searched.error()));
    Repeats repeats = std::exchange(taking_.repeats, std::nullopt).value_or(Repeats{});
    const ListStamp list = repeats.list;
    Tally tally(request_, key_, std::move(repeats));
    if (request_.list) co_return tally.finish();
    auto reader = open_contacts(request_, beneath_);
    if (!reader) co_return std::unexpected(of_job(std::move(reader.error())));
    if ((*reader)->stamp() != list) co_return std::unexpected(of_job(changed_list(request_)));
    const auto executor = co_await boost::asio::this_coro::executor;
    while (true) {
      auto block = next_block(**reader, tally);
      if (!block) co_return std::unexpected(of_job(std::move(block.error())));
      tell(Progress::Stage::loading, tally.contacts());
      const bool last = block->last;
      if (!load || block->contacts.empty()) {
        if (last) break;
        co_await boost::asio::post(executor, boost::asio::use_awaitable);
        continue;
      }
      auto appended = co_await store_.append(*load, std::move(block->contacts));
      if (!appended) co_return std::unexpected(of_store(request_, std::move(appended.error())));
      if (last) break;
    }
    Census census = tally.finish();
    if (census.contacts == 0) co_return std::unexpected(of_job(no_contacts(request_)));
    co_return census;
  }

  struct Block {
    store::ContactBlock contacts;  ///< none where they all came before
    bool last = false;
  };

  std::expected<Block, Fault> next_block(ContactReader& reader, Tally& tally) {
    Block block;
    for (int i = 0; i < most_in_block && block.contacts.bytes() < block_bytes; ++i) {
      const auto next = reader.next();
      if (!next) return std::unexpected(next.error());
      block.last = !next->has_value();
      if (block.last) break;
      if (!tally.add(**next)) continue;
      block.contacts.add(**next);
      if (taking_.packing != nullptr) taking_.packing->add(**next);
    }
    return block;
  }

  void tell(Progress::Stage stage, std::int64_t contacts) {
    if (taking_.progress) taking_.progress({.stage = stage, .contacts = contacts});
  }

  store::Store& store_;
  support::DigestKey key_;
  JobRequest request_;
  std::optional<std::filesystem::path> beneath_;
  Taking taking_;
  std::int64_t bytes_ = 0;  ///< of the contacts
};

}  // namespace

std::optional<Fault> check_not_after(const JobRequest& request, core::Time now) {
  const core::Time not_after = request.not_after.value_or(now + core::default_job_life);
  if (not_after <= now)
    return job_fault(request, "not_after", "is past", "give a later time, or take it out for 7 days on");
  if (request.selector == core::Selector::ids && not_after > now + longest_life_of_ids) {
    return job_fault(request, "not_after",
                     "is more than 7 days away, and the cloud can give a contact's id to somebody else meanwhile",
                     "give an earlier time, or take it out for 7 days on");
  }
  return std::nullopt;
}

std::optional<Fault> check_readmission(const JobRequest& request, const core::Job& known, core::Readmission readmission,
                                       std::string_view digest) {
  switch (readmission) {
    case core::Readmission::same:
      return std::nullopt;
    case core::Readmission::ended_otherwise:
      return job_fault(request, "id", fmt::format("was used before, and that job ended as {}", core::word(known.state)),
                       "give a new id");
    case core::Readmission::other_content:
      break;
  }
  return job_fault(request, "id",
                   fmt::format("is known with another content (digest {}; of this one {})", known.digest, digest),
                   "give a new id");
}

std::string flag_job_id(std::string_view digest) {
  return fmt::format("cli-{}", digest.substr(0, 16));
}

boost::asio::awaitable<Accepted> accept(store::Store& store, const support::DigestKey& key, JobRequest request,
                                        std::optional<std::filesystem::path> beneath, core::Time now, Taking taking) {
  std::optional<core::Job> known;
  if (!request.id.empty()) {
    auto found = store.job(std::string_view(request.id));
    if (!found) co_return std::unexpected(of_store(request, std::move(found.error())));
    known = std::move(*found);
  }
  // A known id may come again after its not_after: a crash can fall between the acceptance and the move of the file.
  const auto late = known ? std::nullopt : check_not_after(request, now);
  if (late) co_return std::unexpected(of_job(*late));
  Intake intake(store, key, std::move(request), std::move(beneath), std::move(taking));
  if (known) {
    auto again = co_await intake.take_known(std::move(*known));
    co_return again;
  }
  auto fresh = co_await intake.take_new(now);
  co_return fresh;
}

}  // namespace lethe::intake
