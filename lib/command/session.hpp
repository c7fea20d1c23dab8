// What a command works on: the configuration, the store opened beside a daemon that may be running, and the store's
// clock.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "command/failure.hpp"
#include "config/config.hpp"
#include "core/settings.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"
#include "support/digest.hpp"

namespace lethe::command {

/// `given`, else $LETHE_CONFIG, else /etc/lethe/lethe.toml.
std::filesystem::path configuration_file(const std::optional<std::filesystem::path>& given);

/// Every fault at once, as exit status 78.
Outcome<core::Settings> read_settings(const std::filesystem::path& file);

/// What can be read of a faulty configuration, and its faults.
config::Draft draft_settings(const std::filesystem::path& file);

/// The clock of a store: the machine's, or that of the rehearsal recorded in it.
std::unique_ptr<support::Clock> clock_of(const store::Store& store);

/// The key of the store's digests, which its first start makes.
Outcome<support::DigestKey> digest_key(const core::Settings& settings);

/// The machine's time, for opening stores.
core::Time real_now();

/// Runs the loop until `work` has ended. What it throws comes out here.
void perform(boost::asio::io_context& loop, boost::asio::awaitable<void> work);

/// The same for work that gives something back.
template <class T>
T perform(boost::asio::io_context& loop, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  const auto keep = [](boost::asio::awaitable<T> wanted, std::optional<T>& place) -> boost::asio::awaitable<void> {
    auto value = co_await std::move(wanted);
    place = std::move(value);
  };
  perform(loop, keep(std::move(work), result));
  return std::move(result).value();
}

/// The store of a command. Opened with the rights of the store's owner; afterwards the caller's rights are back, since
/// job files and lists may be readable for the caller alone.
class Session {
 public:
  static Outcome<std::unique_ptr<Session>> open(core::Settings settings);

  const core::Settings& settings() const { return settings_; }
  store::Store& store() { return *store_; }
  core::Time now() const { return clock_->now(); }
  boost::asio::io_context& loop() { return loop_; }

 private:
  Session(core::Settings settings, std::unique_ptr<store::Store> store);

  core::Settings settings_;
  boost::asio::io_context loop_;
  std::unique_ptr<support::Clock> clock_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace lethe::command
