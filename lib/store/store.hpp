// What must survive, in the engine's own words; nothing here says how it is kept. The daemon and the commands meet in
// it.
//
// Reads are short and run on the caller's thread. Writes are awaited: they gather into one commit, and each succeeds or
// fails for itself. A write whose version is no longer the stored one changes nothing and fails with `stale`.
// Every write that moves an operation or a job records the transition, with its link in the hash chain, in the same
// commit.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/admission.hpp"
#include "core/batching.hpp"
#include "core/job.hpp"
#include "core/operation.hpp"
#include "core/schedule.hpp"
#include "core/wish.hpp"
#include "store/contact_block.hpp"
#include "store/swept.hpp"
#include "support/clock.hpp"

namespace lethe::store {

struct Error {
  enum class Kind : std::uint8_t {
    stale,  ///< compare-and-swap lost: somebody else wrote first
    not_found,
    duplicate,   ///< (account, action, operationID) is already another operation's
    full,        ///< disk full
    busy,        ///< another process held the store for too long
    missing,     ///< there is no store, and this opener may not make one
    read_only,   ///< the file or its folder can't be written
    newer,       ///< written by a newer version of Lethe
    foreign,     ///< not a store of Lethe's
    claimed,     ///< another daemon runs on it
    other_time,  ///< recorded with another time scale
    io,          ///< anything else; `what` says it
  };
  Kind kind = Kind::io;
  std::string what;  ///< one line with the path and what to do; never a contact
};

template <class T>
using Result = std::expected<T, Error>;
template <class T>
using Written = boost::asio::awaitable<Result<T>>;

/// Contacts [first, first + count) of a job, in its order, counted from 0; for a list job first = 0, count = 1.
struct Slice {
  core::JobNumber job;
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// The contacts of a job while they arrive, invisible until accept().
struct LoadNumber {
  std::int64_t value = 0;
};

struct Acceptance {
  bool accepted = false;                         ///< false: the id is known, nothing was taken
  core::Job job;                                 ///< the new one, or the one known under this id
  std::optional<core::Readmission> readmission;  ///< of a known id
};

/// What a job looks like from outside.
struct JobView {
  core::Job job;
  std::int64_t operations = 0;
};

struct JobFilter {
  std::optional<std::string> account;
  std::vector<core::State> states;  ///< empty: all
};

struct TransitionFilter {
  std::int64_t after_seq = 0;
  std::optional<core::JobNumber> job;
  std::optional<core::OperationNumber> operation;
  std::optional<core::Time> since;
};

/// What is to be submitted next of an account: an operation that was queued again (the newest first: of a halved one
/// both halves are through before the next one's turn), else the oldest job with contacts in no operation.
struct NextSubmission {
  std::optional<core::Operation> operation;
  std::optional<core::Job> job;
};

/// What a refusal did, see Store::take_refusal().
struct Refused {
  core::AfterRefusal after = core::AfterRefusal::reject;
  core::Operation operation;                 ///< as it stands now
  std::optional<core::Operation> split_off;  ///< of a halved one: its first half, queued
};

/// Contacts of an account's queued jobs that are in no operation yet, of one action and selector.
struct Waiting {
  core::Action action = core::Action::delete_contacts;
  core::Selector selector = core::Selector::keys;
  std::int64_t jobs = 0;
  std::int64_t contacts = 0;  ///< of lists: the jobs themselves
  std::int64_t bytes = 0;     ///< about, without what surrounds each in a request
};

/// How many operations of an account stand where, for `status`.
struct AccountCounts {
  std::int64_t queued = 0;       ///< jobs with contacts in no operation, and operations queued again
  std::int64_t suppressing = 0;  ///< submitting, unconfirmed and needs_operator too
  std::int64_t deleting = 0;
  std::int64_t ended = 0;
};

/// What keeps the calls of an account back beside its state, as the daemon has last told it.
struct Hindrance {
  std::string why;                  ///< one line; empty: nothing does
  std::optional<core::Time> until;  ///< absent: as long as it lasts
  bool alarm = false;               ///< a person should know
  bool operator==(const Hindrance&) const = default;
};

/// An account that has something open.
struct OpenAccount {
  std::string name;
  std::int64_t open = 0;  ///< operations that haven't ended, and jobs of which something is in no operation, held too
};

/// What is kept about an account beside its operations.
struct AccountRecord {
  std::string name;
  core::AccountState state = core::AccountState::ready;  ///< never paused
  std::string why;
  std::optional<core::Time> until;
  std::optional<core::Time> paused_at;  ///< by a person, whatever `state` says beside
  std::string paused_why;
  std::optional<int> restorable_days;  ///< the last value the cloud said in any operation
  std::string last_error;              ///< one line; empty: none
  std::optional<core::Time> last_error_at;
  std::int64_t requests_day = 0;  ///< days since 1970 in UTC that `requests` counts
  std::int64_t requests = 0;
  std::optional<std::int64_t> highest_operation_id;  ///< of all that anything has told so far; absent: nothing yet
  Hindrance hindrance;
  SweepRecord sweep;
};

/// The newest transition. Whoever has noted it can tell later whether anything before it was changed.
struct Head {
  std::int64_t seq = 0;  ///< 0: there is none
  std::string hash;
};

/// What the first run on a restored copy found: whatever may have been submitted since waits for a person.
struct Restoration {
  core::Time copied_at;  ///< of a store that lay back unmarked: its newest transition
  std::int64_t jobs = 0;
  std::int64_t operations = 0;
};

/// What a cancel of a job took out, and what it came too late for. In contacts; a list job is one.
struct Cancellation {
  core::Job job;                ///< as it stands now
  std::int64_t taken = 0;       ///< 0: nothing was changed
  std::int64_t sent = 0;        ///< in operations that were sent, or are being sent
  std::int64_t operations = 0;  ///< how many those are
};

/// A file in the accepted/ of an intake directory that holds contacts of a job.
struct AcceptedFile {
  enum class Kind : std::uint8_t { job, list };
  core::JobNumber job;
  std::filesystem::path directory;  ///< the intake directory, absolute
  std::string name;                 ///< in its accepted/
  Kind kind = Kind::job;
};

/// One contact in the index: its short keyed digest, and the job that it belongs to.
struct IndexEntry {
  std::int64_t digest = 0;
  core::JobNumber job;
};

/// Whose contacts: those that an operation took, or those that a job ended with in no operation.
using IndexOwner = std::variant<core::OperationNumber, core::JobNumber>;

struct IndexHit {
  core::JobNumber job;
  std::optional<core::OperationNumber> operation;  ///< absent: no operation took the contact
};

/// Contacts that two jobs have in common.
struct OverlapFound {
  core::JobNumber one;
  core::JobNumber other;
  std::int64_t contacts = 0;
};
struct Overlap {
  std::string job;  ///< the other one's id
  std::int64_t contacts = 0;
};

/// Where a contact can't be looked for.
struct IndexGaps {
  std::vector<std::string> lists;                 ///< jobs by list: their contacts are in the cloud alone
  std::vector<std::string> jobs;                  ///< erased while no index was wanted
  std::vector<core::OperationNumber> operations;  ///< the same
};

/// The factor and epoch of a rehearsal's clock, recorded by the first run on an empty store.
struct TimeScale {
  double factor = 1;
  core::Time epoch;  ///< what the clock showed at real_epoch
  core::Time real_epoch;
};

class Store {
 public:
  virtual ~Store() = default;

