// Several processes on one store: stores of one process and, where it matters, real ones.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;

class Processes : public ::testing::Test {
 protected:
  Folder folder_;
  std::filesystem::path path_ = folder_ / "lethe.db";
  ManualClock clock_;
};

int wait_for(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST_F(Processes, daemon_of_another_process_is_refused_and_a_command_is_not) {
  must(open_store(daemon_on(path_)));
  const auto claim = must(open_store(daemon_on(path_)));
  const pid_t child = ::fork();
  if (child == 0) {
    const auto daemon = open_store(daemon_on(path_));
    const bool refused = !daemon && daemon.error().kind == Error::Kind::claimed;
    const bool opened = open_store(command_on(path_)).has_value();
    ::_exit(refused && opened ? 0 : 1);
  }
  EXPECT_EQ(wait_for(child), 0);
}

TEST_F(Processes, daemon_and_command_write_by_turns_into_one_chain) {
  Process daemon(daemon_on(path_), clock_);
  Process command(command_on(path_), clock_);
  for (int round = 0; round < 20; ++round) {
    const std::string id = std::to_string(round);
    const auto seen = must(daemon->data_version());
    const core::Job job = command.submit("by-command-" + id, 1);
    EXPECT_NE(must(daemon->data_version()), seen);
    core::Operation operation = must(daemon.form({{job.number, 0, 1}}));
    const auto paused = daemon.start(daemon->set_account_state("acme", core::AccountState::blocked, "round " + id, {}));
    command.submit("other-" + id, 1);
    must(daemon.move(operation, State::rejected));
    EXPECT_TRUE(paused.done());
    EXPECT_EQ(must(command->job(job.number)).state, State::rejected);
    EXPECT_EQ(kind_of(command.move(operation, State::failed)), Error::Kind::stale);
  }
  EXPECT_EQ(daemon.transitions().size(), 80u);
  expect_whole_chain(command.transitions());
}

/// Submits jobs until it is killed, and says each number once it is acknowledged.
[[noreturn]] void submit_for_ever(const std::filesystem::path& path, int acknowledged) {
  ManualClock clock;
  Process process(daemon_on(path), clock);
  for (int number = 0;; ++number) {
    process.submit("job-" + std::to_string(number), 100);
    if (::write(acknowledged, &number, sizeof number) != sizeof number) ::_exit(1);
  }
}

TEST_F(Processes, killed_daemon_has_lost_nothing_it_acknowledged) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) submit_for_ever(path_, pipe[1]);
  ::close(pipe[1]);
  int last = -1;
  int number = 0;
  while (last < 30 && ::read(pipe[0], &number, sizeof number) == sizeof number) last = number;
  ::kill(child, SIGKILL);
  EXPECT_TRUE(WIFSIGNALED(wait_for(child)));
  while (::read(pipe[0], &number, sizeof number) == sizeof number) last = number;
  ::close(pipe[0]);
  ASSERT_GE(last, 30);

  Process process(daemon_on(path_), clock_);
  for (int known = 0; known <= last; ++known) EXPECT_TRUE(must(process->job("job-" + std::to_string(known)))) << known;
  EXPECT_GE(process.transitions().size(), static_cast<std::size_t>(last) + 1);
  expect_whole_chain(process.transitions());
}

}  // namespace
}  // namespace lethe::store::testing
