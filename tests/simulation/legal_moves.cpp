#include "simulation/legal_moves.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/audit.hpp"

namespace lethe::simulation {

namespace {

using core::State;
using Move = std::pair<State, State>;

const std::set<State>& verdicts() {
  static const std::set<State> words{State::deleted,    State::deleted_with_errors,
                                     State::restricted, State::restored,
                                     State::mixed,      State::invalid,
                                     State::failed,     State::cancelled};
  return words;
}

std::set<Move> operations_moves() {
  std::set<Move> moves{
      {State::submitting, State::suppressing},
      {State::submitting, State::queued},
      {State::submitting, State::rejected},
      {State::submitting, State::unconfirmed},
      {State::queued, State::submitting},
      {State::queued, State::queued},     // halved: what stays
      {State::queued, State::cancelled},  // cancel or expiry left it empty
      {State::queued, State::expired},
      {State::unconfirmed, State::unconfirmed},  // a step of the search, with its evidence
      {State::unconfirmed, State::suppressing},
      {State::unconfirmed, State::queued},
      {State::unconfirmed, State::needs_operator},
      {State::needs_operator, State::needs_operator},
      {State::needs_operator, State::suppressing},
      {State::needs_operator, State::queued},
      {State::unconfirmed, State::abandoned},
      {State::needs_operator, State::abandoned},
      {State::failed, State::failed},  // a person's wish, or what became of it
      {State::invalid, State::invalid},
      {State::suppressing, State::abandoned},
      {State::deleting, State::abandoned},
      {State::suppressing, State::suppressing},  // another word of the cloud
      {State::deleting, State::deleting},
      {State::suppressing, State::deleting},
      {State::failed, State::suppressing},  // a recorded retry
      {State::invalid, State::suppressing},
      {State::failed, State::failed},  // a retry is asked for, or refused
      {State::invalid, State::invalid},
  };
  for (const State verdict : verdicts()) {
    moves.insert({State::suppressing, verdict});
    if (verdict != State::restricted) moves.insert({State::deleting, verdict});
  }
  return moves;
}

/// Of a job itself: `from` is where it stood as a whole, so whatever runs of it may be named there.
bool is_legal_for_job(const core::Transition& step) {
  if (!step.from) return step.to == State::queued || step.to == State::held;
  switch (step.to) {
    case State::cancelled:
    case State::expired:
    case State::held:
      return true;
    case State::queued:
      return *step.from == State::held;
    default:
      return false;
  }
}

bool is_legal_for_operation(const core::Transition& step) {
  static const std::set<Move> moves = operations_moves();
  if (!step.from) return step.to == State::submitting || step.to == State::queued;  // queued: the half of a refused one
  return moves.contains({*step.from, step.to});
}

std::string describe(const core::Transition& step) {
  return fmt::format("transition {} of {}: {} -> {} ({})", step.seq,
                     step.operation      ? fmt::format("operation {}", step.operation->value)
                     : step.jobs.empty() ? "no job"
                                         : step.jobs.front(),
                     step.from ? core::word(*step.from) : "nothing", core::word(step.to), step.cause);
}

}  // namespace

std::vector<std::string> illegal_moves(const std::vector<core::Transition>& transitions) {
  std::vector<std::string> faults;
  std::map<std::int64_t, State> stands;
  std::string head(core::first_link);
  std::int64_t seq = 0;
  for (const core::Transition& step : transitions) {
    if (step.seq != ++seq) faults.push_back(describe(step) + ": the sequence has a gap");
    seq = step.seq;
    if (step.hash != core::link(head, step)) faults.push_back(describe(step) + ": the chain breaks");
    head = step.hash;
    const bool legal = step.operation ? is_legal_for_operation(step) : is_legal_for_job(step);
    if (!legal) faults.push_back(describe(step) + ": no such move");
    if (!step.operation) continue;
    const auto stood = stands.find(step.operation->value);
    if (stood != stands.end() && step.from != stood->second) {
      faults.push_back(describe(step) + ": it stood at " + std::string(core::word(stood->second)));
    }
    stands[step.operation->value] = step.to;
  }
  return faults;
}

}  // namespace lethe::simulation
