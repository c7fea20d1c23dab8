// What the engine's parts share: where they stand on, one account's run-time state, and the health of the store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cloud/client.hpp"
#include "cloud/failure.hpp"
#include "core/backoff.hpp"
#include "core/budget.hpp"
#include "core/schedule.hpp"
#include "core/settings.hpp"
#include "engine/engine.hpp"
#include "store/store.hpp"

namespace lethe::engine {

/// How long after a refused credential or permission the account is tried again: a little more than the 20 min that the
/// token request waits on its own, monotonic clock.
inline constexpr core::Duration probe_interval = std::chrono::minutes{20} + std::chrono::seconds{2};

/// How soon a store that fails is tried again where nothing waits to be written.
inline constexpr core::Duration write_probe_interval = std::chrono::seconds{10};
inline constexpr core::Duration write_again_after = std::chrono::seconds{1};
/// Not that of what was asked to be written.
bool is_the_stores_fault(const store::Error& error);

/// How the sweep of an account stands (engine/sweep.hpp).
struct Sweeping {
  store::SweepRecord record;  ///< as the store has it, or will
  bool running = false;
  std::optional<core::Time> next_look;  ///< absent: to be planned
  core::Time planned_at;
  int failures = 0;                      ///< in a row: times that the list couldn't be read
  int reads = 0;                         ///< of the list
  std::optional<core::Time> read_as_of;  ///< the last read that could be relied on
};

/// An account while the engine runs. What must survive a stop is in the store, not here.
struct Account {
  explicit Account(const core::AccountSettings& account_settings) : settings(account_settings) {}

  const core::AccountSettings& settings;
  std::unique_ptr<cloud::Client> client;
  std::set<core::OperationNumber> polling;  ///< status calls in progress, at most requests_in_flight
  bool submitting = false;                  ///< a submission is in progress
  int calls = 0;                            ///< under way, of whatever class
  core::Pace pace;                          ///< of polls
  std::int64_t uncounted_requests = 0;      ///< made, and not yet given to the store
  std::int64_t counting_requests = 0;       ///< given to the store, and not yet written
  int failures_in_a_row = 0;
  core::Circuit circuit;       ///< failures of the network and the server
  std::string failing_with;    ///< the newest of these, in a sentence
  bool trying = false;         ///< the one call that tries whether the cloud answers again is under way
  int exhausted_in_a_row = 0;  ///< how often the cloud said that the account has sent more than it may
  core::Leave refused;         ///< what hindered something that is due, at the last look
  bool crowded = false;        ///< more polls are due than may start
  store::Hindrance told_hindrance;
  std::int64_t told_budget_of = 0;  ///< the day that the log told of
  bool held = false;                ///< the store has it as waiting or blocked; the next success releases it
  /// What the cloud asked for holds even where the store can't take it, and though a call that was under way goes well.
  std::optional<core::Time> asked_to_wait_until;
  std::optional<core::Time> blocked_until;  ///< credentials or permissions: the next probe
  std::string blocked_why;
  bool block_unrecorded = false;           ///< in the store a wait stands in its place
  bool token_refused = false;              ///< it is blocked because no token is given: a token is the probe
  bool granting = false;                   ///< a wish is being carried out
  core::WishNumber tried_wish;             ///< the last one
  int wish_failures = 0;                   ///< in a row: calls for a wish that gave no answer
  std::optional<core::Time> wishes_after;  ///< no further try before
  std::optional<core::Time> told_paused;   ///< the pause that the log told of
  std::set<core::OperationNumber> told_overdue;
  Sweeping sweeping;
  std::optional<core::Time> stamps_read_at;  ///< the last list call for the time at which the cloud says an end came

  bool asked_to_wait(core::Time now) const {
    return asked_to_wait_until && core::still_waits(*asked_to_wait_until, now);
  }
};

struct Work {
  Parts parts;
  bool stopping = false;
  std::set<std::string, std::less<>> sweeping{};     ///< accounts whose operations are left to the cloud's list now
  std::map<std::string, core::History> histories{};  ///< by account; read and loaded in engine/planning.hpp
  bool store_failing = false;  ///< a write failed for the store's sake: nothing is asked or sent until one succeeds

  core::Time now() const { return parts.clock.now(); }

  /// Waits on the engine's clock.
  boost::asio::awaitable<void> sleep(core::Duration duration) const;

  /// Looks at the error of a write. Says so once when the store can't be written.
  void heed(const store::Error& error);

  /// Asks for a write again and again while the store can't be written, unless a stop comes. For what was seen once and
  /// can't be asked for again.
  template <class Write>
  auto surely(Write write) -> decltype(write()) {
    while (true) {
      auto written = co_await write();
      if (written) {
        store_works();
        co_return written;
      }
      heed(written.error());
      if (!is_the_stores_fault(written.error()) || stopping) co_return written;
      co_await sleep(write_again_after);
    }
  }
  /// A write succeeded: says so where the last one failed.
  void store_works();

  /// Writes the operation and its transition; tries again until the store takes it, because what it says was seen and
  /// can't be asked for again. Gives up (nothing) when another write came first, when the id is another operation's, or
  /// at a stop while the store still fails; the reason is logged and returned.
  /// A `wish` that follows from it is made in the same write.
  boost::asio::awaitable<store::Result<core::Operation>> record_surely(core::Operation operation, std::string cause,
                                                                       std::optional<core::Wish> wish = std::nullopt);

  /// A call of the account went well / failed: the change from one to the other is logged, each failure is noted, and
  /// the account is held or released accordingly.
  boost::asio::awaitable<void> succeeded(Account& account);
  boost::asio::awaitable<void> failed(Account& account, cloud::Failure failure);

  /// Holds the account: waiting (the cloud asked for it) or blocked (a person has to look), with a line in the log.
  boost::asio::awaitable<void> hold(Account& account, core::AccountState state, std::string why,
                                    core::Duration duration);
  /// Records the block that a wait kept from the store.
  boost::asio::awaitable<void> record_block(Account& account);
  /// The account has sent more than it may: a long pause, longer each time in a row, and an alarm.
  boost::asio::awaitable<void> pause_exhausted(Account& account, std::string why);
  /// Back to ready where it was waiting or blocked.
  boost::asio::awaitable<void> release(Account& account);
};

}  // namespace lethe::engine
