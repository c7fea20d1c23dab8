// The writes of store.hpp as plain functions within a write transaction. The writer gives each a savepoint of its own,
// so one that returns an error may leave things half done.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace lethe::store::sqlite {

/// The write transaction that a mutation is part of.
struct Unit {
  Connection& db;
  core::Time real_now;                     ///< for the age of loads; nothing else looks at real time
  std::vector<core::Transition> recorded;  ///< in the order of seq
  /// Done on the writer's thread once the transaction is committed, outside any.
  std::vector<std::function<void(Connection&)>> afterwards{};
};

// The record of transitions.
/// Appends with the next seq and its link in the chain. `job`: the one that moved itself.
Result<void> append(Unit& unit, core::Transition transition, std::optional<core::JobNumber> job);
/// A step of an operation, naming the jobs that it carries now.
Result<void> append_step(Unit& unit, const core::Operation& operation, std::optional<core::State> from, core::Time at,
                         std::string cause);
/// How many ids a transition names.
inline constexpr std::size_t most_named_jobs = 20;

// Loads.
Result<LoadNumber> begin_load(Unit& unit);
Result<void> append_contacts(Unit& unit, LoadNumber load, const ContactBlock& contacts);
/// Erases a piece of an abandoned load, short enough for one transaction; false: nothing is left.
Result<bool> erase_piece(Unit& unit, LoadNumber load);
/// Overwrites some chunks of a load, short enough for one transaction; false: it has no others.
Result<bool> empty_chunks(Unit& unit, LoadNumber load);

// Jobs.
Result<Acceptance> accept(Unit& unit, LoadNumber load, core::Job job);
Result<void> expire(Unit& unit, core::JobNumber job, core::Time at);
/// What of the job is in no operation waits for `lethe release`.
Result<void> hold(Unit& unit, const core::Job& job, const std::string& why, core::Time at);
Result<Cancellation> cancel(Unit& unit, core::JobNumber job, core::Time at, const std::string& cause);
/// Recomputes what follows from where the job's parts stand.
Result<void> refresh(Unit& unit, core::JobNumber job, core::Time at);

// Erasure.
/// Empties chunks of an ended job, short enough for one transaction; false: none is left, or it hasn't ended.
Result<bool> empty_job(Unit& unit, core::JobNumber job);
/// Of those jobs that have ended and hold no contacts any more.
Result<void> mark_erased(Unit& unit, const std::vector<core::JobNumber>& jobs, core::Time at);
/// Gives the room of emptied chunks back, a piece at a time; false: there is no more to give.
Result<bool> reclaim_chunks(Unit& unit);
/// A job whose contacts were erased has some again by it, and is erased once more.
Result<void> note_file(Unit& unit, const AcceptedFile& file);
Result<void> forget_file(Unit& unit, const AcceptedFile& file);

// The index of contacts.
/// Removes some blocks of what an earlier try left; false: there are no more.
Result<bool> clear_index(Unit& unit, const IndexOwner& owner);
/// Takes some of the sorted entries, as many as one transaction should; how many.
Result<std::size_t> append_index(Unit& unit, const IndexOwner& owner, std::span<const IndexEntry> entries);
enum class Indexed : std::uint8_t { off, complete };
Result<void> finish_index(Unit& unit, const IndexOwner& owner, Indexed indexed,
                          const std::vector<OverlapFound>& overlaps);

// Operations.
Result<core::Operation> form(Unit& unit, core::Operation wanted, const std::vector<Slice>& slices);
Result<core::Operation> record(Unit& unit, core::Operation operation, core::Time at, const std::string& cause);
Result<void> note_poll(Unit& unit, const core::Operation& operation);
/// See Store::replan().
Result<void> replan(Unit& unit, const std::vector<core::Operation>& operations);
/// See Store::pull_forward().
Result<void> pull_forward(Unit& unit, const std::string& account, core::Time from, core::Time until, core::Time now);
/// At a time: those submitted within minutes of each other are few, unless somebody took the spacing away.
inline constexpr std::size_t most_pulled = 1'000;
/// A new row of the operation's account, action, selector, state, contacts, created_at and version.
Result<core::OperationNumber> insert_operation(Unit& unit, const core::Operation& operation);
/// Every field over the row of this version; `stale` when there is none.
Result<void> overwrite(Unit& unit, const core::Operation& operation, std::int64_t version);
/// refresh() of the jobs it carries.
Result<void> refresh_jobs(Unit& unit, core::OperationNumber operation, core::Time at);
/// Takes the job out of its queued operations; one that is left empty is cancelled. True: there was something to take.
Result<bool> withdraw(Unit& unit, core::JobNumber job, core::Time at, const std::string& cause);