  // --- reads
  /// Operations to be polled now, the longest due first: due at or before `now`, or further away than any interval.
  virtual Result<std::vector<core::Operation>> due(std::string_view account, core::Time now, std::size_t most) = 0;
  /// The earliest due time of an account's operations.
  virtual Result<std::optional<core::Time>> next_due(std::string_view account) = 0;
  virtual Result<core::Operation> operation(core::OperationNumber number) = 0;
  virtual Result<std::vector<core::Operation>> in_state(std::string_view account, core::State state,
                                                        std::size_t most) = 0;
  /// Of those in a final state: that ended at or after `since`, the newest end first.
  virtual Result<std::vector<core::Operation>> ended_in_state(std::string_view account, core::State state,
                                                              core::Time since, std::size_t most) = 0;
  /// The next ones behind that number.
  virtual Result<std::vector<core::Operation>> in_state_after(std::string_view account, core::State state,
                                                              core::OperationNumber after, std::size_t most) = 0;
  /// How long the account's newest operations took, as far as their records tell.
  virtual Result<core::History> history(std::string_view account) = 0;
  /// Of an account: those that the cloud says it doesn't know, as core::is_unknown() has it.
  virtual Result<std::vector<core::Operation>> unknown(std::string_view account, std::size_t most) = 0;
  virtual Result<std::vector<Slice>> slices(core::OperationNumber number) = 0;
  virtual Result<NextSubmission> next_submission(std::string_view account) = 0;
  /// Waiting jobs that may leave with this one, the oldest first: younger ones of the same account, action and
  /// selector. A list leaves alone.
  virtual Result<std::vector<core::Job>> waiting_with(const core::Job& oldest, std::size_t most) = 0;
  /// Calls `take` with each contact from `first` on until it returns false or `count` were given. Reads chunk by chunk.
  virtual Result<void> contacts(core::JobNumber job, std::int64_t first, std::int64_t count,
                                const std::function<bool(std::string_view)>& take) = 0;
  /// What admission looks at, as of `now`; `overdue` as in [schedule].
  virtual Result<core::AccountFacts> facts(std::string_view account, core::Time now, core::Duration overdue) = 0;
  virtual Result<std::vector<Waiting>> waiting(std::string_view account) = 0;
  virtual Result<AccountRecord> account(std::string_view name) = 0;  ///< an unknown name: a fresh record
  virtual Result<AccountCounts> counts(std::string_view account) = 0;
  /// By name, whether configured or not.
  virtual Result<std::vector<OpenAccount>> open_accounts() = 0;
  virtual Result<std::optional<core::Job>> job(std::string_view id) = 0;
  virtual Result<core::Job> job(core::JobNumber number) = 0;
  /// The jobs that an operation carries: at most `most` ids, and how many there are.
  struct Carried {
    std::vector<std::string> ids;
    std::int64_t total = 0;
  };
  virtual Result<Carried> carried(core::OperationNumber number, std::size_t most) = 0;
  virtual Result<std::vector<core::Operation>> operations_of(core::JobNumber job) = 0;
  /// In the order of acceptance; `take` returns false to stop.
  virtual Result<void> jobs(const JobFilter& filter, const std::function<bool(const JobView&)>& take) = 0;
  virtual Result<void> transitions(const TransitionFilter& filter,
                                   const std::function<bool(const core::Transition&)>& take) = 0;
  virtual Result<Head> head() = 0;
  /// Checks the whole hash chain, and that operations and jobs stand where it says. `found` gets one line for each
  /// break.
  virtual Result<Head> verify(const std::function<void(const std::string&)>& found) = 0;
  /// The time of the newest transition.
  virtual Result<std::optional<core::Time>> newest_transition_at() = 0;
  /// Which of the cloud's operationIDs belong to operations of the account.
  virtual Result<std::vector<core::OperationId>> claimed(std::string_view account, core::Action action,
                                                         const std::vector<core::OperationId>& ids) = 0;
  /// Open jobs whose not_after is past and that have contacts in no operation, or in a queued one only.
  virtual Result<std::vector<core::Job>> expiring(core::Time now, std::size_t most) = 0;
  virtual Result<std::optional<core::Time>> next_expiry() = 0;
  /// Of an account, the oldest first.
  virtual Result<std::vector<core::Wish>> open_wishes(std::string_view account, std::size_t most) = 0;
  /// About the restore window of an account, open or settled.
  virtual Result<std::optional<core::Wish>> newest_window_wish(std::string_view account) = 0;
  /// Whose wishes are open, whether they are configured or not.
  virtual Result<std::vector<std::string>> accounts_with_wishes() = 0;
  virtual Result<std::vector<core::Wish>> wishes_of(core::OperationNumber operation) = 0;
  /// Of an account: where an operation's newest wish was refused since then.
  virtual Result<std::vector<core::Wish>> refused_wishes(std::string_view account, core::Time since) = 0;
  /// The operation that this operationID belongs to.
  virtual Result<std::optional<core::OperationNumber>> owner_of(std::string_view account, core::Action action,
                                                                core::OperationId id) = 0;
  /// Jobs that ended at or before `before` and whose contacts are still here, the longest ended first.
  virtual Result<std::vector<core::Job>> erasable(core::Time before, std::size_t most) = 0;
  /// When the longest ended of these jobs ended.
  virtual Result<std::optional<core::Time>> next_erasable() = 0;
  virtual Result<std::vector<AcceptedFile>> accepted_files(core::JobNumber job) = 0;
  /// Of jobs whose contacts were erased everywhere else.
  virtual Result<std::vector<AcceptedFile>> overdue_files(std::size_t most) = 0;
  /// Operations that the cloud has accepted and whose contacts aren't in the index yet, the oldest first.
  virtual Result<std::vector<core::Operation>> unindexed(std::size_t most) = 0;
  /// What of a job's contacts the index doesn't hold, as far as it is still to be indexed.
  virtual Result<std::vector<Slice>> unindexed_contacts(core::JobNumber job) = 0;
  /// The next indexed operation of the account that hasn't ended.
  virtual Result<std::optional<core::OperationNumber>> indexed_beside(std::string_view account,
                                                                      core::OperationNumber after) = 0;
  /// A part of an operation's index, sorted: the first, or the one after that which begins with `after`. Empty: the
  /// end.
  virtual Result<std::vector<IndexEntry>> index_block(core::OperationNumber operation,
                                                      std::optional<std::int64_t> after) = 0;
  virtual Result<void> search_index(std::int64_t digest, const std::function<void(const IndexHit&)>& found) = 0;
  virtual Result<IndexGaps> index_gaps() = 0;
  /// The most contacts first.
  virtual Result<std::vector<Overlap>> overlaps(core::JobNumber job) = 0;
  /// Deletes of an account that are being deleted behind their windows by `now`, the longest first, without those that
  /// the cloud doesn't know.
  virtual Result<std::vector<Swept>> swept(std::string_view account, core::Time now, std::size_t most) = 0;
  /// The account's delete with this operationID.
  virtual Result<std::optional<SweptRow>> swept_row(std::string_view account, core::OperationId id) = 0;
  /// Changes whenever anybody has committed: another process, or this store's own writes.
  virtual Result<std::int64_t> data_version() = 0;
  virtual std::uint64_t instance() const = 0;  ///< random, made with the store: the seed of the jitter
  virtual const TimeScale& time_scale() const = 0;
  /// Of this opening by a daemon.
  virtual const std::optional<Restoration>& restoration() const = 0;
  /// A consistent copy of what is committed, marked as one, in a new file (0600); `at` is the time to mark it with.
  virtual Result<void> copy_to(const std::filesystem::path& file, core::Time at) = 0;

