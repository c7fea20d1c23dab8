// The daemon as a whole: store, clock, log, accounts, engine, and the real-time watches (the intake directory, other
// processes' writes), composed in order in one place. `lethe run` and `lethe demo` are this and a way to stop it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <ostream>

#include "core/settings.hpp"
#include "report/log.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"

namespace lethe::engine {

struct ServiceOptions {
  double time_scale = 1;  ///< refused unless every account points at loopback
  std::ostream* log = nullptr;
};

class Service {
 public:
  /// Opens the store (making it where there is none) and everything that can be refused before work begins.
  /// The error is one line for stderr with what to do; all of them are exit status 78, but for a full disk (`full`): 1.
  static store::Result<std::unique_ptr<Service>> open(boost::asio::any_io_executor executor, core::Settings settings,
                                                      ServiceOptions options);
  ~Service();
  /// Works until stop(); `ready` is called once, when the work begins.
  boost::asio::awaitable<void> run(std::function<void()> ready);
  void stop();
  /// Takes other settings: exchanges in progress are finished and recorded under the old ones, then work goes on with
  /// the new ones, and `taken` is called. The error says why the old ones stay. Store path, web address, log format and
  /// proxy stay whatever is asked, with a line in the log.
  store::Result<void> reload(core::Settings settings, std::function<void()> taken);
  store::Store& store();
  support::Clock& clock();
  report::Log& log();

 private:
  struct State;
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lethe::engine
