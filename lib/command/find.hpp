// What `lethe find` answers: which jobs held a contact, and how they ended; and where it can't look.
#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "command/failure.hpp"
#include "core/operation.hpp"
#include "store/store.hpp"
#include "support/digest.hpp"

namespace lethe::command {

struct Question {
  core::Selector selector = core::Selector::keys;  ///< keys or ids
  std::string contact;
};

/// Exactly one of the two is given. The key "-" is the first line of `in`, which no list of processes shows. A contact
/// that no job can hold is wrong usage, which is told without repeating it.
Outcome<Question> question(const std::optional<std::string>& key, const std::optional<std::string>& id,
                           std::istream& in);

struct Finding {
  core::Job job;
  std::optional<core::Operation> operation;  ///< that took the contact; absent: none took it, or none yet
};

struct Findings {
  std::vector<Finding> found;  ///< in the order of the jobs' acceptance
  store::IndexGaps gaps;
};

/// Asks the index, and reads what waits in no operation of it.
Outcome<Findings> find(store::Store& store, const support::DigestKey& key, const Question& question);

// Neither says what was asked for.
std::string findings_text(const Findings& findings);
std::string findings_json(const Findings& findings);

}  // namespace lethe::command
