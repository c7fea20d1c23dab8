#include "intake/intake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstring>
#include <utility>

#include "core/operation.hpp"
#include "intake/contact_list.hpp"
#include "intake/seen_contacts.hpp"

namespace lethe::intake {
namespace {

using support::Fault;
using Accepted = std::expected<store::Acceptance, Refusal>;

constexpr std::size_t chunk_size = 1'000;
constexpr core::Duration default_life = std::chrono::days{7};
constexpr core::Duration longest_life_of_ids = std::chrono::days{7};

Fault job_fault(const JobRequest& request, std::string key, std::string what, std::string remedy) {
  return {.what = std::move(what),
          .file = request.file,
          .line = 0,
          .column = 0,
          .key = std::move(key),
          .remedy = std::move(remedy)};
}

HashKey hash_key(const std::optional<support::DigestKey>& key) {
  HashKey result{};
  if (key) std::memcpy(result.data(), key->data(), sizeof result);
  return result;
}

/// Counts and digests the distinct contacts of a job in the order of their first appearance.
class Tally {
 public:
  Tally(const JobRequest& request, const std::optional<support::DigestKey>& key) : seen_(hash_key(key)) {
    if (!key) return;
    digest_.emplace(*key);
    digest_->add(request.account);
    digest_->add(core::word(request.action));
    digest_->add(core::word(request.selector));
    if (request.list) add_list(*request.list);
  }

  /// True for a contact that didn't come before.
  bool add(std::string_view contact) {
    if (!seen_.add(contact)) {
      ++census_.duplicates;
      return false;
    }
    ++census_.contacts;
    if (digest_) digest_->add(contact);
    return true;
  }

  Census finish() {
    if (digest_) census_.digest = digest_->finish();
    return census_;
  }

 private:
  void add_list(const core::ListTarget& list) {
    digest_->add(list.key);
    digest_->add(list.contacts ? fmt::format("{}", *list.contacts) : "");
    digest_->add(list.delete_when_completed ? "delete" : "keep");
    digest_->add(list.delete_contents_when_completed ? "delete" : "keep");
  }