  // --- writes: jobs
  virtual Written<LoadNumber> begin_load() = 0;
  /// Not durable by itself: accept() makes all of it so.
  virtual Written<void> append(LoadNumber load, ContactBlock contacts) = 0;
  /// Makes the job visible, whole (`job.number`, `cursor` and `state` are set by the store). A known id takes nothing:
  /// the load is dropped and the Acceptance says what is known.
  virtual Written<Acceptance> accept(LoadNumber load, core::Job job) = 0;
  virtual Written<void> abandon(LoadNumber load) = 0;
  /// Erases a piece of a load whose process is gone (it was killed, or the machine stopped), which nobody sees and
  /// nobody goes on with; false: there is none.
  virtual Written<bool> clean_loads() = 0;
  /// What isn't in an operation, or in a queued one, ends as expired.
  virtual Written<void> expire(core::JobNumber job, core::Time at) = 0;
  /// The same as cancelled, by a person.
  virtual Written<Cancellation> cancel(core::JobNumber job, core::Time at, std::string cause) = 0;
  /// A job of which nothing is in an operation waits for release(); `stale` when something is by now.
  virtual Written<void> hold(core::JobNumber job, core::Time at, std::string why) = 0;
  /// What is held of a job is queued, and the fuse doesn't hold it again; `stale` when nothing is held by now.
  virtual Written<void> release(core::JobNumber job, core::Time at) = 0;

