// `lethe submit --dry-run`: what the given jobs would become, without writing anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command/failure.hpp"
#include "command/submit.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "intake/job_file.hpp"

namespace lethe::command {

/// How many requests a list of contacts becomes, and the bytes of their bodies as they would really be sent.
struct Requests {
  std::int64_t operations = 0;
  std::int64_t bytes = 0;
};

struct Forecast {
  std::string id;
  std::string account;
  std::string selector;       ///< core::word()
  std::int64_t contacts = 0;  ///< distinct ones; of a list the declared number, else 0
  std::int64_t duplicates = 0;
  Requests requests;
  std::int64_t ahead = 0;            ///< operations of the account that go first
  std::optional<std::string> known;  ///< the state of a job with this id in the store: nothing would be taken
  std::optional<core::Time> last_submission_at;  ///< absent for a known job
  std::optional<core::Time> expected_end;
  core::Time not_after;
  std::vector<std::string> pace;         ///< the settings that bound it, in words
  std::vector<std::string> assumptions;  ///< what nobody can know beforehand, in words

  bool in_time() const { return !last_submission_at || *last_submission_at <= not_after; }
};

/// Reads the lists, and the store where there is one; needs no network. Faults of all jobs at once.
Outcome<std::vector<Forecast>> forecast(const core::Settings& settings,
                                        const std::vector<intake::JobRequest>& requests);

/// Some lines a job.
std::string forecast_text(const std::vector<Forecast>& jobs);
/// [{id, contacts, duplicates, operations, bytes, last_submission_at, expected_end, assumptions, …}]
std::string forecast_json(const std::vector<Forecast>& jobs);

}  // namespace lethe::command
