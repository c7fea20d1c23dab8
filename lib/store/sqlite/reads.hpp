// The reads of store.hpp as plain functions on a connection; those of the core's words and of how they are said there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace lethe::store::sqlite {

/// The statements whose speed the engine rests on; a test looks at their plans.
namespace queries {
std::string due();               ///< account, now, most
std::string due_beyond();        ///< account, from, most
std::string look_beyond();       ///< account, state, from, until, most
std::string next_due();          ///< account
std::string in_state();          ///< account, state, most
std::string ended_in_state();    ///< account, state, since, most
std::string in_state_after();    ///< account, state, after, most
std::string suppression_took();  ///< account, most
std::string deletion_took();     ///< account, most
std::string unknown();           ///< account, most
std::string pull_forward();      ///< account, from, until, now, most, the state
std::string queued_again();      ///< account
std::string waiting_job();       ///< account
std::string waiting_with();      ///< account, action, selector, number, most
std::string waiting();           ///< account
std::string expiring();          ///< now, most
std::string next_expiry();
std::string erasable();  ///< before, most
std::string next_erasable();
std::string unindexed();       ///< most
std::string indexed_beside();  ///< account, after
std::string job_by_id();       ///< id
std::string operations_of();   ///< job
std::string swept();           ///< account, state, action, now, most
std::string held();            ///< account, the state
std::string hasten_swept();    ///< account, state, action, now, most
}  // namespace queries

// Operations.
Result<std::vector<core::Operation>> due(Connection& db, std::string_view account, core::Time now, std::size_t most);
Result<std::optional<core::Time>> next_due(Connection& db, std::string_view account);
Result<core::Operation> operation(Connection& db, core::OperationNumber number);
Result<std::vector<core::Operation>> in_state(Connection& db, std::string_view account, core::State state,
                                              std::size_t most);
Result<std::vector<core::Operation>> ended_in_state(Connection& db, std::string_view account, core::State state,
                                                    core::Time since, std::size_t most);
Result<std::vector<core::Operation>> in_state_after(Connection& db, std::string_view account, core::State state,
                                                    core::OperationNumber after, std::size_t most);
Result<core::History> history(Connection& db, std::string_view account);
Result<std::vector<core::Operation>> unknown(Connection& db, std::string_view account, std::size_t most);
Result<std::vector<Slice>> slices(Connection& db, core::OperationNumber number);
Result<Store::Carried> carried(Connection& db, core::OperationNumber number, std::size_t most);
Result<std::vector<core::Operation>> operations_of(Connection& db, core::JobNumber job);
Result<NextSubmission> next_submission(Connection& db, std::string_view account);
Result<std::vector<core::Job>> waiting_with(Connection& db, const core::Job& oldest, std::size_t most);

// Wishes.
Result<std::vector<core::Wish>> open_wishes(Connection& db, std::string_view account, std::size_t most);
Result<std::optional<core::Wish>> newest_window_wish(Connection& db, std::string_view account);
Result<std::vector<std::string>> accounts_with_wishes(Connection& db);
Result<std::vector<core::Wish>> wishes_of(Connection& db, core::OperationNumber operation);
Result<std::vector<core::Wish>> refused_wishes(Connection& db, std::string_view account, core::Time since);
Result<std::optional<core::OperationNumber>> owner_of(Connection& db, std::string_view account, core::Action action,
                                                      core::OperationId id);

// Jobs.
Result<std::optional<core::Job>> job(Connection& db, std::string_view id);
Result<core::Job> job(Connection& db, core::JobNumber number);
/// Where a job stands by where its parts stand.
struct Standing {
  core::State state;
  bool expires = false;  ///< something of it isn't submitted yet
};
Result<Standing> standing(Connection& db, core::JobNumber job);
Result<std::vector<Waiting>> waiting(Connection& db, std::string_view account);
Result<void> contacts(Connection& db, core::JobNumber job, std::int64_t first, std::int64_t count,
                      const std::function<bool(std::string_view)>& take);
Result<void> jobs(Connection& db, const JobFilter& filter, const std::function<bool(const JobView&)>& take);
Result<std::vector<core::Job>> expiring(Connection& db, core::Time now, std::size_t most);
Result<std::optional<core::Time>> next_expiry(Connection& db);

// What the search for a lost submission rests on.
Result<std::vector<core::OperationId>> claimed(Connection& db, std::string_view account, core::Action action,
                                               const std::vector<core::OperationId>& ids);
Result<std::optional<core::Time>> newest_transition_at(Connection& db);

// Erasure.
Result<std::vector<core::Job>> erasable(Connection& db, core::Time before, std::size_t most);
Result<std::optional<core::Time>> next_erasable(Connection& db);
Result<std::vector<AcceptedFile>> accepted_files(Connection& db, core::JobNumber job);
Result<std::vector<AcceptedFile>> overdue_files(Connection& db, std::size_t most);

// The index of contacts.
Result<std::vector<core::Operation>> unindexed(Connection& db, std::size_t most);
Result<std::vector<Slice>> unindexed_contacts(Connection& db, core::JobNumber job);
Result<std::optional<core::OperationNumber>> indexed_beside(Connection& db, std::string_view account,
                                                            core::OperationNumber after);
Result<std::vector<IndexEntry>> index_block(Connection& db, core::OperationNumber operation,
                                            std::optional<std::int64_t> after);
Result<void> search_index(Connection& db, std::int64_t digest, const std::function<void(const IndexHit&)>& found);
Result<IndexGaps> index_gaps(Connection& db);
Result<std::vector<Overlap>> overlaps(Connection& db, core::JobNumber job);

// The sweep.
Result<std::vector<Swept>> swept(Connection& db, std::string_view account, core::Time now, std::size_t most);
Result<std::optional<SweptRow>> swept_row(Connection& db, std::string_view account, core::OperationId id);

// Accounts, the record of transitions, and the store itself.
Result<core::AccountFacts> facts(Connection& db, std::string_view account, core::Time now, core::Duration overdue);
Result<AccountRecord> account(Connection& db, std::string_view name);
Result<std::vector<OpenAccount>> open_accounts(Connection& db);
Result<AccountCounts> counts(Connection& db, std::string_view account);
Result<void> transitions(Connection& db, const TransitionFilter& filter,
                         const std::function<bool(const core::Transition&)>& take);
Result<Head> head(Connection& db);
Result<Head> verify(Connection& db, const std::function<void(const std::string&)>& found);
Result<std::int64_t> data_version(Connection& db);

}  // namespace lethe::store::sqlite