  // --- writes: privacy
  /// Overwrites the contacts of these jobs in the store and its log, as far as they have ended. False: somebody reads
  /// what is still in the log; the jobs stay erasable, and to be asked for again. A stop on the way does no harm.
  virtual Written<bool> erase_contacts(std::vector<core::JobNumber> jobs, core::Time at) = 0;
  /// `entries` are sorted by digest. An operation's overlaps count once, with its first complete index.
  virtual Written<void> keep_index(IndexOwner owner, std::vector<IndexEntry> entries,
                                   std::vector<OverlapFound> overlaps) = 0;
  /// There will be no index, unless there is one.
  virtual Written<void> skip_index(IndexOwner owner) = 0;
  /// Before the file comes to lie there. A job that was erased is erasable again.
  virtual Written<void> note_file(AcceptedFile file) = 0;
  virtual Written<void> forget_file(AcceptedFile file) = 0;

  // --- writes: operations
  /// The intent: makes the operation in `submitting` with its slices, moves each job's cursor from slice.first to
  /// slice.first + slice.count; `stale` when a cursor is no longer there or a job no longer open. A job's first slice
  /// counts the whole job for the fuse of that day.
  /// `wanted` brings account, action, selector, contacts (each counted once) and created_at. The store sets intent_at
  /// and known_above, here and whenever record() moves an operation to `submitting`.
  virtual Written<core::Operation> form(core::Operation wanted, std::vector<Slice> slices) = 0;
  /// Writes the operation as it stands now over the version it was read with, and records the transition from the
  /// stored state to operation.state. The returned one has the new version.
  virtual Written<core::Operation> record(core::Operation operation, core::Time at, std::string cause) = 0;
  /// The cloud refused it: in one step it is rejected, or halved (its first half becomes an operation of its own, both
  /// are queued), or queued while its account is paused; core::after_refusal() says which. Only `submitting` can be.
  virtual Written<Refused> take_refusal(core::Operation operation, core::Time at, std::string cause) = 0;
  /// A poll or a look without news (polls, attempt, due_at, restorable days and until, absent_at, answered_at, typical,
  /// the unknown answers): nobody waits for it, it may gather for a second of the clock before it is committed. No
  /// transition, no new version.
  virtual Written<void> note_poll(core::Operation operation) = 0;
  /// New plans (due_at, attempt, restorable_until, typical) of operations, as many as one transaction should write. One
  /// that was polled or moved since it was read keeps its own plan. May gather like note_poll().
  virtual Written<void> replan(std::vector<core::Operation> operations) = 0;
  /// What of an account was submitted between these instants, and is being deleted behind its window, is due at `now`;
  /// each operation once in its life. May gather like note_poll().
  virtual Written<void> pull_forward(std::string account, core::Time from, core::Time until, core::Time now) = 0;

