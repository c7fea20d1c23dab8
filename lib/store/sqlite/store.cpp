#include "store/store.hpp"

#include <fmt/format.h>

#include <utility>

#include "store/sqlite/copy.hpp"
#include "store/sqlite/erasing.hpp"
#include "store/sqlite/indexing.hpp"
#include "store/sqlite/mutations.hpp"
#include "store/sqlite/open_loads.hpp"
#include "store/sqlite/opening.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/writer.hpp"

namespace lethe::store {

namespace {

using sqlite::Mutation;
using sqlite::Unit;
using sqlite::Urgency;
using sqlite::Writer;

/// Where no lock tells who is alive: a process that loads appends many times a second.
constexpr std::chrono::hours load_patience{1};

/// A large load is more than one transaction should erase. What fails is left to clean_loads().
Written<void> erase_load(std::shared_ptr<Writer> writer, LoadNumber load) {
  while (true) {
    Mutation<bool> erase = [load](Unit& unit) { return sqlite::erase_piece(unit, load); };
    const Result<bool> more = co_await writer->write<bool>(Urgency::durable, std::move(erase));
    if (!more) co_return std::unexpected(more.error());
    if (!*more) co_return Result<void>{};
  }
}

Written<Acceptance> accept_or_erase(std::shared_ptr<Writer> writer, LoadNumber load, core::Job job) {
  Mutation<Acceptance> take = [load, job = std::move(job)](Unit& unit) { return sqlite::accept(unit, load, job); };
  Result<Acceptance> acceptance = co_await writer->write<Acceptance>(Urgency::durable, std::move(take));
  if (acceptance && !acceptance->accepted) (void)co_await erase_load(writer, load);
  co_return acceptance;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(sqlite::Opened opened, core::Time opened_at, bool own_thread)
      : claim_(std::move(opened.claim)),
        reads_(std::move(opened.reads)),
        loads_(std::move(opened.load_lock)),
        writer_(std::make_shared<Writer>(std::move(opened.writes), opened_at, own_thread)),
        meta_(opened.meta),
        restoration_(opened.restoration) {
    if (opened.newest) writer_->mark_with(std::move(*opened.newest));
  }
  ~SqliteStore() override { writer_->close(); }

  void attach(support::Clock& clock, boost::asio::any_io_executor executor) {
    writer_->attach(clock, std::move(executor));
  }

  Result<std::vector<core::Operation>> due(std::string_view account, core::Time now, std::size_t most) override {
    return sqlite::due(*reads_, account, now, most);
  }
  Result<std::optional<core::Time>> next_due(std::string_view account) override {
    return sqlite::next_due(*reads_, account);
  }
  Result<core::Operation> operation(core::OperationNumber number) override {
    return sqlite::operation(*reads_, number);
  }
  Result<std::vector<core::Operation>> in_state(std::string_view account, core::State state,
                                                std::size_t most) override {
    return sqlite::in_state(*reads_, account, state, most);
  }
  Result<std::vector<core::Operation>> ended_in_state(std::string_view account, core::State state, core::Time since,
                                                      std::size_t most) override {
    return sqlite::ended_in_state(*reads_, account, state, since, most);
  }
  Result<std::vector<Slice>> slices(core::OperationNumber number) override { return sqlite::slices(*reads_, number); }
  Result<NextSubmission> next_submission(std::string_view account) override {
    return sqlite::next_submission(*reads_, account);
  }
  Result<std::vector<core::Job>> waiting_with(const core::Job& oldest, std::size_t most) override {
    return sqlite::waiting_with(*reads_, oldest, most);
  }
  Result<void> contacts(core::JobNumber job, std::int64_t first, std::int64_t count,
                        const std::function<bool(std::string_view)>& take) override {
    return sqlite::contacts(*reads_, job, first, count, take);
  }
  Result<core::AccountFacts> facts(std::string_view account, core::Time now, core::Duration overdue) override {
    return sqlite::facts(*reads_, account, now, overdue);
  }
  Result<std::vector<Waiting>> waiting(std::string_view account) override { return sqlite::waiting(*reads_, account); }
  Result<AccountRecord> account(std::string_view name) override { return sqlite::account(*reads_, name); }
  Result<AccountCounts> counts(std::string_view account) override { return sqlite::counts(*reads_, account); }
  Result<std::vector<OpenAccount>> open_accounts() override { return sqlite::open_accounts(*reads_); }
  Result<std::optional<core::Job>> job(std::string_view id) override { return sqlite::job(*reads_, id); }
  Result<core::Job> job(core::JobNumber number) override { return sqlite::job(*reads_, number); }
  Result<Carried> carried(core::OperationNumber number, std::size_t most) override {
    return sqlite::carried(*reads_, number, most);
  }
  Result<std::vector<core::Operation>> operations_of(core::JobNumber job) override {
    return sqlite::operations_of(*reads_, job);
  }
  Result<void> jobs(const JobFilter& filter, const std::function<bool(const JobView&)>& take) override {
    return sqlite::jobs(*reads_, filter, take);
  }
  Result<void> transitions(const TransitionFilter& filter,
                           const std::function<bool(const core::Transition&)>& take) override {
    return sqlite::transitions(*reads_, filter, take);
  }
  Result<std::vector<core::Job>> expiring(core::Time now, std::size_t most) override {
    return sqlite::expiring(*reads_, now, most);
  }
  Result<std::optional<core::Time>> next_expiry() override { return sqlite::next_expiry(*reads_); }
  Result<Head> head() override { return sqlite::head(*reads_); }
  Result<Head> verify(const std::function<void(const std::string&)>& found) override {
    auto head = sqlite::verify(*reads_, found);
    const auto reached = writer_->newest() ? writer_->newest()->read() : std::nullopt;
    if (head && reached && *reached > head->seq) {
      found(
          fmt::format("the record ends at transition {}, and had come to {}: its end is missing", head->seq, *reached));
    }
    return head;
  }
  Result<std::optional<core::Time>> newest_transition_at() override { return sqlite::newest_transition_at(*reads_); }
  Result<std::vector<core::OperationId>> claimed(std::string_view account, core::Action action,
                                                 const std::vector<core::OperationId>& ids) override {
    return sqlite::claimed(*reads_, account, action, ids);
  }
  Result<std::vector<core::Wish>> open_wishes(std::string_view account, std::size_t most) override {
    return sqlite::open_wishes(*reads_, account, most);
  }
  Result<std::optional<core::Wish>> newest_window_wish(std::string_view account) override {
    return sqlite::newest_window_wish(*reads_, account);
  }
  Result<std::vector<std::string>> accounts_with_wishes() override { return sqlite::accounts_with_wishes(*reads_); }
  Result<std::vector<core::Wish>> wishes_of(core::OperationNumber operation) override {
    return sqlite::wishes_of(*reads_, operation);
  }
  Result<std::vector<core::Wish>> refused_wishes(std::string_view account, core::Time since) override {
    return sqlite::refused_wishes(*reads_, account, since);
  }
  Result<std::optional<core::OperationNumber>> owner_of(std::string_view account, core::Action action,
                                                        core::OperationId id) override {
    return sqlite::owner_of(*reads_, account, action, id);
  }
  Result<std::vector<core::Job>> erasable(core::Time before, std::size_t most) override {
    return sqlite::erasable(*reads_, before, most);
  }
  Result<std::optional<core::Time>> next_erasable() override { return sqlite::next_erasable(*reads_); }
  Result<std::vector<AcceptedFile>> accepted_files(core::JobNumber job) override {
    return sqlite::accepted_files(*reads_, job);
  }
  Result<std::vector<AcceptedFile>> overdue_files(std::size_t most) override {
    return sqlite::overdue_files(*reads_, most);
  }
  Result<std::vector<core::Operation>> in_state_after(std::string_view account, core::State state,
                                                      core::OperationNumber after, std::size_t most) override {
    return sqlite::in_state_after(*reads_, account, state, after, most);
  }
  Result<core::History> history(std::string_view account) override { return sqlite::history(*reads_, account); }
  Result<std::vector<core::Operation>> unknown(std::string_view account, std::size_t most) override {
    return sqlite::unknown(*reads_, account, most);
  }
  Result<std::vector<core::Operation>> unindexed(std::size_t most) override { return sqlite::unindexed(*reads_, most); }
  Result<std::vector<Slice>> unindexed_contacts(core::JobNumber job) override {
    return sqlite::unindexed_contacts(*reads_, job);
  }
  Result<std::optional<core::OperationNumber>> indexed_beside(std::string_view account,
                                                              core::OperationNumber after) override {
    return sqlite::indexed_beside(*reads_, account, after);
  }
  Result<std::vector<IndexEntry>> index_block(core::OperationNumber operation,
                                              std::optional<std::int64_t> after) override {
    return sqlite::index_block(*reads_, operation, after);
  }
  Result<void> search_index(std::int64_t digest, const std::function<void(const IndexHit&)>& found) override {
    return sqlite::search_index(*reads_, digest, found);
  }
  Result<IndexGaps> index_gaps() override { return sqlite::index_gaps(*reads_); }
  Result<std::vector<Overlap>> overlaps(core::JobNumber job) override { return sqlite::overlaps(*reads_, job); }
  Result<std::vector<Swept>> swept(std::string_view account, core::Time now, std::size_t most) override {
    return sqlite::swept(*reads_, account, now, most);
  }
  Result<std::optional<SweptRow>> swept_row(std::string_view account, core::OperationId id) override {
    return sqlite::swept_row(*reads_, account, id);
  }
  Result<std::int64_t> data_version() override { return sqlite::data_version(*reads_); }
  std::uint64_t instance() const override { return meta_.instance; }
  const TimeScale& time_scale() const override { return meta_.scale; }
  const std::optional<Restoration>& restoration() const override { return restoration_; }
  Result<void> copy_to(const std::filesystem::path& file, core::Time at) override {
    return sqlite::copy_to(*reads_, file, at);
  }

  Written<LoadNumber> begin_load() override {
    loads_.begin();
    Mutation<LoadNumber> begin = [](Unit& unit) { return sqlite::begin_load(unit); };
    auto load = co_await durable<LoadNumber>(std::move(begin));
    loads_.begun(load);
    co_return load;
  }
  Written<void> append(LoadNumber load, ContactBlock contacts) override {
    return writer_->write<void>(Urgency::unsynced, [load, contacts = std::move(contacts)](Unit& unit) {
      return sqlite::append_contacts(unit, load, contacts);
    });
  }
  Written<Acceptance> accept(LoadNumber load, core::Job job) override {
    auto acceptance = co_await accept_or_erase(writer_, load, std::move(job));
    if (acceptance) loads_.ended(load);
    co_return acceptance;
  }
  Written<void> abandon(LoadNumber load) override {
    auto erased = co_await erase_load(writer_, load);
    loads_.ended(load);
    co_return erased;
  }
  Written<bool> clean_loads() override {
    auto load = loads_.dead(*reads_, writer_->real_now() - load_patience);
    if (!load) co_return std::unexpected(load.error());
    if (!*load) co_return false;
    Mutation<bool> erase = [dead = **load](Unit& unit) { return sqlite::erase_piece(unit, dead); };
    const auto more = co_await durable<bool>(std::move(erase));
    if (!more) co_return std::unexpected(more.error());
    if (*more) co_return true;
    // Where somebody reads what is in the log, a later one empties it.
    const Result<bool> truncated = co_await sqlite::truncate_log(writer_);
    if (!truncated) co_return std::unexpected(truncated.error());
    co_return true;
  }
  Written<void> expire(core::JobNumber job, core::Time at) override {
    return durable<void>([job, at](Unit& unit) { return sqlite::expire(unit, job, at); });
  }
  Written<Cancellation> cancel(core::JobNumber job, core::Time at, std::string cause) override {
    return durable<Cancellation>(
        [job, at, cause = std::move(cause)](Unit& unit) { return sqlite::cancel(unit, job, at, cause); });
  }

  Written<bool> erase_contacts(std::vector<core::JobNumber> jobs, core::Time at) override {
    return sqlite::erase_contacts(writer_, std::move(jobs), at);
  }
  Written<void> keep_index(IndexOwner owner, std::vector<IndexEntry> entries,
                           std::vector<OverlapFound> overlaps) override {
    return sqlite::keep_index(writer_, owner, std::move(entries), std::move(overlaps));
  }
  Written<void> skip_index(IndexOwner owner) override {
    return durable<void>([owner](Unit& unit) { return sqlite::finish_index(unit, owner, sqlite::Indexed::off, {}); });
  }
  Written<void> note_file(AcceptedFile file) override {
    return durable<void>([file = std::move(file)](Unit& unit) { return sqlite::note_file(unit, file); });
  }
  Written<void> forget_file(AcceptedFile file) override {
    return durable<void>([file = std::move(file)](Unit& unit) { return sqlite::forget_file(unit, file); });
  }
  Written<void> hold(core::JobNumber job, core::Time at, std::string why) override {
    return durable<void>(
        [job, at, why = std::move(why)](Unit& unit) { return sqlite::hold_whole(unit, job, at, why); });
  }
  Written<void> release(core::JobNumber job, core::Time at) override {
    return durable<void>([job, at](Unit& unit) { return sqlite::release(unit, job, at); });
  }

  Written<core::Operation> form(core::Operation wanted, std::vector<Slice> slices) override {
    return durable<core::Operation>([wanted = std::move(wanted), slices = std::move(slices)](Unit& unit) {
      return sqlite::form(unit, wanted, slices);
    });
  }
  Written<core::Operation> record(core::Operation operation, core::Time at, std::string cause) override {
    return durable<core::Operation>([operation = std::move(operation), at, cause = std::move(cause)](Unit& unit) {
      return sqlite::record(unit, operation, at, cause);
    });
  }
  Written<Refused> take_refusal(core::Operation operation, core::Time at, std::string cause) override {
    return durable<Refused>([operation = std::move(operation), at, cause = std::move(cause)](Unit& unit) {
      return sqlite::take_refusal(unit, operation, at, cause);
    });
  }
  Written<void> note_poll(core::Operation operation) override {
    return ride_along([operation = std::move(operation)](Unit& unit) { return sqlite::note_poll(unit, operation); });
  }
  Written<void> note_listed(std::vector<ListNote> notes) override {
    return ride_along([notes = std::move(notes)](Unit& unit) { return sqlite::note_listed(unit, notes); });
  }
  Written<bool> hasten_swept(std::string account, core::Time now) override {
    return writer_->write<bool>(Urgency::ride_along, [account = std::move(account), now](Unit& unit) {
      return sqlite::hasten_swept(unit, account, now);
    });
  }
  Written<void> replan(std::vector<core::Operation> operations) override {
    return ride_along([operations = std::move(operations)](Unit& unit) { return sqlite::replan(unit, operations); });
  }
  Written<void> pull_forward(std::string account, core::Time from, core::Time until, core::Time now) override {
    return ride_along([account = std::move(account), from, until, now](Unit& unit) {
      return sqlite::pull_forward(unit, account, from, until, now);
    });
  }

  Written<core::Wish> make_wish(core::Wish wish, std::string cause) override {
    return durable<core::Wish>([wish = std::move(wish), cause = std::move(cause)](Unit& unit) {
      return sqlite::make_wish(unit, wish, cause);
    });
  }
  Written<core::Wish> wish_window(std::string account, int days, std::string why, core::Time at) override {
    return durable<core::Wish>([account = std::move(account), days, why = std::move(why), at](Unit& unit) {
      return sqlite::wish_window(unit, account, days, why, at);
    });
  }
  Written<void> grant_window(core::WishNumber wish, core::Time at) override {
    return durable<void>([wish, at](Unit& unit) { return sqlite::grant_window(unit, wish, at); });
  }
  Written<core::Operation> record_and_wish(core::Operation operation, core::Time at, std::string cause,
                                           core::Wish wish) override {
    return durable<core::Operation>([operation = std::move(operation), at, cause = std::move(cause),
                                     wish = std::move(wish)](Unit& unit) -> Result<core::Operation> {
      auto recorded = sqlite::record(unit, operation, at, cause);
      if (!recorded) return recorded;
      const auto made = sqlite::make_wish(unit, wish, wish.why);
      if (!made) return std::unexpected(made.error());
      return recorded;
    });
  }
  Written<core::Operation> grant(core::WishNumber wish, core::Operation operation, core::Time at,
                                 std::string cause) override {
    return durable<core::Operation>([wish, operation = std::move(operation), at, cause = std::move(cause)](Unit& unit) {
      return sqlite::grant(unit, wish, operation, at, cause);
    });
  }
  Written<void> refuse(core::WishNumber wish, core::Time at, std::string reason) override {
    return durable<void>(
        [wish, at, reason = std::move(reason)](Unit& unit) { return sqlite::refuse(unit, wish, at, reason); });
  }
  Written<core::Operation> overrule(core::Operation operation, core::Time at, std::string cause) override {
    return durable<core::Operation>([operation = std::move(operation), at, cause = std::move(cause)](Unit& unit) {
      return sqlite::overrule(unit, operation, at, cause);
    });
  }

  Written<void> pause(std::string account, core::Time at, std::string why) override {
    return durable<void>([account = std::move(account), at, why = std::move(why)](Unit& unit) {
      return sqlite::pause(unit, account, at, why);
    });
  }
  Written<void> resume(std::string account) override {
    return durable<void>([account = std::move(account)](Unit& unit) { return sqlite::resume(unit, account); });
  }
  Written<void> set_account_state(std::string name, core::AccountState state, std::string why,
                                  std::optional<core::Time> until) override {
    return durable<void>([name = std::move(name), state, why = std::move(why), until](Unit& unit) {
      return sqlite::set_account_state(unit, name, state, why, until);
    });
  }
  Written<void> note_highest(std::string name, std::int64_t operation_id) override {
    return durable<void>(
        [name = std::move(name), operation_id](Unit& unit) { return sqlite::note_highest(unit, name, operation_id); });
  }
  Written<void> note_restorable_days(std::string name, int days) override {
    return ride_along(
        [name = std::move(name), days](Unit& unit) { return sqlite::note_restorable_days(unit, name, days); });
  }
  Written<void> note_error(std::string name, std::string error, core::Time at) override {
    return ride_along([name = std::move(name), error = std::move(error), at](Unit& unit) {
      return sqlite::note_error(unit, name, error, at);
    });
  }
  Written<void> note_hindrance(std::string name, Hindrance hindrance) override {
    return ride_along([name = std::move(name), hindrance = std::move(hindrance)](Unit& unit) {
      return sqlite::note_hindrance(unit, name, hindrance);
    });
  }
  Written<void> note_requests(std::string name, std::int64_t day, std::int64_t count) override {
    return ride_along(
        [name = std::move(name), day, count](Unit& unit) { return sqlite::note_requests(unit, name, day, count); });
  }
  Written<void> note_sweep(std::string name, SweepRecord sweep) override {
    return ride_along([name = std::move(name), sweep = std::move(sweep)](Unit& unit) {
      return sqlite::note_sweep(unit, name, sweep);
    });
  }
  Written<void> flush() override {
    return durable<void>([](Unit&) { return Result<void>{}; });
  }

  void on_transition(std::function<void(const core::Transition&)> listener) override {
    writer_->listen(std::move(listener));
  }

 private:
  template <class T>
  Written<T> durable(Mutation<T> mutation) {
    return writer_->write<T>(Urgency::durable, std::move(mutation));
  }
  Written<void> ride_along(Mutation<void> mutation) {
    return writer_->write<void>(Urgency::ride_along, std::move(mutation));
  }

  std::unique_ptr<sqlite::Claim> claim_;  ///< the last to go: nobody else may begin while this one still writes
  std::unique_ptr<sqlite::Connection> reads_;
  sqlite::OpenLoads loads_;
  std::shared_ptr<Writer> writer_;
  sqlite::Meta meta_;
  std::optional<Restoration> restoration_;
};

}  // namespace

// The interface takes it by value: whatever stands behind it may keep it.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
Result<std::unique_ptr<Store>> open_store(OpenSettings settings) {
  auto opened = sqlite::open_files(settings);
  if (!opened) return std::unexpected(opened.error());
  const bool own_thread = settings.as == OpenSettings::As::daemon && !settings.write_on_this_thread;
  return std::make_unique<SqliteStore>(std::move(*opened), settings.now, own_thread);
}

bool daemon_runs(const std::filesystem::path& path) {
  return sqlite::Claim::is_taken(path);
}

void attach(Store& store, support::Clock& clock, boost::asio::any_io_executor executor) {
  dynamic_cast<SqliteStore&>(store).attach(clock, std::move(executor));
}

}  // namespace lethe::store
