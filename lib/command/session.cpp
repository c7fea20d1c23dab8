#include "command/session.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <stdexcept>

#include "command/owner.hpp"
#include "support/task_group.hpp"

namespace lethe::command {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace

std::filesystem::path configuration_file(const std::optional<std::filesystem::path>& given) {
  if (given) return *given;
  return environment("LETHE_CONFIG").value_or("/etc/lethe/lethe.toml");
}

Outcome<core::Settings> read_settings(const std::filesystem::path& file) {
  auto draft = draft_settings(file);
  if (!draft.faults.empty()) return std::unexpected(failure(ExitStatus::configuration, draft.faults));
  return std::move(draft.settings);
}

config::Draft draft_settings(const std::filesystem::path& file) {
  return config::draft_config(file, {environment("STATE_DIRECTORY")});
}

Outcome<support::DigestKey> digest_key(const core::Settings& settings) {
  const auto key = support::load_digest_key(support::digest_key_path(settings.store_path), false);
  if (!key) return std::unexpected(failure(ExitStatus::configuration, std::vector{key.error()}));
  return *key;
}

core::Time real_now() {
  return std::chrono::floor<core::Duration>(std::chrono::system_clock::now());
}

std::unique_ptr<support::Clock> clock_of(const store::Store& store) {
  const auto& scale = store.time_scale();
  if (scale.factor == 1) return support::make_system_clock();
  return support::make_scaled_clock(scale.factor, scale.epoch, scale.real_epoch);
}

void perform(boost::asio::io_context& loop, boost::asio::awaitable<void> work) {
  std::exception_ptr bug;
  support::TaskGroup tasks(loop.get_executor(), [&bug](std::exception_ptr thrown) { bug = std::move(thrown); });
  tasks.spawn(std::move(work));
  loop.restart();
  // Others may have work on this loop that doesn't end, so it isn't run until it is idle.
  while (tasks.running() > 0) {
    if (loop.run_one() == 0) throw std::logic_error("a task waits for something that nobody will do");
  }
  if (bug) std::rethrow_exception(bug);
}

Session::Session(core::Settings settings, std::unique_ptr<store::Store> store)
    : settings_(std::move(settings)), clock_(clock_of(*store)), store_(std::move(store)) {
  store::attach(*store_, *clock_, loop_.get_executor());
}

Outcome<std::unique_ptr<Session>> Session::open(core::Settings settings) {
  const auto rights = ActAsOwner::of(settings.store_path);
  if (!rights) return std::unexpected(failure(ExitStatus::configuration, rights.error()));
  store::OpenSettings opening;
  opening.path = settings.store_path;
  opening.as = store::OpenSettings::As::command;
  opening.now = real_now();
  auto store = store::open_store(opening);
  if (!store) return std::unexpected(failure(store.error()));
  return std::unique_ptr<Session>(new Session(std::move(settings), std::move(*store)));
}

}  // namespace lethe::command
