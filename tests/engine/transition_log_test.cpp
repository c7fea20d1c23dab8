#include "engine/transition_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"
#include "support/task_group.hpp"

namespace lethe::engine {
namespace {

namespace asio = boost::asio;

/// A store, opened as the daemon does and once more as a command does.
class TransitionLogTest : public testing::Test {
 protected:
  TransitionLogTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lethe-transition-log-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    daemon_ = open(store::OpenSettings::As::daemon);
    command_ = open(store::OpenSettings::As::command);
    log_ = report::make_log(written_, core::LogFormat::json, core::LogLevel::info, [] { return core::Time{}; });
  }
  ~TransitionLogTest() override {
    command_.reset();
    daemon_.reset();
    std::filesystem::remove_all(folder_);
  }

  void accept(store::Store& store, const std::string& id) {
    asio::io_context& loop = loop_;
    loop.restart();
    support::TaskGroup tasks(loop.get_executor(), [](std::exception_ptr bug) { std::rethrow_exception(bug); });
    tasks.spawn([](store::Store& into, std::string name) -> asio::awaitable<void> {
      const auto load = co_await into.begin_load();
      std::vector<std::string> contacts{"a"};
      co_await into.append(*load, std::move(contacts));
      core::Job job;
      job.id = name;
      job.account = "acme";
      job.contacts = 1;
      job.digest = "00";
      const auto accepted = co_await into.accept(*load, job);
      EXPECT_TRUE(accepted && accepted->accepted);
    }(store, id));
    while (tasks.running() > 0) loop.run_one();
  }

  /// The ids in the log, in its order.
  std::vector<std::string> logged() const {
    std::vector<std::string> ids;
    std::istringstream lines(written_.str());
    for (std::string line; std::getline(lines, line);) {
      const auto begin = line.find("\"jobs\":[\"") + 9;
      ids.push_back(line.substr(begin, line.find('"', begin) - begin));
    }
    return ids;
  }

  std::unique_ptr<store::Store> daemon_;
  std::unique_ptr<store::Store> command_;
  std::unique_ptr<report::Log> log_;

 private:
  std::unique_ptr<store::Store> open(store::OpenSettings::As as) {
    store::OpenSettings settings;
    settings.path = folder_ / "lethe.db";
    settings.as = as;
    settings.write_on_this_thread = true;
    auto opened = store::open_store(settings);
    if (!opened) throw std::runtime_error(opened.error().what);
    store::attach(**opened, *clock_, loop_.get_executor());
    return std::move(*opened);
  }

  std::filesystem::path folder_;
  asio::io_context loop_;
  std::unique_ptr<support::Clock> clock_ = support::make_system_clock();
  std::ostringstream written_;
};

TEST_F(TransitionLogTest, what_another_process_recorded_is_caught_up_with_once) {
  TransitionLog transitions(*daemon_, *log_);
  accept(*command_, "submitted");
  EXPECT_THAT(logged(), testing::IsEmpty());
  transitions.catch_up();
  transitions.catch_up();
  EXPECT_THAT(logged(), testing::ElementsAre("submitted"));
}

TEST_F(TransitionLogTest, a_commit_of_its_own_comes_after_what_others_recorded_before) {
  TransitionLog transitions(*daemon_, *log_);
  daemon_->on_transition([&](const core::Transition& step) { transitions.committed(step); });
  accept(*command_, "first");
  accept(*daemon_, "second");
  transitions.catch_up();
  EXPECT_THAT(logged(), testing::ElementsAre("first", "second"));
}

TEST_F(TransitionLogTest, an_earlier_life_is_not_told_again) {
  accept(*daemon_, "earlier");
  TransitionLog transitions(*daemon_, *log_);
  transitions.catch_up();
  EXPECT_THAT(logged(), testing::IsEmpty());
}

}  // namespace
}  // namespace lethe::engine
