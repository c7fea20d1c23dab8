#include "intake/census.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "core/operation.hpp"
#include "intake/contact_list.hpp"

namespace lethe::intake {

using support::Fault;

namespace {

Census census_of_list(const JobRequest& request, const std::optional<support::DigestKey>& key) {
  Census census = Tally(request, key, {}).finish();
  census.contacts = request.list->contacts.value_or(0);
  return census;
}

}  // namespace

HashKey hash_key(const std::optional<support::DigestKey>& key) {
  HashKey result{};
  if (key) std::memcpy(result.data(), key->data(), sizeof result);
  return result;
}

Fault no_contacts(const JobRequest& request) {
  return {.what = "holds no contact",
          .file = request.contacts.file.empty() ? request.file : request.contacts.file,
          .line = 0,
          .column = 0,
          .key = std::string(core::word(request.selector)),
          .remedy = "name at least one"};
}

Tally::Tally(const JobRequest& request, const std::optional<support::DigestKey>& key, Repeats repeats)
    : repeats_(std::move(repeats)) {
  if (!key) return;
  digest_.emplace(*key);
  digest_->add(request.account);
  digest_->add(core::word(request.action));
  digest_->add(core::word(request.selector));
  if (request.list) add_list(*request.list);
}

bool Tally::add(std::string_view contact) {
  if (repeats_.came_before(census_.contacts + census_.duplicates, contact)) {
    ++census_.duplicates;
    return false;
  }
  ++census_.contacts;
  if (digest_) digest_->add(contact);
  return true;
}

Census Tally::finish() {
  if (digest_) census_.digest = digest_->finish();
  census_.bytes = repeats_.bytes;
  return census_;
}

void Tally::add_list(const core::ListTarget& list) {
  digest_->add(list.key);
  digest_->add(list.contacts ? fmt::format("{}", *list.contacts) : "");
  digest_->add(list.delete_when_completed ? "delete" : "keep");
  digest_->add(list.delete_contents_when_completed ? "delete" : "keep");
}

std::expected<Repeats, Fault> find_repeats(const JobRequest& request,
                                           const std::optional<std::filesystem::path>& beneath,
                                           const std::optional<support::DigestKey>& key,
                                           const std::function<void(std::int64_t)>& read) {
  RepeatSearch search(request, beneath, hash_key(key));
  while (true) {
    const auto ended = search.step();
    if (!ended) return std::unexpected(ended.error());
    if (read) read(search.contacts_read());
    if (*ended) break;
  }
  Repeats repeats = search.take();
  if (repeats.contacts == 0) return std::unexpected(no_contacts(request));
  return repeats;
}

std::expected<Census, Fault> take_census(const JobRequest& request, const std::optional<std::filesystem::path>& beneath,
                                         const std::optional<support::DigestKey>& key,
                                         const std::function<void(std::string_view)>& each) {
  if (request.list) return census_of_list(request, key);
  auto repeats = find_repeats(request, beneath, key);
  if (!repeats) return std::unexpected(repeats.error());
  if (!key && !each && !repeats->candidates) {
    const auto distinct = repeats->distinct_at_most();
    return Census{
        .contacts = distinct, .duplicates = repeats->contacts - distinct, .bytes = repeats->bytes, .digest = {}};
  }
  auto reader = open_contacts(request, beneath);
  if (!reader) return std::unexpected(std::move(reader.error()));
  if ((*reader)->stamp() != repeats->list) return std::unexpected(changed_list(request));
  Tally tally(request, key, std::move(*repeats));
  while (true) {
    const auto next = (*reader)->next();
    if (!next) return std::unexpected(next.error());
    if (!next->has_value()) return tally.finish();
    if (tally.add(**next) && each) each(**next);
  }
}

}  // namespace lethe::intake
