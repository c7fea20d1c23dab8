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

#include "core/batching.hpp"
#include "core/job.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "intake/census.hpp"
#include "intake/job_file.hpp"
#include "intake/repeats.hpp"
#include "store/store.hpp"
#include "support/digest.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

/// Whether a job may still be taken at `now`: not_after is in the future, and at most 7 days away for ids (the cloud
/// can give a deleted contact's id to somebody else).
std::optional<support::Fault> check_not_after(const JobRequest& request, core::Time now);

/// What a known id means for a request with this digest; nothing: it is the same job.
std::optional<support::Fault> check_readmission(const JobRequest& request, const core::Job& known,
                                                core::Readmission readmission, std::string_view digest);

/// The id of a job that came by flags without one: "cli-" and the first 16 hex digits of its digest.
std::string flag_job_id(std::string_view digest);

struct Refusal {
  support::Fault fault;
  /// The store, not the job, is at fault (disk full, …): the job file stays where it is and is tried again.
  std::optional<store::Error> store;
};

/// How far a long list is.
struct Progress {
  enum class Stage : std::uint8_t { checking, loading };
  Stage stage = Stage::checking;
  std::int64_t contacts = 0;  ///< read so far in this stage, over all readings of the list
};

/// What the one who takes a job in knows, and wants to know.
struct Taking {
  std::optional<Repeats> repeats;                  ///< found while the list was checked
  std::function<void(const Progress&)> progress;   ///< called some hundred times in a million contacts
  const core::AccountSettings* account = nullptr;  ///< whose pace the job must fit into; absent: it isn't asked
  core::Packing* packing = nullptr;                ///< counts every distinct contact into operations
};

/// Loads and accepts. A known id with the same content that is open or ended as asked comes back with accepted == false
/// and is no refusal; another content or another end is refused, naming it and the remedy (a new id). Without an id
/// the job gets flag_job_id() of its content.
boost::asio::awaitable<std::expected<store::Acceptance, Refusal>> accept(store::Store& store,
                                                                         const support::DigestKey& key,
                                                                         JobRequest request,
                                                                         std::optional<std::filesystem::path> beneath,
                                                                         core::Time now, Taking taking = {});

}  // namespace lethe::intake
