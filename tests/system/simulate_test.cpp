// `lethe simulate`: what it prints works as it is.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class Simulate : public testing::Test {
 protected:
  Simulate() { fs::create_directory(temporary()); }

  fs::path temporary() const { return rig_.directory() / "tmp"; }

  /// Starts it on a free port; returns once it listens.
  void start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"simulate", "--listen", "127.0.0.1:0"});
    simulator_ = std::make_unique<Process>(arguments, Environment{{"TMPDIR", temporary()}},
                                           rig_.directory() / "simulate.out", rig_.directory() / "simulate.err");
    ASSERT_TRUE(eventually([this] { return simulator_->out().contains("Ctrl-C") || !simulator_->running(); }));
    ASSERT_TRUE(simulator_->running()) << simulator_->err();
  }

  /// The arguments of the printed command that contains this word.
  std::vector<std::string> printed(const std::string& word) const {
    std::istringstream lines(simulator_->out());
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("  lethe ") || !line.contains(" " + word)) continue;
      std::istringstream words(line.substr(8));
      return {std::istream_iterator<std::string>(words), {}};
    }
    ADD_FAILURE() << "no command with " << word << " in " << simulator_->out();
    return {"--version"};
  }

  Rig rig_;
  std::unique_ptr<Process> simulator_;
};

class SimulateOver : public Simulate, public testing::WithParamInterface<std::string> {};

TEST_P(SimulateOver, lethe_runs_with_the_printed_configuration_as_it_is) {
  std::vector<std::string> arguments{"--time-scale", "20000", "--days", "-1", "--faults", "submit:throttled*1"};
  if (!GetParam().empty()) arguments.push_back(GetParam());
  start(arguments);
  Process daemon(printed("run"), {}, rig_.directory() / "run.out", rig_.directory() / "run.err");
  // The digest key is the last file that a first start makes.
  ASSERT_TRUE(eventually([&] {
    for (const auto& entry : fs::recursive_directory_iterator(temporary())) {
      if (entry.path().filename() == "lethe.db.key") return true;
    }
    return !daemon.running();
  }));
  const auto submitted = rig_.lethe(printed("submit"));
  EXPECT_EQ(submitted.status, 0) << submitted.out << submitted.err << daemon.err();
  EXPECT_THAT(submitted.out, HasSubstr("first-job: deleted"));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);

  const auto told = simulator_->out();
  const auto log = told.substr(told.find("Ctrl-C"));
  for (const std::string line : {"200  token\n", "429  submit   fault: throttled\n", "200  submit 2 keys -> operation ",
                                 " -> Completed / Completed\n"}) {
    EXPECT_THAT(log, HasSubstr(line));
  }
  EXPECT_THAT(log, Not(HasSubstr("first-contact")));
  EXPECT_THAT(log, Not(HasSubstr("secret")));

  simulator_->signal(SIGINT);
  EXPECT_EQ(simulator_->wait(), 0);
  EXPECT_EQ(simulator_->err(), "");
  EXPECT_TRUE(fs::is_empty(temporary()));
}

INSTANTIATE_TEST_SUITE_P(Each, SimulateOver, testing::Values("", "--tls"),
                         [](const auto& given) { return given.param.empty() ? "http" : "tls"; });

TEST_F(Simulate, a_directory_of_ones_own_stays_and_is_not_written_over) {
  const auto place = rig_.directory() / "rehearsal";
  start({"--directory", place, "--tls"});
  simulator_->signal(SIGTERM);
  EXPECT_EQ(simulator_->wait(), 0);
  EXPECT_EQ(fs::status(place / "rehearsal.secret").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  for (const std::string name : {"lethe.toml", "ca.pem", "first-job.toml", "intake"}) {
    EXPECT_TRUE(fs::exists(place / name)) << name;
  }
  EXPECT_TRUE(fs::is_empty(temporary()));
  EXPECT_EQ(rig_.lethe({"--config", place / "lethe.toml", "check", place / "first-job.toml"}).status, 0);

  const auto again = rig_.lethe({"simulate", "--listen", "127.0.0.1:0", "--directory", place});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("isn't empty"));
}

TEST_F(Simulate, the_daemon_and_the_simulator_show_the_same_time_however_late_it_starts) {
  // A hundred thousand times as fast, a second between the two starts would be more than a day.
  const auto place = rig_.directory() / "rehearsal";
  start({"--directory", place, "--time-scale", "100000", "--days", "-1"});
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() - begun > std::chrono::milliseconds{200}; }));
  Process daemon(printed("run"), {}, rig_.directory() / "run.out", rig_.directory() / "run.err");
  ASSERT_TRUE(eventually([&] { return fs::exists(place / "lethe.db.key") || !daemon.running(); }));
  const auto submitted = rig_.lethe(printed("submit"));
  EXPECT_EQ(submitted.status, 0) << submitted.out << submitted.err;
  const auto log = rig_.lethe({"--config", place / "lethe.toml", "log", "first-job", "--json"});
  daemon.signal(SIGTERM);
  daemon.wait();
  // What the simulator heard lies between the intent and the acceptance as the daemon recorded them.
  std::istringstream lines(log.out);
  std::string formed, accepted;
  for (std::string line; std::getline(lines, line);) {
    const auto transition = boost::json::parse(line);
    const std::string to(transition.at("to").as_string());
    const auto second = std::string(transition.at("at").as_string()).substr(0, 19);
    if (to == "submitting") formed = second;
    if (to == "suppressing" && accepted.empty()) accepted = second;
  }
  const auto told = simulator_->out();
  const auto end = told.find("Z  200  submit 2 keys");
  ASSERT_TRUE(end != std::string::npos && end > 19) << told;
  const auto heard = told.substr(end - 19, 19);
  EXPECT_LE(formed, heard);
  EXPECT_LE(heard, accepted);
}

TEST_F(Simulate, a_taken_address_is_one_line_and_leaves_nothing) {
  const auto url = rig_.cloud().url();
  const auto result =
      rig_.lethe({"simulate", "--listen", url.substr(std::string("http://").size())}, {{"TMPDIR", temporary()}});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("in use"));
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1);
  EXPECT_TRUE(fs::is_empty(temporary()));
}

TEST_F(Simulate, wrong_usage_is_status_2) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--days", "0"}, {"--listen", "0.0.0.0:0"}, {"--faults", "any:slient"}, {"--time-scale", "fast"}}) {
    auto all = arguments;
    all.insert(all.begin(), "simulate");
    const auto result = rig_.lethe(all);
    EXPECT_EQ(result.status, 2) << arguments[0] << " " << result.err;
    EXPECT_THAT(result.err, HasSubstr(arguments[0]));
  }
}

}  // namespace
}  // namespace lethe::system_test
