#include "intake/repeats.hpp"

#include <algorithm>
#include <utility>

namespace lethe::intake {
namespace {

using support::Fault;

constexpr int contacts_in_a_step = 5'000;
constexpr std::size_t gathered_most = 64;

}  // namespace

Candidates::Candidates(const HashKey& key, HashTable table)
    : key_(key), table_(std::move(table)), met_(table_.places(), false) {}

bool Candidates::came_before(std::string_view contact) {
  const auto place = table_.find(siphash128(key_, contact));
  if (!place) return false;
  const bool before = met_[*place];
  met_[*place] = true;
  return before;
}

bool Repeats::came_before(std::int64_t place, std::string_view contact) {
  if (candidates) return candidates->came_before(contact);
  return static_cast<std::size_t>(place) < again.size() && again[static_cast<std::size_t>(place)];
}

std::int64_t Repeats::distinct_at_most() const {
  return contacts - std::ranges::count(again, true);
}

RepeatSearch::RepeatSearch(const JobRequest& request, std::optional<std::filesystem::path> beneath, const HashKey& key,
                           RepeatLimits limits)
    : request_(request), beneath_(std::move(beneath)), key_(key), limits_(limits) {}

std::expected<void, Fault> RepeatSearch::open() {
  auto opened = open_contacts(request_, beneath_);
  if (!opened) return std::unexpected(std::move(opened.error()));
  reader_ = std::move(*opened);
  place_ = 0;
  if (!first_reading_) {
    if (reader_->stamp() != found_.list) return std::unexpected(changed_list(request_));
    return {};
  }
  found_.list = reader_->stamp();
  const std::int64_t most = reader_->at_most();
  if (static_cast<std::uint64_t>(most) <= limits_.hashes) {
    table_.emplace(static_cast<std::size_t>(most));
    return {};
  }
  reading_ = Reading::sieve;
  sieve_.emplace(most);
  table_.emplace(limits_.candidates);
  return {};
}

std::expected<bool, Fault> RepeatSearch::step() {
  if (!reader_) {
    if (auto opened = open(); !opened) return std::unexpected(std::move(opened.error()));
  }
  for (int i = 0; i < contacts_in_a_step; ++i) {
    const auto next = reader_->next();
    if (!next) return std::unexpected(next.error());
    if (!next->has_value()) {
      reader_.reset();
      return end_reading();
    }
    if (first_reading_) found_.bytes += std::ssize(**next);
    look_at(**next);
    ++place_;
    ++read_;
  }
  return false;
}

void RepeatSearch::look_at(std::string_view contact) {
  const Hash128 hash = siphash128(key_, contact);
  switch (reading_) {
    case Reading::whole:
      return insert(hash);
    case Reading::sieve:
      return sieve(hash);
    case Reading::part:
      if (hash.low % parts_ == part_) insert(hash);
      return;
  }
}

void RepeatSearch::sieve(const Hash128& hash) {
  sieve_->expect(hash);
  gathered_.push_back(hash);
  if (gathered_.size() == gathered_most) sieve_gathered();
}

void RepeatSearch::sieve_gathered() {
  for (const Hash128& hash : gathered_) {
    if (too_many_ || !sieve_->add(hash)) continue;
    too_many_ = table_->full();
    if (!too_many_) table_->insert(hash);
  }
  gathered_.clear();
}

void RepeatSearch::insert(const Hash128& hash) {
  if (table_->find(hash)) return mark();
  if (table_->full()) {
    too_many_ = true;
  } else {
    table_->insert(hash);
  }
}

void RepeatSearch::mark() {
  found_.again.resize(static_cast<std::size_t>(std::max<std::int64_t>(place_ + 1, std::ssize(found_.again))));
  found_.again[static_cast<std::size_t>(place_)] = true;
}

/// True: nothing is left to read.
bool RepeatSearch::end_reading() {
  first_reading_ = false;
  found_.contacts = place_;
  if (reading_ == Reading::sieve && !after_sieve()) return false;
  if (reading_ == Reading::part && !after_part()) return false;
  table_.reset();
  sieve_.reset();
  return true;
}

bool RepeatSearch::after_sieve() {
  sieve_gathered();
  sieve_.reset();
  if (std::exchange(too_many_, false)) {
    // The hashes spread evenly over the parts; a tenth of the table is left for the unevenness.
    const auto contacts = static_cast<std::uint64_t>(found_.contacts);
    parts_ = 1 + contacts * 10 / (limits_.hashes * 9);
    table_.emplace(limits_.hashes);
    reading_ = Reading::part;
    return false;
  }
  if (table_->size() > 0) found_.candidates.emplace(key_, table_->shrunk());
  return true;
}

bool RepeatSearch::after_part() {
  table_->clear();
  if (!std::exchange(too_many_, false)) return ++part_ == parts_;
  // More of one part than its share; what was marked came before all the same.
  parts_ *= 2;
  part_ = 0;
  return false;
}

Fault changed_list(const JobRequest& request) {
  return {.what = "changed while it was read",
          .file = request.contacts.file,
          .line = 0,
          .column = 0,
          .key = {},
          .remedy = "let it be complete before its job is submitted"};
}

}  // namespace lethe::intake