  /// What the list said of operations, as many as one page has. An operation that is to be asked about earlier by now
  /// keeps its time. May gather like note_poll().
  virtual Written<void> note_listed(std::vector<ListNote> notes) = 0;
  /// What the sweep let wait longest: deletes of an account that are being deleted are due at `now`, or at the end of
  /// their window, where they were due later; a few at a time. False: that were all. May gather like note_poll().
  virtual Written<bool> hasten_swept(std::string account, core::Time now) = 0;

  // --- writes: what a person decided. Each is recorded as a step of its operation, with its cause.
  /// Makes a wish, or returns the open one that asks for the same. An open one of the operation that asks for something
  /// else is settled as overruled. `wish` brings operation, kind, operation_id, why and made_at.
  virtual Written<core::Wish> make_wish(core::Wish wish, std::string cause) = 0;
  /// record(), and the wish that follows from it, in one.
  virtual Written<core::Operation> record_and_wish(core::Operation operation, core::Time at, std::string cause,
                                                   core::Wish wish) = 0;
  /// record(), which carries out the wish; `stale` where the wish is no longer open.
  virtual Written<core::Operation> grant(core::WishNumber wish, core::Operation operation, core::Time at,
                                         std::string cause) = 0;
  /// Settles the wish as not carried out; `stale` where it is no longer open.
  virtual Written<void> refuse(core::WishNumber wish, core::Time at, std::string reason) = 0;
  /// Wishes for a restore window of the account, or returns the open wish for the same; an open one for another is
  /// overruled. No operation moves by it, so that it is no transition: the wish itself is the record.
  virtual Written<core::Wish> wish_window(std::string account, int days, std::string why, core::Time at) = 0;
  /// It is carried out: the account's last known window is the one that was wished for. `stale` where it is no longer
  /// open.
  virtual Written<void> grant_window(core::WishNumber wish, core::Time at) = 0;
  /// record(), by a person: what was wished about the operation before is overruled.
  virtual Written<core::Operation> overrule(core::Operation operation, core::Time at, std::string cause) = 0;

