// play_lives [--from N] [--seeds N] [--jobs N] [--first]: lives by the thousand, on all cores, with progress; what
// `./dev simulate` runs. Exit status 1: a life broke a promise; its message says how to replay it.
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <limits>
#include <new>
#include <thread>
#include <vector>

#include "simulation/life.hpp"

namespace {

using lethe::simulation::LifeReport;
using lethe::simulation::Tally;

struct Wanted {
  std::uint64_t from = 1;
  std::uint64_t seeds = 1'000;
  std::uint64_t jobs = std::max(1U, std::thread::hardware_concurrency());
  bool first = false;  ///< stop at the first life that breaks a promise
};

/// What a worker tells of a life: small enough for a pipe to take it whole.
struct News {
  std::uint64_t seed;
  Tally tally;
  bool kept;
};
static_assert(sizeof(News) <= PIPE_BUF);

Wanted read_arguments(int argc, char** argv) {
  Wanted wanted;
  CLI::App app("Plays lives of whole installations against the simulated cloud");
  app.add_option("--from", wanted.from, "the first seed");
  app.add_option("--seeds", wanted.seeds, "how many");
  app.add_option("--jobs", wanted.jobs, "processes at a time")->check(CLI::Range(1, 1024));
  app.add_flag("--first", wanted.first, "stop at the first seed that breaks a promise");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? 0 : 2);
  }
  return wanted;
}

/// The place of the lowest seed that broke a promise, in memory that all workers share.
std::atomic<std::uint64_t>& make_lowest_broken() {
  void* shared =
      mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) std::exit(2);
  return *new (shared) std::atomic<std::uint64_t>(std::numeric_limits<std::uint64_t>::max());
}

void lower(std::atomic<std::uint64_t>& lowest, std::uint64_t place) {
  std::uint64_t known = lowest;
  while (place < known && !lowest.compare_exchange_weak(known, place)) {
  }
}

/// Every jobs-th seed. A process each: the environment and SQLite's file systems are the process's own.
void work(const Wanted& wanted, std::uint64_t number, int pipe, std::atomic<std::uint64_t>& lowest_broken) {
  for (std::uint64_t i = number; i < wanted.seeds; i += wanted.jobs) {
    if (wanted.first && i > lowest_broken) return;
    const LifeReport report = lethe::simulation::live(wanted.from + i);
    if (!report.faults.empty()) fmt::print(stderr, "{}", lethe::simulation::report_failure(report));
    const News news{report.seed, report.tally, report.faults.empty()};
    if (write(pipe, &news, sizeof news) != sizeof news) _exit(2);
    if (!report.faults.empty()) lower(lowest_broken, i);
  }
}

class Show {
 public:
  explicit Show(const Wanted& wanted) : wanted_(wanted) {}

  void hear(const News& news) {
    tally_.add(news.tally);
    played_ += 1;
    if (!news.kept) broken_.push_back(news.seed);
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_ < std::chrono::seconds{10}) return;
    shown_ = now;
    fmt::print(stderr, "{} of {} seeds, {} broke a promise\n", played_, wanted_.seeds, broken_.size());
  }

  int finish() const {
    fmt::print("seeds {} to {}: {}\n", wanted_.from, wanted_.from + wanted_.seeds - 1, tally_.in_words());
    if (broken_.empty() && played_ == wanted_.seeds) return 0;
    if (broken_.empty()) fmt::print("only {} of {} lives came to an end\n", played_, wanted_.seeds);
    if (!broken_.empty()) {
      fmt::print("{} broke a promise, the first: {}\n", broken_.size(), *std::ranges::min_element(broken_));
    }
    return 1;
  }

 private:
  Wanted wanted_;
  Tally tally_;
  std::uint64_t played_ = 0;
  std::vector<std::uint64_t> broken_;
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

}  // namespace

int main(int argc, char** argv) {
  const Wanted wanted = read_arguments(argc, argv);
  std::atomic<std::uint64_t>& lowest_broken = make_lowest_broken();
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return 2;
  for (std::uint64_t number = 0; number < wanted.jobs; ++number) {
    const pid_t child = fork();
    if (child < 0) return 2;
    if (child > 0) continue;
    close(ends[0]);
    work(wanted, number, ends[1], lowest_broken);
    _exit(0);
  }
  close(ends[1]);
  Show show(wanted);
  News news{};
  while (read(ends[0], &news, sizeof news) == sizeof news) show.hear(news);
  while (wait(nullptr) > 0) {
  }
  return show.finish();
}
