// What `lethe verify` finds in the record.
#pragma once

#include <string>
#include <vector>

#include "command/failure.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct Verification {
  store::Head head;
  std::vector<std::string> breaks;  ///< the first hundred, a line each
  std::size_t breaks_total = 0;
};

Outcome<Verification> verify(store::Store& store);
std::string verification_text(const Verification& verification);
std::string verification_json(const Verification& verification);

}  // namespace lethe::command
