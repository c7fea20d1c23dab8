// Gathers writes and commits them together: as many in one transaction as were asked for while the last one ran.
//
// All members are called on the loop's thread. With a thread of its own only the batch under way is there, handed over
// and back by post; nothing else is shared.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "store/sqlite/mutations.hpp"
#include "store/sqlite/newest_mark.hpp"
#include "support/clock.hpp"
#include "support/task_group.hpp"

namespace lethe::store::sqlite {

/// One write that somebody awaits.
class Write {
 public:
  explicit Write(bool synced) : synced_(synced) {}
  virtual ~Write() = default;
  /// It must survive a crash of the machine once it is committed.
  bool synced() const { return synced_; }
  /// Within a savepoint, on the writer's thread. Failed: what it did is to be undone.
  virtual Result<void> apply(Unit& unit) = 0;
  /// Nothing of it is stored, whatever apply() said.
  virtual void fail(const Error& error) = 0;
  /// Gives the result to the one who awaits, on the loop's thread; the last call.
  virtual void complete() = 0;

 private:
  bool synced_;
};

template <class T>
using Mutation = std::function<Result<T>(Unit&)>;

template <class T, class Handler>
class AwaitedWrite final : public Write {
 public:
  AwaitedWrite(bool synced, Mutation<T> mutation, Handler handler, const boost::asio::any_io_executor& fallback)
      : Write(synced),
        mutation_(std::move(mutation)),
        work_(boost::asio::get_associated_executor(handler, fallback)),
        handler_(std::move(handler)) {}

  Result<void> apply(Unit& unit) override {
    result_.emplace(mutation_(unit));
    if (!*result_) return std::unexpected(result_->error());
    return {};
  }
  void fail(const Error& error) override { result_.emplace(std::unexpected(error)); }
  void complete() override {
    auto resume = [handler = std::move(handler_), result = std::move(*result_)]() mutable {
      std::move(handler)(std::move(result));
    };
    boost::asio::dispatch(work_.get_executor(), std::move(resume));
    work_.reset();
  }

 private:
  using Executor = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;

  Mutation<T> mutation_;
  boost::asio::executor_work_guard<Executor> work_;  ///< the loop runs on while a commit is under way
  Handler handler_;
  std::optional<Result<T>> result_;
};

enum class Urgency : std::uint8_t {
  durable,     ///< committed as soon as the writer is idle
  unsynced,    ///< the same, but only a durable one behind it makes it survive a crash of the machine
  ride_along,  ///< may wait for a durable one, or for a second of the clock
};

class Writer : public std::enable_shared_from_this<Writer> {
 public:
  using Listener = std::function<void(const core::Transition&)>;

  /// `opened_at`: the real time now. `own_thread`: the connection is used on a thread of its own.
  Writer(std::unique_ptr<Connection> connection, core::Time opened_at, bool own_thread);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Before the first write. The clock and what the executor belongs to outlive the writer.
  void attach(support::Clock& clock, boost::asio::any_io_executor executor);
  /// Says beside the store how far it has come.
  void mark_with(NewestMark mark) { newest_.emplace(std::move(mark)); }
  const std::optional<NewestMark>& newest() const { return newest_; }
  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }
  /// Of the machine, as the age of loads is told in.
  core::Time real_now() const;
  /// Commits what was asked for, and lets go of the connection. Those who await are told as long as the loop runs.
  void close();

  template <class T>
  Written<T> write(Urgency urgency, Mutation<T> mutation) {
    auto start = [self = shared_from_this(), urgency](auto handler, Mutation<T> wanted) {
      using Handler = decltype(handler);
      self->add(urgency, std::make_unique<AwaitedWrite<T, Handler>>(urgency != Urgency::unsynced, std::move(wanted),
                                                                    std::move(handler), self->executor()));
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
        std::move(start), boost::asio::use_awaitable, std::move(mutation));
  }

 private:
  using Batch = std::vector<std::unique_ptr<Write>>;

  const boost::asio::any_io_executor& executor() const;
  void add(Urgency urgency, std::unique_ptr<Write> write);
  void start();
  void hand_over();
  std::vector<core::Transition> commit(Batch& batch);
  Result<void> set_syncing(const Batch& batch);
  void finish(const Batch& batch, const std::vector<core::Transition>& recorded);
  void gather();
  boost::asio::awaitable<void> commit_after(std::unique_ptr<support::Timer> timer, std::shared_ptr<Writer> self);

  std::unique_ptr<Connection> connection_;  ///< belongs to the batch under way while there is one
  std::optional<NewestMark> newest_;
  core::Time opened_at_;
  core::Duration opened_monotonic_;
  std::unique_ptr<boost::asio::thread_pool> thread_;
  support::Clock* clock_ = nullptr;
  boost::asio::any_io_executor executor_;
  std::unique_ptr<support::TaskGroup> tasks_;
  std::vector<Listener> listeners_;
  Batch pending_;
  bool syncing_ = true;                  ///< each commit waits for the disk; belongs to the batch under way too
  bool commit_wanted_ = false;           ///< what is pending has gathered long enough
  bool busy_ = false;                    ///< a batch is under way, or about to be
  support::Timer* gathering_ = nullptr;  ///< the timer of the ride-along writes that are pending
};

}  // namespace lethe::store::sqlite
