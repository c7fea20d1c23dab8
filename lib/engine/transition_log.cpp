#include "engine/transition_log.hpp"

namespace lethe::engine {

TransitionLog::TransitionLog(store::Store& store, report::Log& log)
    : store_(store), log_(log), newest_(store.head().value_or(store::Head{}).seq) {}

void TransitionLog::committed(const core::Transition& transition) {
  if (transition.seq > newest_ + 1) catch_up();
  write(transition);
}

void TransitionLog::catch_up() {
  store::TransitionFilter unseen;
  unseen.after_seq = newest_;
  const auto read = store_.transitions(unseen, [this](const core::Transition& transition) {
    write(transition);
    return true;
  });
  if (!read) log_.message(core::LogLevel::warning, read.error().what);
}

void TransitionLog::write(const core::Transition& transition) {
  if (transition.seq <= newest_) return;
  newest_ = transition.seq;
  log_.transition(transition);
}

}  // namespace lethe::engine
