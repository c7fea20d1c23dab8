#include "store/sqlite/writer.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <stdexcept>

namespace lethe::store::sqlite {

namespace {

constexpr std::chrono::seconds longest_gathering{1};

core::Duration monotonic() {
  return std::chrono::floor<core::Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

/// Applies one write in a savepoint of its own. An error: the whole transaction is lost.
Result<void> apply(Unit& unit, Write& write) {
  const std::size_t recorded = unit.recorded.size();
  Savepoint savepoint(unit.db);
  if (!savepoint.begun()) return savepoint.begun();
  Result<void> applied = write.apply(unit);
  if (applied) return savepoint.release();
  unit.recorded.resize(recorded);
  // SQLite undoes everything itself when it finds no room for a page, or can't read one.
  return unit.db.in_transaction() ? Result<void>{} : applied;
}

/// Applies and commits all; an error: nothing is stored.
Result<void> commit_all(Unit& unit, const std::vector<std::unique_ptr<Write>>& batch) {
  WriteTransaction transaction(unit.db);
  if (!transaction.begun()) return transaction.begun();
  for (const auto& write : batch) {
    if (auto applied = apply(unit, *write); !applied) return applied;
  }
  return transaction.commit();
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, core::Time opened_at, bool own_thread)
    : connection_(std::move(connection)),
      opened_at_(opened_at),
      opened_monotonic_(monotonic()),
      thread_(own_thread ? std::make_unique<boost::asio::thread_pool>(1) : nullptr) {}

Writer::~Writer() = default;

void Writer::attach(support::Clock& clock, boost::asio::any_io_executor executor) {
  clock_ = &clock;
  executor_ = std::move(executor);
  tasks_ = std::make_unique<support::TaskGroup>(executor_,
                                                [](std::exception_ptr bug) { std::rethrow_exception(std::move(bug)); });
}

core::Time Writer::real_now() const {
  return opened_at_ + (monotonic() - opened_monotonic_);
}

const boost::asio::any_io_executor& Writer::executor() const {
  if (clock_ == nullptr) throw std::logic_error("a store is written to before attach()");
  return executor_;
}

void Writer::add(Urgency urgency, std::unique_ptr<Write> write) {
  pending_.push_back(std::move(write));
  if (urgency != Urgency::ride_along) {
    commit_wanted_ = true;
    start();
  } else if (!commit_wanted_) {
    gather();
  }
}

void Writer::start() {
  if (busy_) return;
  busy_ = true;
  // Not at once: what the same turn of the loop still asks for goes into the same commit.
  boost::asio::post(executor_, [self = shared_from_this()] { self->hand_over(); });
}

void Writer::hand_over() {
  Batch batch = std::exchange(pending_, {});
  commit_wanted_ = false;
  if (gathering_ != nullptr) gathering_->wake();
  if (!thread_ || !connection_) {
    const auto recorded = commit(batch);
    finish(batch, recorded);
    return;
  }
  boost::asio::post(*thread_, [self = shared_from_this(), batch = std::move(batch)]() mutable {
    auto recorded = self->commit(batch);
    auto back = [self, batch = std::move(batch), recorded = std::move(recorded)] { self->finish(batch, recorded); };
    boost::asio::post(self->executor_, std::move(back));
  });
}

std::vector<core::Transition> Writer::commit(Batch& batch) {
  if (!connection_) {
    for (const auto& write : batch)
      write->fail({Error::Kind::io, "the store is closed; nothing more is written to it"});
    return {};
  }
  Unit unit{.db = *connection_, .real_now = real_now(), .recorded = {}};
  auto committed = set_syncing(batch);
  if (committed) committed = commit_all(unit, batch);
  if (committed && newest_ && !unit.recorded.empty()) newest_->write(unit.recorded.back().seq);
  if (committed) {
    for (const auto& work : unit.afterwards) work(*connection_);
    return std::move(unit.recorded);
  }
  for (const auto& write : batch) write->fail(committed.error());
  return {};
}

/// In WAL mode a commit with `NORMAL` doesn't wait for the disk, and the next one with `FULL` makes it durable with
/// itself, since they lie in one file. Each checkpoint waits, so a load makes do with few.
Result<void> Writer::set_syncing(const Batch& batch) {
  constexpr const char* durable = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000";
  constexpr const char* loading = "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 6000";
  const bool wanted = std::ranges::any_of(batch, &Write::synced);
  if (wanted == syncing_) return {};
  if (auto set = connection_->execute(wanted ? durable : loading); !set) return set;
  syncing_ = wanted;
  return {};
}

void Writer::finish(const Batch& batch, const std::vector<core::Transition>& recorded) {
  busy_ = false;
  if (commit_wanted_) start();
  for (const core::Transition& transition : recorded) {
    for (const Listener& listener : listeners_) listener(transition);
  }
  for (const auto& write : batch) write->complete();
}

void Writer::gather() {
  if (gathering_ != nullptr) return;
  std::unique_ptr<support::Timer> timer = clock_->make_timer(executor_);
  gathering_ = timer.get();
  tasks_->spawn(commit_after(std::move(timer), shared_from_this()));
}

/// `self` keeps the writer until the timer has let go.
boost::asio::awaitable<void> Writer::commit_after(std::unique_ptr<support::Timer> timer, std::shared_ptr<Writer> self) {
  if (connection_ != nullptr) co_await timer->wait_until(clock_->now() + longest_gathering);
  gathering_ = nullptr;
  if (pending_.empty()) co_return;
  commit_wanted_ = true;
  start();
}

void Writer::close() {
  if (thread_) thread_->join();
  listeners_.clear();
  if (!pending_.empty()) {
    Batch batch = std::exchange(pending_, {});
    (void)commit(batch);
    boost::asio::post(executor_,
                      [self = shared_from_this(), batch = std::move(batch)]() mutable { self->finish(batch, {}); });
  }
  if (gathering_ != nullptr) gathering_->wake();
  connection_.reset();
}

}  // namespace lethe::store::sqlite
