// What a list holds: its distinct contacts counted and digested, in the order of their first appearance.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "intake/contact_hash.hpp"
#include "intake/job_file.hpp"
#include "intake/repeats.hpp"
#include "support/digest.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

/// What a list holds, without keeping it.
struct Census {
  std::int64_t contacts = 0;  ///< distinct
  std::int64_t duplicates = 0;
  std::int64_t bytes = 0;  ///< of all of them, the repeated ones too
  std::string digest;      ///< core::Job::digest
};

/// Reads the whole list and checks it, for `check` and `submit --dry-run`. Needs no store; without a key, no digest.
/// `each`, where given, is called with every distinct contact, in order.
std::expected<Census, support::Fault> take_census(const JobRequest& request,
                                                  const std::optional<std::filesystem::path>& beneath,
                                                  const std::optional<support::DigestKey>& key,
                                                  const std::function<void(std::string_view)>& each = {});

/// Only whether the list can be taken, and which of its contacts come again.
std::expected<Repeats, support::Fault> find_repeats(const JobRequest& request,
                                                    const std::optional<std::filesystem::path>& beneath,
                                                    const std::optional<support::DigestKey>& key,
                                                    const std::function<void(std::int64_t)>& read = {});

/// Of the search for repetitions. Without a store's key: of a list that is only looked at.
HashKey hash_key(const std::optional<support::DigestKey>& key);

support::Fault no_contacts(const JobRequest& request);

/// Goes through the contacts of a list as they are read once more.
class Tally {
 public:
  Tally(const JobRequest& request, const std::optional<support::DigestKey>& key, Repeats repeats);
  /// True for a contact that didn't come before.
  bool add(std::string_view contact);
  std::int64_t contacts() const { return census_.contacts; }
  Census finish();

 private:
  void add_list(const core::ListTarget& list);

  Repeats repeats_;
  std::optional<support::Digest> digest_;
  Census census_;
};

}  // namespace lethe::intake