  SeenContacts seen_;
  std::optional<support::Digest> digest_;
  Census census_;
};

/// Reads up to a chunk of distinct contacts; an empty one is the end.
std::expected<std::vector<std::string>, Fault> read_chunk(ContactReader& reader, Tally& tally) {
  std::vector<std::string> chunk;
  while (chunk.size() < chunk_size) {
    const auto next = reader.next();
    if (!next) return std::unexpected(next.error());
    if (!next->has_value()) break;
    if (tally.add(**next)) chunk.emplace_back(**next);
  }
  return chunk;
}

/// The contacts of a job, or none for a job that names a list in the cloud.
std::expected<std::unique_ptr<ContactReader>, Fault> reader_of(const JobRequest& request,
                                                               const std::optional<std::filesystem::path>& beneath) {
  if (request.list) return nullptr;
  return open_contacts(request, beneath);
}

Fault no_contacts(const JobRequest& request) {
  Fault fault = job_fault(request, std::string(core::word(request.selector)), "holds no contact", "name at least one");
  if (!request.contacts.file.empty()) fault.file = request.contacts.file;
  return fault;
}

core::Job make_job(const JobRequest& request, Census census, core::Time now) {
  core::Job job;
  job.id = request.id;
  job.account = request.account;
  job.action = request.action;
  job.selector = request.selector;
  job.list = request.list;
  job.contacts = request.list ? request.list->contacts.value_or(0) : census.contacts;
  job.digest = std::move(census.digest);
  job.created_at = now;
  job.not_after = request.not_after.value_or(now + default_life);
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
  switch (known.readmission.value_or(core::readmit(known.job, digest))) {
    case core::Readmission::same:
      return known;
    case core::Readmission::ended_otherwise:
      return std::unexpected(of_job(job_fault(
          request, "id", fmt::format("was used before, and that job ended as {}", core::word(known.job.state)),
          "give a new id")));
    case core::Readmission::other_content:
      break;
  }
  return std::unexpected(of_job(job_fault(
      request, "id", fmt::format("is known with another content (digest {}; of this one {})", known.job.digest, digest),
      "give a new id")));
}

/// Appends every contact to `load`. Where there is none (the id is known), the content is only digested.
boost::asio::awaitable<std::expected<Census, Refusal>> append_all(store::Store& store,
                                                                  std::optional<store::LoadNumber> load,
                                                                  const support::DigestKey& key,
                                                                  const JobRequest& request, ContactReader* reader) {
  Tally tally(request, key);
  const auto executor = co_await boost::asio::this_coro::executor;
  while (reader != nullptr) {
    auto chunk = read_chunk(*reader, tally);
    if (!chunk) co_return std::unexpected(of_job(std::move(chunk.error())));
    if (chunk->empty()) break;
    if (load) {
      auto appended = co_await store.append(*load, std::move(*chunk));
      if (!appended) co_return std::unexpected(of_store(request, std::move(appended.error())));
    } else {
      co_await boost::asio::post(executor, boost::asio::use_awaitable);
    }
  }
  Census census = tally.finish();
  if (reader != nullptr && census.contacts == 0) co_return std::unexpected(of_job(no_contacts(request)));
  co_return census;
}

boost::asio::awaitable<Accepted> accept_known(store::Store& store, const support::DigestKey& key,
                                              const JobRequest& request, ContactReader* reader, core::Job known) {
  auto census = co_await append_all(store, std::nullopt, key, request, reader);
  if (!census) co_return std::unexpected(std::move(census.error()));
  store::Acceptance acceptance{.accepted = false, .job = std::move(known), .readmission = std::nullopt};
  co_return readmitted(request, std::move(acceptance), census->digest);
}

boost::asio::awaitable<Accepted> accept_new(store::Store& store, const support::DigestKey& key,
                                            const JobRequest& request, ContactReader* reader, core::Time now) {
  const auto load = co_await store.begin_load();
  if (!load) co_return std::unexpected(of_store(request, load.error()));
  auto census = co_await append_all(store, *load, key, request, reader);
  if (!census) {
    // A load that can't be abandoned now is invisible, and cleaned up when the daemon starts.
    static_cast<void>(co_await store.abandon(*load));
    co_return std::unexpected(std::move(census.error()));
  }
  const std::string digest = census->digest;
  core::Job job = make_job(request, std::move(*census), now);
  auto acceptance = co_await store.accept(*load, std::move(job));
  if (!acceptance) {
    static_cast<void>(co_await store.abandon(*load));
    co_return std::unexpected(of_store(request, std::move(acceptance.error())));
  }
  if (acceptance->accepted) co_return std::move(*acceptance);
  co_return readmitted(request, std::move(*acceptance), digest);
}

}  // namespace

std::expected<Census, Fault> take_census(const JobRequest& request, const std::optional<std::filesystem::path>& beneath,
                                         const std::optional<support::DigestKey>& key,
                                         const std::function<void(std::string_view)>& each) {
  const auto reader = reader_of(request, beneath);
  if (!reader) return std::unexpected(reader.error());
  Tally tally(request, key);
  while (*reader) {
    const auto chunk = read_chunk(**reader, tally);
    if (!chunk) return std::unexpected(chunk.error());
    if (chunk->empty()) break;
    if (!each) continue;
    for (const auto& contact : *chunk) each(contact);
  }
  Census census = tally.finish();
  if (request.list) census.contacts = request.list->contacts.value_or(0);
  if (!request.list && census.contacts == 0) return std::unexpected(no_contacts(request));
  return census;
}

std::optional<Fault> check_not_after(const JobRequest& request, core::Time now) {
  const core::Time not_after = request.not_after.value_or(now + default_life);
  if (not_after <= now)
    return job_fault(request, "not_after", "is past", "give a later time, or take it out for 7 days on");
  if (request.selector == core::Selector::ids && not_after > now + longest_life_of_ids) {
    return job_fault(request, "not_after",
                     "is more than 7 days away, and the cloud can give a contact's id to somebody else meanwhile",
                     "give an earlier time, or take it out for 7 days on");
  }
  return std::nullopt;
}

std::string flag_job_id(std::string_view digest) {
  return fmt::format("cli-{}", digest.substr(0, 16));
}

boost::asio::awaitable<Accepted> accept(store::Store& store, const support::DigestKey& key, JobRequest request,
                                        std::optional<std::filesystem::path> beneath, core::Time now) {
  auto known = store.job(std::string_view(request.id));
  if (!known) co_return std::unexpected(of_store(request, std::move(known.error())));
  // A known id may come again after its not_after: a crash can fall between the acceptance and the move of the file.
  const auto late = known->has_value() ? std::nullopt : check_not_after(request, now);
  if (late) co_return std::unexpected(of_job(*late));
  const auto reader = reader_of(request, beneath);
  if (!reader) co_return std::unexpected(of_job(reader.error()));
  if (known->has_value()) {
    auto again = co_await accept_known(store, key, request, reader->get(), std::move(**known));
    co_return again;
  }
  auto fresh = co_await accept_new(store, key, request, reader->get(), now);
  co_return fresh;
}

}  // namespace lethe::intake
