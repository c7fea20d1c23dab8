// A real process of the executable under test, with its output in files.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lethe::system_test {

/// Generous: only a test that fails waits so long.
inline constexpr std::chrono::seconds patience{100};

/// Looks every few milliseconds until it holds or patience ends.
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds within = patience);

std::string read_file(const std::filesystem::path& file);

using Environment = std::map<std::string, std::string>;

class Process {
 public:
  /// `environment` is set on top of the tester's own, without LETHE_CONFIG and the variables of systemd.
  Process(const std::vector<std::string>& arguments, const Environment& environment, std::filesystem::path out,
          std::filesystem::path err, const std::filesystem::path& in = "/dev/null");
  ~Process();  ///< kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  bool running();
  /// The exit status, 128 and the signal's number, or nothing when it still runs after `within`.
  std::optional<int> wait(std::chrono::milliseconds within = patience);
  /// Kills it the hard way and waits until it is gone.
  void kill();
  std::string out() const { return read_file(out_); }
  std::string err() const { return read_file(err_); }

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
  std::filesystem::path out_;
  std::filesystem::path err_;
};

}  // namespace lethe::system_test
