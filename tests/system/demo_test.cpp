// What a newcomer sees first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>
#include <string>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

TEST(Demo, every_job_ends_as_it_is_to_and_stays_to_be_looked_at) {
  Rig rig;
  const auto place = rig.directory() / "demo";
  const auto temporary = rig.directory() / "tmp";
  fs::create_directory(temporary);
  const auto demo = rig.lethe({"demo", "--keep", place}, {{"TMPDIR", temporary}});
  EXPECT_EQ(demo.status, 0) << demo.out << demo.err;
  EXPECT_EQ(demo.err, "");
  for (const std::string word : {"deleted", "restricted", "restored", "rejected", "lethe --config"}) {
    EXPECT_THAT(demo.out, HasSubstr(word));
  }
  EXPECT_THAT(demo.out, Not(HasSubstr("NO: ")));
  EXPECT_TRUE(fs::is_empty(temporary));

  const auto jobs = rig.lethe({"--config", place / "lethe.toml", "jobs", "--json"});
  EXPECT_EQ(jobs.status, 0) << jobs.err;
  EXPECT_EQ(boost::json::parse(jobs.out).as_array().size(), 6U);
  EXPECT_EQ(rig.lethe({"--config", place / "lethe.toml", "show", "keys"}).status, 0);
  EXPECT_EQ(rig.lethe({"demo", "--keep", place}).status, 1) << "it isn't empty any more";
}

TEST(Demo, interrupted_it_leaves_nothing_behind) {
  Rig rig;
  const auto temporary = rig.directory() / "tmp";
  fs::create_directory(temporary);
  Process demo({"demo"}, {{"TMPDIR", temporary}}, rig.directory() / "demo.out", rig.directory() / "demo.err");
  ASSERT_TRUE(eventually([&] { return demo.out().find("suppression begins") != std::string::npos; }))
      << demo.out() << demo.err();
  EXPECT_FALSE(fs::is_empty(temporary));
  demo.signal(SIGINT);
  EXPECT_EQ(demo.wait(), 1);
  EXPECT_TRUE(fs::is_empty(temporary));
}

/// The demo on a terminal of the test.
class DemoOnTerminal {
 public:
  DemoOnTerminal(const fs::path& temporary, unsigned short columns) {
    winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (pid_ != 0) return;
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    setenv("LC_ALL", "C", 1);
    setenv("TMPDIR", temporary.c_str(), 1);
    execl(LETHE_EXECUTABLE, LETHE_EXECUTABLE, "demo", nullptr);
    _exit(127);
  }
  ~DemoOnTerminal() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(terminal_);
  }
  DemoOnTerminal(const DemoOnTerminal&) = delete;
  DemoOnTerminal& operator=(const DemoOnTerminal&) = delete;

  void resize(unsigned short columns) const {
    winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    ioctl(terminal_, TIOCSWINSZ, &size);
  }
  void press_control_c() const { EXPECT_EQ(write(terminal_, "\x03", 1), 1); }
  /// Reads what it shows until that holds `text`; what came before is forgotten.
  bool shows(const std::string& text) {
    return eventually([&] {
      read_some();
      const auto at = shown_.find(text);
      if (at == std::string::npos) return false;
      shown_.erase(0, at);
      return true;
    });
  }
  bool has(const std::string& text) {
    read_some();
    return shown_.find(text) != std::string::npos;
  }
  /// The longest line of the picture that is under way.
  std::size_t widest() const {
    std::size_t widest = 0;
    std::istringstream lines(shown_);
    for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.find_first_of("\x1b\r"));
    return widest;
  }
  /// The exit status; reads on meanwhile, or the process would wait for its reader.
  int end() {
    int status = -1;
    EXPECT_TRUE(eventually([&] {
      read_some();
      return waitpid(pid_, &status, WNOHANG) == pid_;
    }));
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  void read_some() {
    pollfd readable{.fd = terminal_, .events = POLLIN, .revents = 0};
    std::array<char, 4096> bytes{};
    while (poll(&readable, 1, 0) == 1) {
      const auto count = read(terminal_, bytes.data(), bytes.size());
      if (count <= 0) return;
      shown_.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }

  int terminal_ = -1;
  pid_t pid_ = -1;
  std::string shown_;
};

TEST(Demo, on_a_terminal_it_is_a_picture_that_follows_its_size_and_gives_the_screen_back) {
  Rig rig;
  const auto temporary = rig.directory() / "tmp";
  fs::create_directory(temporary);
  DemoOnTerminal demo(temporary, 100);
  ASSERT_TRUE(demo.shows("\x1b[?1049h")) << "the screen is taken";
  ASSERT_TRUE(demo.shows("another end"));
  demo.resize(50);
  // A frame may have been under way, so it is the second one that has to fit.
  ASSERT_TRUE(demo.shows("\x1b[H"));
  ASSERT_TRUE(demo.shows("another end"));
  ASSERT_TRUE(demo.shows("\x1b[H"));
  ASSERT_TRUE(eventually([&] { return demo.has("another end"); }));
  EXPECT_LE(demo.widest(), 50U);
  EXPECT_GT(demo.widest(), 20U);
  demo.press_control_c();
  ASSERT_TRUE(demo.shows("\x1b[?1049l")) << "the screen is given back";
  EXPECT_EQ(demo.end(), 1);
  EXPECT_TRUE(fs::is_empty(temporary));
}

}  // namespace
}  // namespace lethe::system_test
