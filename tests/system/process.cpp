#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace lethe::system_test {
namespace {

std::vector<std::string> environment_with(const Environment& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto name = text.substr(0, text.find('='));
    const bool ours = name == "LETHE_CONFIG" || name == "NOTIFY_SOCKET" || name == "JOURNAL_STREAM" ||
                      name == "STATE_DIRECTORY" || added.contains(name);
    if (!ours) result.push_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds within) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Process::Process(const std::vector<std::string>& arguments, const Environment& environment, std::filesystem::path out,
                 std::filesystem::path err, const std::filesystem::path& in)
    : out_(std::move(out)), err_(std::move(err)) {
  auto texts = arguments;
  texts.insert(texts.begin(), LETHE_EXECUTABLE);
  auto variables = environment_with(environment);
  // Everything is made before the fork: other threads run here, so that the child may do system calls only.
  const auto argv = pointers(texts);
  const auto envp = pointers(variables);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int in_fd = open(in.c_str(), O_RDONLY);
  const int out_fd = open(out_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int err_fd = open(err_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(in_fd, 0);
  dup2(out_fd, 1);
  dup2(err_fd, 2);
  execve(LETHE_EXECUTABLE, argv.data(), envp.data());
  _exit(127);
}

Process::~Process() {
  kill();
}

void Process::signal(int number) const {
  if (!status_) ::kill(pid_, number);
}

bool Process::running() {
  if (status_) return false;
  int raw = 0;
  if (waitpid(pid_, &raw, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return false;
}

std::optional<int> Process::wait(std::chrono::milliseconds within) {
  eventually([this] { return !running(); }, within);
  return status_;
}

void Process::kill() {
  signal(SIGKILL);
  wait();
}

}  // namespace lethe::system_test