// The sweep.
Result<void> note_listed(Unit& unit, const std::vector<ListNote>& notes);
/// Some of them, as many as one transaction should write; false: there were no more.
Result<bool> hasten_swept(Unit& unit, const std::string& account, core::Time now);
Result<void> note_sweep(Unit& unit, const std::string& name, const SweepRecord& sweep);

// What the search for a lost submission rests on.
/// Notes in the operation when its intent is written, and the highest operationID known by then.
Result<void> mark_intent(Unit& unit, core::Operation& operation, core::Time at);
/// The operationID that an operation was accepted under is known from now on.
Result<void> note_acceptance(Unit& unit, const core::Operation& operation);
/// Never falls: a lower one than the known changes nothing.
Result<void> note_highest(Unit& unit, const std::string& account, std::int64_t operation_id);

// What a person decided.
Result<core::Wish> make_wish(Unit& unit, core::Wish wish, const std::string& cause);
Result<core::Operation> grant(Unit& unit, core::WishNumber wish, const core::Operation& operation, core::Time at,
                              const std::string& cause);
Result<core::Wish> wish_window(Unit& unit, const std::string& account, int days, const std::string& why, core::Time at);
Result<void> grant_window(Unit& unit, core::WishNumber wish, core::Time at);
/// All open ones: in a restored copy, others may have been carried out since.
Result<void> refuse_window_wishes(Unit& unit, core::Time at, const std::string& reason);
Result<void> refuse(Unit& unit, core::WishNumber wish, core::Time at, const std::string& reason);
Result<core::Operation> overrule(Unit& unit, const core::Operation& operation, core::Time at, const std::string& cause);

// Refusals, and the daily fuse.
/// The cloud refused it, see Store::take_refusal().
Result<Refused> take_refusal(Unit& unit, core::Operation operation, core::Time at, const std::string& cause);
/// A job that moves itself, naming no operation.
Result<void> append_job_step(Unit& unit, const core::Job& job, std::optional<core::State> from, core::State to,
                             core::Time at, std::string cause);
/// hold() for a job of which nothing is in an operation; `stale` when something is by now.
Result<void> hold_whole(Unit& unit, core::JobNumber job, core::Time at, const std::string& why);
Result<void> release(Unit& unit, core::JobNumber job, core::Time at);
/// Counts the jobs that begin with this operation.
Result<void> count_for_fuse(Unit& unit, const core::Operation& formed);
/// The cloud took it: refusals before it are no longer in a row, and a list counts as many contacts as it really has.
Result<void> settle_acceptance(Unit& unit, const core::Operation& before, const core::Operation& taken);

// Accounts.
Result<void> pause(Unit& unit, const std::string& name, core::Time at, const std::string& why);
Result<void> resume(Unit& unit, const std::string& name);
/// Makes the row of an account that is met for the first time.
Result<void> know_account(Unit& unit, const std::string& name);
Result<void> set_account_state(Unit& unit, const std::string& name, core::AccountState state, const std::string& why,
                               std::optional<core::Time> until);
Result<void> note_restorable_days(Unit& unit, const std::string& name, int days);
Result<void> note_error(Unit& unit, const std::string& name, const std::string& error, core::Time at);
/// Adds to the requests of the day; another day than the stored one begins afresh.
Result<void> note_hindrance(Unit& unit, const std::string& name, const Hindrance& hindrance);
Result<void> note_requests(Unit& unit, const std::string& name, std::int64_t day, std::int64_t count);
Result<void> note_submission(Unit& unit, const std::string& name, core::Time at);

}  // namespace lethe::store::sqlite
