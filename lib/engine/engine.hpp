// The event loop's work for all accounts: submit what admission lets go, poll what is due, expire what waited too long.
// Owns no thread, no socket and no clock of its own; the simulation runs it as the daemon does.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cloud/client.hpp"
#include "core/settings.hpp"
#include "report/log.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"
#include "support/digest.hpp"

namespace lethe::engine {

/// `request_made` hears of every request, `held_back` is asked before: see cloud::make_client().
using ClientFactory = std::function<std::unique_ptr<cloud::Client>(
    const core::AccountSettings&, std::function<void()> request_made, std::function<std::string()> held_back)>;

/// What an engine stands on; all of it outlives the engine.
struct Parts {
  const core::Settings& settings;
  store::Store& store;
  support::Clock& clock;
  report::Log& log;
  boost::asio::any_io_executor executor;
  ClientFactory make_client;
  support::DigestKey digest_key{};  ///< of the index of contacts
  bool first = true;                ///< of this run: it tells what a restored copy has forgotten
};

class Engine {
 public:
  explicit Engine(Parts parts);
  ~Engine();  ///< run() has returned by then
  /// Settles what an earlier stop left in `submitting` (it becomes `unconfirmed`), then works until stop().
  /// Returns when every exchange in progress was finished and recorded.
  boost::asio::awaitable<void> run();
  void stop();
  /// A job arrived, or another process wrote to the store: look again now.
  void wake();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lethe::engine
