// Which call meets which fault, and what it looks like from outside.
#pragma once

#include <cstdint>
#include <vector>

#include "http/server.hpp"
#include "simulator/cloud_model.hpp"
#include "simulator/draws.hpp"
#include "simulator/shapes.hpp"

namespace lethe::simulator {

class Faults {
 public:
  Faults(Draws draws, std::vector<FaultRule> rules);
  /// The first rule that applies to call `number`; null: none.
  const FaultRule* choose(FaultRule::Call call, std::uint64_t number, core::Time now);

 private:
  Draws draws_;
  std::vector<FaultRule> rules_;
  std::vector<std::int64_t> used_;
};

/// Is the call carried out in spite of the fault?
bool is_done(FaultRule::Fault fault);

/// How `reply` leaves under the fault. For a call that isn't done `reply` is empty and is made here.
http::ServerReply spoiled(const Answering& answering, const FaultRule& rule, http::ServerReply reply);

}  // namespace lethe::simulator
