// The simulated accounts: what was accepted, the queue that works on one operation at a time, the restore window and
// the background delete in cohorts. Everything that will happen is known from the acceptance, the settings and the
// seed, so states are computed when somebody asks.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "simulator/cloud_model.hpp"
#include "simulator/draws.hpp"

namespace lethe::simulator {

enum class Kind : std::uint8_t { deletion, restriction };

/// A submission as it was read and found good.
struct Submission {
  Kind kind = Kind::deletion;
  std::string type;                   ///< keys, ids, listReference
  std::vector<std::string> contacts;  ///< for a list its key alone
  bool delete_list = false;
  bool of_administrator = false;
  bool elsewhere = false;
};

struct SimulatedOperation {
  std::int64_t id = 0;
  std::int64_t account_id = 0;
  Submission submission;
  std::int64_t rows = 0;  ///< the number of contacts; for a list as large as its key draws it
  std::uint64_t index = 0;
  core::Time received;
  Life life;
  int retries = 0;
  core::Time window_from;  ///< the receipt, or the last restart
  core::Time starts;       ///< the queue's turn
  core::Time suppressed;   ///< the end of phase 1
  core::Time appears;      ///< when phase 2 shows its entries
  core::Time cohort_from;
  core::Duration cohort_delay{0};
  int days_at_start = -1;
};

/// One backgroundOperationsSummary entry over time.
struct Entry {
  std::string word;               ///< at the end
  std::optional<core::Time> end;  ///< absent: never
};

/// An operation as of an instant.
struct Progress {
  std::string status;
  std::vector<std::string> entries;  ///< empty: the summary shows none
  bool errors_in_batch = false;
  int restorable_days = -1;
  core::Time window_end;
  core::Time last_change;
  std::optional<core::Time> suppressed, ended;  ///< once they were reached
};

/// Lethe's word for where a life ends, by the table of states; `suppressing` or `deleting` when it never does.
std::string verdict_of(Kind kind, const Life& life);

class Operations {
 public:
  Operations(Draws draws, int restorable_days);

  SimulatedOperation& accept(std::int64_t account_id, Submission submission, Life life, core::Time now);
  /// Null: the account has none of that kind and number.
  SimulatedOperation* find(std::int64_t account_id, Kind kind, std::int64_t id);
  Progress progress(const SimulatedOperation& operation, core::Time now) const;
  /// A failed or invalid operation goes through the queue once more. False: it is none.
  bool restart(SimulatedOperation& operation, core::Time now);
  /// Changes the window of what still waits, too.
  void change_days(std::int64_t account_id, int days, core::Time now);
  void change_days_everywhere(int days, core::Time now);

  const std::deque<SimulatedOperation>& all() const { return all_; }
  /// The account's deletions in the order of their receipt.
  std::span<const SimulatedOperation* const> deletions(std::int64_t account_id, std::optional<core::Time> from,
                                                       std::optional<core::Time> until) const;

 private:
  struct Setting {
    core::Time since;
    int days;
  };
  struct Account {
    core::Time queue_end;
    std::optional<core::Time> cohort_from;
    core::Duration cohort_delay{0};
    std::vector<Setting> settings;
    std::vector<const SimulatedOperation*> deletions;
  };
  struct Window {
    core::Time end;
    int days;
  };

  Account& account(std::int64_t account_id);
  void enqueue(SimulatedOperation& operation, Account& account, core::Time now);
  void join_cohort(SimulatedOperation& operation, Account& account, core::Time now);
  Window window(const SimulatedOperation& operation) const;
  std::vector<Entry> entries(const SimulatedOperation& operation, core::Time window_end) const;
  core::Time aborted_at(const SimulatedOperation& operation, core::Time window_end) const;

  Draws draws_;
  int default_days_;
  std::int64_t last_id_;
  std::deque<SimulatedOperation> all_;  ///< by operationID, rising
  std::map<std::int64_t, Account> accounts_;
};

}  // namespace lethe::simulator
