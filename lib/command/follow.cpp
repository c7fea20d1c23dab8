#include "command/follow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "command/known_job.hpp"
#include "config/config.hpp"

namespace lethe::command {
namespace {

/// One job's place in the log.
struct Place {
  core::JobNumber job;
  std::int64_t seen = 0;
  bool ended = false;
};

/// A job that has ended goes on when the daemon is yet to have the cloud retry a part of it.
Outcome<bool> goes_on(store::Store& store, core::JobNumber job) {
  const auto operations = store.operations_of(job);
  if (!operations) return std::unexpected(failure(operations.error()));
  for (const auto& operation : *operations) {
    const auto wishes = store.wishes_of(operation.number);
    if (!wishes) return std::unexpected(failure(wishes.error()));
    if (!wishes->empty() && !wishes->back().settled_at) return true;
  }
  return false;
}

/// What came since the last look. A job that has ended before this look is not asked again.
Outcome<void> look(store::Store& store, std::vector<Place>& places, std::int64_t& given, const TransitionSink& sink) {
  std::map<std::int64_t, core::Transition> fresh;  // jobs that share an operation share its transitions
  for (auto& place : places) {
    if (place.ended) continue;
    // The state first: what ends a job between the two reads is then read, and the end is seen at the next look.
    const auto job = store.job(place.job);
    if (!job) return std::unexpected(failure(job.error()));
    store::TransitionFilter filter;
    filter.after_seq = place.seen;
    filter.job = place.job;
    const auto read = store.transitions(filter, [&](const core::Transition& transition) {
      place.seen = transition.seq;
      fresh.emplace(transition.seq, transition);
      return true;
    });
    if (!read) return std::unexpected(failure(read.error()));
    if (!core::is_final(job->state)) continue;
    const auto retried = goes_on(store, place.job);
    if (!retried) return std::unexpected(retried.error());
    place.ended = !*retried;
  }
  for (const auto& [seq, transition] : fresh) {
    if (seq <= given) continue;
    sink(transition);
    given = seq;
  }
  return {};
}

}  // namespace

Outcome<void> follow_to_end(store::Store& store, const std::vector<core::JobNumber>& jobs, const TransitionSink& sink) {
  std::vector<Place> places;
  places.reserve(jobs.size());
  for (const auto job : jobs) places.push_back({job});
  std::int64_t given = 0;
  std::optional<std::int64_t> last_version;
  while (true) {
    const auto version = store.data_version();
    if (!version) return std::unexpected(failure(version.error()));
    if (version.value() != last_version) {
      last_version = version.value();
      if (auto looked = look(store, places, given, sink); !looked) return looked;
      if (std::ranges::all_of(places, &Place::ended)) return {};
    }
    std::this_thread::sleep_for(look_interval);
  }
}

Outcome<store::TransitionFilter> resolve(store::Store& store, const LogQuestion& question) {
  store::TransitionFilter filter;
  filter.since = question.since;
  if (question.job) {
    const auto job = known_job(store, *question.job);
    if (!job) return std::unexpected(job.error());
    filter.job = job->number;
  }
  if (question.operation) {
    const core::OperationNumber number{*question.operation};
    const auto operation = store.operation(number);
    if (!operation && operation.error().kind == store::Error::Kind::not_found) {
      return std::unexpected(failure(ExitStatus::unknown_name,
                                     fmt::format("no operation {}; `lethe show JOB` lists a job's", number.value)));
    }
    if (!operation) return std::unexpected(failure(operation.error()));
    filter.operation = number;
  }
  return filter;
}

Outcome<void> read_log(store::Store& store, store::TransitionFilter filter, bool follow,
                       const std::function<bool(const core::Transition&)>& sink) {
  std::optional<std::int64_t> last_version;
  bool wanted = true;
  while (true) {
    const auto version = store.data_version();
    if (!version) return std::unexpected(failure(version.error()));
    if (version.value() != last_version) {
      last_version = version.value();
      const auto read = store.transitions(filter, [&](const core::Transition& transition) {
        filter.after_seq = transition.seq;
        wanted = sink(transition);
        return wanted;
      });
      if (!read) return std::unexpected(failure(read.error()));
    }
    if (!wanted || !follow) return {};
    std::this_thread::sleep_for(look_interval);
  }
}

std::optional<core::Time> parse_since(std::string_view text, core::Time now) {
  if (const auto time = core::parse_rfc3339(text)) return time;
  if (const auto age = config::parse_duration(text)) return now - *age;
  return std::nullopt;
}

}  // namespace lethe::command