  // --- writes: accounts
  /// Nothing new of the account is submitted until resume(). Independent of set_account_state().
  virtual Written<void> pause(std::string account, core::Time at, std::string why) = 0;
  virtual Written<void> resume(std::string account) = 0;
  virtual Written<void> set_account_state(std::string name, core::AccountState state, std::string why,
                                          std::optional<core::Time> until) = 0;
  /// An operationID that the cloud gave or listed; 0: its lists were asked and tell none. A lower one changes nothing.
  virtual Written<void> note_highest(std::string name, std::int64_t operation_id) = 0;
  virtual Written<void> note_restorable_days(std::string name, int days) = 0;                // ride-along
  virtual Written<void> note_error(std::string name, std::string error, core::Time at) = 0;  // ride-along
  virtual Written<void> note_hindrance(std::string name, Hindrance hindrance) = 0;           // ride-along
  virtual Written<void> note_sweep(std::string name, SweepRecord sweep) = 0;                 // ride-along
  /// Adds `count` to the requests of this day; another day than the stored one begins afresh.
  virtual Written<void> note_requests(std::string name, std::int64_t day, std::int64_t count) = 0;  // ride-along

  /// Every write asked for so far is committed (or has failed).
  virtual Written<void> flush() = 0;

  /// Told of each transition that this store wrote, after its commit, in the order of seq; before who awaits it goes
  /// on.
  virtual void on_transition(std::function<void(const core::Transition&)> listener) = 0;
};

struct OpenSettings {
  std::filesystem::path path;
  enum class As : std::uint8_t {
    daemon,   ///< makes the store where there is none, holds the claim, writes on a thread
              ///< of its own
    command,  ///< the store must exist; writes on the caller's thread
  };
  As as = As::command;
  /// For a daemon: the scale it was started with; refused where the store was recorded with another one.
  double time_scale = 1;
  core::Time now;                         ///< the real time of this opening: the epochs of a new store
  bool write_on_this_thread = false;      ///< for a daemon in simulation
  std::optional<std::uint64_t> instance;  ///< of a new store, in simulation; absent: a random one
  std::string vfs;                        ///< the name of the file system below; empty: the machine's
};

/// Opens, migrates and checks. `clock` is asked for only after opening (a scaled clock is made from time_scale()).
Result<std::unique_ptr<Store>> open_store(OpenSettings settings);

/// Whether a daemon has the store at this path.
bool daemon_runs(const std::filesystem::path& path);

/// Writes gather on this clock and complete on this executor; called once before the first write. Both outlive the
/// store. (Split from open_store because the clock of a rehearsal is known only after opening.)
void attach(Store& store, support::Clock& clock, boost::asio::any_io_executor executor);

}  // namespace lethe::store
