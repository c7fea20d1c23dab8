// What will happen in an installation's life, drawn from a seed: its settings, the cloud's moods, and what people and
// machines do to it over days and weeks. Pure: the same seed plans the same life on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "intake/job_file.hpp"
#include "simulation/installation.hpp"

namespace lethe::simulation {

/// Every contact and list key of a life begins with one of these, so that a search of the log finds them all.
inline constexpr std::string_view key_mark = "zq-";
inline constexpr std::string_view id_mark = "7700";
inline constexpr std::string_view secret_mark = "MARKER-SECRET";

struct Event {
  enum class Kind : std::uint8_t {
    drop,           ///< a job arrives by the intake directory
    submit,         ///< a job arrives by a command
    again,          ///< a job's id once more, with the same content
    other_content,  ///< a job's id once more, with another content
    administrator,  ///< somebody submits beside Lethe, as much as a job of Lethe's holds
    elsewhere,      ///< another business unit submits as much as a job holds: listed here, its status unknown here
    stop,           ///< SIGTERM, and a start some time later
    kill,           ///< kill -9 or a power failure now
    crash_at_change,
    crash_at_await,
    step,          ///< the machine's clock steps
    suspend,       ///< the machine sleeps
    window,        ///< the administrator changes the restore window
    wrong_secret,  ///< the secret on disk is wrong for a while
    cancel,        ///< a person cancels a job
    retry,         ///< a person wants a job's failed operation tried again
    pause,         ///< a person pauses an account, or lets it go on
    people,        ///< somebody looks at what waits for a person
    full_disk,     ///< nothing can be written for a while
  };
  Kind kind = Kind::drop;
  core::Duration after{0};    ///< since the event before
  std::size_t job = 0;        ///< whose number in LifePlan::jobs
  core::Duration lasting{0};  ///< how long the machine is down or a trouble stays; of a job, until its not_after (zero:
                              ///< it names none)
  std::int64_t number = 0;    ///< which change, which await, how many days
  MemoryVfs::Survives survives = MemoryVfs::Survives::written;
};
std::string_view word(Event::Kind kind);

struct LifePlan {
  InstallationSettings settings;
  std::vector<intake::JobRequest> jobs;
  std::vector<Event> events;
  core::Duration quiet;  ///< at the end, without faults: whatever can end has ended
};

LifePlan plan_life(std::uint64_t seed);

/// A job's contacts in the order of their first appearance; of a list its key.
std::vector<std::string> distinct_contacts(const intake::JobRequest& request);

}  // namespace lethe::simulation
