// The watched directory: a *.toml renamed into it is a job. It moves to accepted/ with its list once the job is
// durable, or to rejected/ with NAME.why beside it; never before, so that a crash between leaves it to be taken again
// (the same id with the same content is a no-op).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "core/time.hpp"
#include "intake/intake.hpp"
#include "intake/job_file.hpp"
#include "intake/spool_folder.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"
#include "support/digest.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

class Spool {
 public:
  /// What happened to a file, for the log.
  struct Notice {
    std::filesystem::path file;
    bool accepted = false;
    std::string what;  ///< one line
  };

  Spool(const std::filesystem::path& directory, const core::Settings& settings, store::Store& store,
        support::DigestKey key, support::Clock& clock, std::function<void(const Notice&)> notify);

  /// Makes accepted/ and rejected/; the error is one line.
  std::expected<void, std::string> prepare();
  /// Cheap when nothing came: looks at the directory's time of change only.
  bool may_have_work();
  /// Takes every complete job file there is, in the order of their names. False: the store refused a write, look again
  /// later.
  boost::asio::awaitable<bool> take_all();
  /// Removes what has lain in rejected/ for 7 days; looks once an hour, however often it is called.
  void tidy();

 private:
  enum class Taken : std::uint8_t { moved, stays, store_refused };

  boost::asio::awaitable<Taken> take(const SpoolFolder& folder, std::string name);
  /// Where a crash came between the moves of the list and of the job file, the list is in accepted/ already.
  void find_moved_list(const SpoolFolder& folder, JobRequest& request);
  boost::asio::awaitable<Taken> settle(const SpoolFolder& folder, std::string name, JobRequest request,
                                       store::Acceptance acceptance);
  /// Moves a file into accepted/. The store knows its name there first, so that no crash leaves contacts behind that
  /// nobody erases.
  boost::asio::awaitable<Taken> keep(const SpoolFolder& folder, std::filesystem::path relative,
                                     store::AcceptedFile file);
  Taken reject(const SpoolFolder& folder, const std::string& name, const std::vector<support::Fault>& faults);
  void reject_list(const SpoolFolder& folder, const std::filesystem::path& named);
  /// Of the file with this name; a name that looks like an e-mail address is kept out of it.
  void notify(const std::string& name, bool accepted, std::string what);

  std::filesystem::path directory_;
  const core::Settings& settings_;
  store::Store& store_;
  support::DigestKey key_;
  support::Clock& clock_;
  std::function<void(const Notice&)> notify_;
  bool scanned_ = false;
  bool store_refused_ = false;
  std::optional<std::int64_t> tidied_at_;  ///< real time, in nanoseconds
  std::optional<std::int64_t>
      changed_at_;  ///< of the directory at the last scan, in nanoseconds; absent: it couldn't be seen
};

}  // namespace lethe::intake
