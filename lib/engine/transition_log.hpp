// Every transition in the log once, in the order of seq: this daemon's as they are committed, those of commands as soon
// as the store shows them.
#pragma once

#include <cstdint>

#include "core/operation.hpp"
#include "report/log.hpp"
#include "store/store.hpp"

namespace lethe::engine {

class TransitionLog {
 public:
  /// What the store holds by now was logged by an earlier life.
  TransitionLog(store::Store& store, report::Log& log);
  /// The listener of the store's own commits.
  void committed(const core::Transition& transition);
  /// Logs what other processes recorded.
  void catch_up();

 private:
  void write(const core::Transition& transition);

  store::Store& store_;
  report::Log& log_;
  std::int64_t newest_ = 0;
};

}  // namespace lethe::engine
