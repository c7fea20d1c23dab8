// What the tests of the store share: a loop, a clock that is moved by hand, a store on a file system in memory, and the
// plain values that they write.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "simulation/memory_vfs.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"

namespace lethe::store::testing {

inline constexpr core::Time noon{std::chrono::milliseconds{1'795'000'000'000}};

/// Stands still until it is moved.
class ManualClock final : public support::Clock {
 public:
  core::Time now() const override { return now_; }
  core::Duration monotonic() const override { return now_ - noon; }
  std::unique_ptr<support::Timer> make_timer(boost::asio::any_io_executor executor) override;
  void advance(core::Duration duration);
  std::size_t waiting() const { return waiting_.size(); }

 private:
  class ManualTimer;
  core::Time now_ = noon;
  std::set<ManualTimer*> waiting_;
};

/// A write that was asked for and isn't awaited yet.
template <class T>
class Asked {
 public:
  bool done() const { return slot_->has_value(); }
  const Result<T>& result() const { return slot_->value(); }

 private:
  template <class U>
  friend Asked<U> ask(boost::asio::io_context& loop, Written<U> write);
  std::shared_ptr<std::optional<Result<T>>> slot_ = std::make_shared<std::optional<Result<T>>>();
};

template <class T>
Asked<T> ask(boost::asio::io_context& loop, Written<T> write) {
  Asked<T> asked;
  auto keep = [slot = asked.slot_](std::exception_ptr thrown, Result<T> result) {
    if (thrown) std::rethrow_exception(thrown);
    slot->emplace(std::move(result));
  };
  boost::asio::co_spawn(loop, std::move(write), std::move(keep));
  return asked;
}

/// Runs the loop until the write is through.
template <class T>
Result<T> await(boost::asio::io_context& loop, Written<T> write) {
  const Asked<T> asked = ask(loop, std::move(write));
  loop.restart();
  while (!asked.done()) {
    if (loop.run_one() == 0) throw std::logic_error("the loop ran out of work before the write was through");
  }
  return asked.result();
}

/// The value, or a failed test that says why there is none.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error("unexpected failure: " + result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
Error::Kind kind_of(const Result<T>& result) {
  if (result) throw std::runtime_error("a failure was expected");
  return result.error().kind;
}

/// One process: a loop, and a store that was opened on it.
class Process {
 public:
  Process(OpenSettings settings, ManualClock& clock);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  boost::asio::io_context& loop() { return loop_; }

  template <class T>
  Result<T> run(Written<T> write) {
    return await(loop_, std::move(write));
  }
  template <class T>
  Asked<T> start(Written<T> write) {
    return ask(loop_, std::move(write));
  }
  /// Whatever can be done without the clock.
  void settle();
  /// Lets go of the store, as at the end of a process.
  void close();

  /// A job under this id, accepted with its contacts.
  core::Job submit(core::Job job, std::vector<std::string> contacts);
  core::Job submit(std::string id, std::int64_t contacts);
  /// The next operation of these slices, as the engine forms it.
  Result<core::Operation> form(std::vector<Slice> slices, core::Time at = noon);
  /// Records `operation` as being in `state` now.
  Result<core::Operation> move(core::Operation operation, core::State state, core::Time at = noon,
                               std::string cause = "moved");
  std::vector<core::Transition> transitions(TransitionFilter filter = {});

 private:
  boost::asio::io_context loop_{1};
  std::unique_ptr<Store> store_;
};

TransitionFilter of_job(core::JobNumber job);
TransitionFilter of_operation(core::OperationNumber operation);
TransitionFilter after(std::int64_t seq);
TransitionFilter since(core::Time time);

core::Job a_job(std::string id, std::int64_t contacts);
core::Job a_list_job(std::string id);
core::Operation an_operation(std::int64_t contacts, core::Time at = noon);
std::vector<std::string> some_contacts(std::int64_t count, const std::string& prefix = "contact-");
/// Accepted by the cloud under this operationID.
core::Operation accepted(core::Operation operation, std::int64_t operation_id, core::Time at = noon);

/// Recomputes every link; a failed expectation where one doesn't fit.
void expect_whole_chain(const std::vector<core::Transition>& transitions);

/// A daemon's store on a file system in memory, written on the loop's thread.
class StoreTest : public ::testing::Test {
 protected:
  static OpenSettings in_memory(const simulation::MemoryVfs& files);
  /// Ends the process and begins another one on the same files.
  void reopen();

  simulation::MemoryVfs files_{"store-test"};
  ManualClock clock_;
  std::unique_ptr<Process> store_ = std::make_unique<Process>(in_memory(files_), clock_);
};

/// A folder on the machine's file system for the time of a test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

OpenSettings daemon_on(const std::filesystem::path& path);
OpenSettings command_on(const std::filesystem::path& path);

}  // namespace lethe::store::testing
