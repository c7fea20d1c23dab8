// From a job request to a job in the store: checked whole, loaded in invisible chunks, accepted in one commit.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/job.hpp"
#include "core/time.hpp"
#include "intake/job_file.hpp"
#include "store/store.hpp"
#include "support/digest.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

/// What a list holds, without keeping it.
struct Census {
  std::int64_t contacts = 0;  ///< distinct
  std::int64_t duplicates = 0;
  std::string digest;  ///< core::Job::digest
};

/// Reads the whole list and checks it, for `check` and `submit --dry-run`. Needs no store; without a key, no digest.
/// `each`, where given, is called with every distinct contact, in order.
std::expected<Census, support::Fault> take_census(const JobRequest& request,
                                                  const std::optional<std::filesystem::path>& beneath,
                                                  const std::optional<support::DigestKey>& key,
                                                  const std::function<void(std::string_view)>& each = {});

/// Whether a job may still be taken at `now`: not_after is in the future, and at most 7 days away for ids (the cloud
/// can give a deleted contact's id to somebody else).
std::optional<support::Fault> check_not_after(const JobRequest& request, core::Time now);

/// The id of a job that came by flags without one: "cli-" and the first 16 hex digits of its digest.
std::string flag_job_id(std::string_view digest);

struct Refusal {
  support::Fault fault;
  /// The store, not the job, is at fault (disk full, …): the job file stays where it is and is tried again.
  std::optional<store::Error> store;
};

/// Loads and accepts. A known id with the same content that is open or ended as asked comes back with accepted == false
/// and is no refusal; another content or another end is refused, naming it and the remedy (a new id).
boost::asio::awaitable<std::expected<store::Acceptance, Refusal>> accept(store::Store& store,
                                                                         const support::DigestKey& key,
                                                                         JobRequest request,
                                                                         std::optional<std::filesystem::path> beneath,
                                                                         core::Time now);

}  // namespace lethe::intake
