#include "command/demo.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "command/demo_script.hpp"
#include "command/demo_view.hpp"
#include "command/scratch_directory.hpp"
#include "command/session.hpp"
#include "command/table.hpp"
#include "command/terminal.hpp"
#include "core/schedule.hpp"
#include "engine/service.hpp"
#include "intake/intake.hpp"
#include "intake/job_file.hpp"
#include "simulator/server.hpp"
#include "support/digest.hpp"
#include "support/task_group.hpp"

namespace lethe::command {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds watch_interval{50};
constexpr std::chrono::milliseconds frame_interval{100};
constexpr std::size_t most_news = 3;
constexpr std::chrono::seconds patience{120};  ///< real time: about five times what it takes

bool write(const fs::path& file, const std::string& text, bool secret = false) {
  std::ofstream out(file);
  if (secret) fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  out << text;
  out.close();
  return out.good();
}

struct Played {
  DemoJob script;
  core::Job job;
};

/// Everything that runs while the demo runs. Members go in the reverse order of their making.
struct Stage {
  std::ostream& out;
  asio::io_context loop;
  /// From before the directory is made until it is gone: a signal at any time leaves none behind.
  asio::signal_set signals{loop, SIGINT, SIGTERM, SIGHUP};
  std::unique_ptr<ScratchDirectory> directory;
  std::unique_ptr<support::Clock> cloud_clock;
  std::unique_ptr<simulator::Server> cloud;
  std::ofstream log;
  std::unique_ptr<engine::Service> service;
  std::vector<Played> jobs;
  std::unique_ptr<Terminal> terminal;            ///< of the live form
  std::map<std::string, core::Time> suppressed;  ///< by job
  std::vector<std::string> news;                 ///< the latest, for the live form
  core::Time begin;
  std::int64_t seen = 0;
  bool told_of_window = false;
  bool interrupted = false;
  bool late = false;
  std::optional<Failure> failed;

  explicit Stage(std::ostream& to) : out(to) {}
};

Outcome<void> set_up(Stage& stage, const DemoOptions& options) {
  auto directory = ScratchDirectory::make(options.keep, "lethe-demo");
  if (!directory) return std::unexpected(directory.error());
  stage.directory = std::move(*directory);
  const auto real = real_now();
  stage.cloud_clock = support::make_scaled_clock(demo_time_scale, real, real);
  auto cloud = simulator::make_server(stage.loop.get_executor(), {}, demo_model(), *stage.cloud_clock);
  if (!cloud) return std::unexpected(failure(ExitStatus::failed, cloud.error()));
  stage.cloud = std::move(*cloud);

  const auto& place = stage.directory->path();
  bool written = write(place / "lethe.toml", demo_configuration(stage.cloud->url())) &&
                 write(place / "demo.secret", demo_secret() + "\n", true);
  for (const auto& [name, text] : demo_lists()) written = written && write(place / name, text);
  for (const auto& job : demo_jobs()) written = written && write(place / (job.id + ".toml"), job.file);
  if (!written) {
    return std::unexpected(failure(ExitStatus::failed, fmt::format("{}: can't be written to", place.string())));
  }

  auto settings = read_settings(place / "lethe.toml");
  if (!settings) return std::unexpected(settings.error());
  stage.log.open(place / "lethe.log");
  engine::ServiceOptions service_options;
  service_options.time_scale = demo_time_scale;
  service_options.log = &stage.log;
  auto service = engine::Service::open(stage.loop.get_executor(), std::move(*settings), service_options);
  if (!service) return std::unexpected(failure(service.error()));
  stage.service = std::move(*service);
  stage.begin = stage.service->clock().now();
  return {};
}

Outcome<void> submit_jobs(Stage& stage) {
  const auto settings = read_settings(stage.directory->path() / "lethe.toml");
  if (!settings) return std::unexpected(settings.error());
  const auto key = support::load_digest_key(support::digest_key_path(settings->store_path), false);
  if (!key) return std::unexpected(failure(ExitStatus::failed, std::vector{key.error()}));
  for (auto& script : demo_jobs()) {
    auto request = intake::read_job_file(stage.directory->path() / (script.id + ".toml"), *settings);
    if (!request) return std::unexpected(failure(ExitStatus::failed, request.error()));
    auto accepted = perform(stage.loop, intake::accept(stage.service->store(), *key, std::move(*request), std::nullopt,
                                                       stage.service->clock().now()));
    if (!accepted) return std::unexpected(failure(ExitStatus::failed, std::vector{accepted.error().fault}));
    stage.jobs.push_back({std::move(script), std::move(accepted->job)});
  }
  return {};
}

void tell(Stage& stage, const core::Transition& transition) {
  const auto job = transition.jobs.empty() ? std::string("-") : transition.jobs.front();
  auto line =
      fmt::format("{}  {:<12}  {}", simulated_time(stage.begin, transition.at), job, in_plain_words(transition));
  if (stage.terminal) {
    stage.news.push_back(std::move(line));
    if (stage.news.size() > most_news) stage.news.erase(stage.news.begin());
  } else {
    stage.out << line << "\n";
  }
}

void note_suppressed(Stage& stage, const core::Transition& transition) {
  if (transition.to != core::State::deleting || transition.from == transition.to) return;
  for (const auto& job : transition.jobs) stage.suppressed.emplace(job, transition.at);
}

store::Result<void> tell_news(Stage& stage) {
  store::TransitionFilter filter;
  filter.after_seq = stage.seen;
  return stage.service->store().transitions(filter, [&stage](const core::Transition& transition) {
    stage.seen = transition.seq;
    note_suppressed(stage, transition);
    tell(stage, transition);
    return true;
  });
}

/// The longest part of a deletion is one in which nothing happens.
void tell_of_window(Stage& stage) {
  const auto waits = [](const Played& played) {
    return core::is_final(played.job.state) || played.job.state == core::State::deleting;
  };
  if (stage.terminal || stage.told_of_window || !std::ranges::all_of(stage.jobs, waits)) return;
  stage.told_of_window = true;
  stage.out << "               ...           two days of restore window, some 17 seconds here: Lethe asks once a day\n";
}

store::Result<bool> all_ended(Stage& stage) {
  bool ended = true;
  for (auto& played : stage.jobs) {
    auto job = stage.service->store().job(played.job.number);
    if (!job) return std::unexpected(job.error());
    played.job = std::move(*job);
    ended = ended && core::is_final(played.job.state);
  }
  return ended;
}

store::Result<DemoRow> row_of(Stage& stage, const core::Job& job) {
  const auto operations = stage.service->store().operations_of(job.number);
  if (!operations) return std::unexpected(operations.error());
  DemoRow row{.id = job.id,
              .state = job.state,
              .queued = job.created_at,
              .accepted = std::nullopt,
              .suppressed = std::nullopt,
              .window_end = std::nullopt,
              .ended = job.ended_at,
              .polls = 0};
  const auto suppressed = stage.suppressed.find(job.id);
  if (suppressed != stage.suppressed.end()) row.suppressed = suppressed->second;
  for (const auto& operation : *operations) {
    if (!row.accepted) row.accepted = operation.submitted_at;
    if (operation.action == core::Action::delete_contacts) row.window_end = operation.restorable_until;
    row.polls += operation.polls;
  }
  return row;
}

store::Result<DemoView> view_of(Stage& stage, core::Time now) {
  DemoView view;
  view.title = fmt::format("Lethe at work on {} jobs, against a simulated Marketing Cloud", stage.jobs.size());
  view.begin = stage.begin;
  view.horizon = stage.begin + demo_length;
  view.time_scale = demo_time_scale;
  view.news = stage.news;
  for (const auto& played : stage.jobs) {
    auto row = row_of(stage, played.job);
    if (!row) return std::unexpected(row.error());
    view.rows.push_back(std::move(*row));
  }
  // The other poller is measured against what really happened, not against when Lethe heard of it.
  auto& cloud = stage.cloud->model();
  for (const auto& operation : cloud.truth(now)) view.operations.push_back({operation.received, operation.ended});
  const auto calls = cloud.calls();
  view.calls = calls.token + calls.submit + calls.status + calls.lists + calls.other;
  return view;
}

/// The picture as of now, or nothing where the store can't be read: who watches the jobs says so.
std::string picture(Stage& stage) {
  const auto now = stage.service->clock().now();
  const auto view = view_of(stage, now);
  // The last column stays free: some terminals wrap after it, others erase it with the rest of the line.
  const auto width = std::max<std::size_t>(Terminal::size().columns, 2) - 1;
  return view ? draw(*view, width, now, look_of_terminal()) : std::string();
}

void show_picture(Stage& stage) {
  if (stage.terminal) stage.terminal->show(picture(stage));
}

/// Until all jobs have ended, somebody interrupts, or it takes far too long.
asio::awaitable<void> watch(Stage& stage) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  asio::steady_timer timer(stage.loop);
  while (!stage.interrupted) {
    const auto ended = all_ended(stage);
    const auto told = tell_news(stage);
    stage.out.flush();
    if (!ended || !told) {
      stage.failed = failure(ended ? told.error() : ended.error());
      break;
    }
    if (*ended) break;
    tell_of_window(stage);
    show_picture(stage);
    // A reader that went away: there is nobody left to play to.
    if (!stage.out) stage.interrupted = true;
    stage.late = std::chrono::steady_clock::now() > give_up;
    if (stage.late) break;
    timer.expires_after(stage.terminal ? frame_interval : watch_interval);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

/// The first signal stops everything in order; a second one ends the process at once, with the files gone.
asio::awaitable<void> heed_signals(Stage& stage) {
  while (true) {
    const auto [error, signal] = co_await stage.signals.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    if (stage.interrupted) {
      if (stage.terminal) stage.terminal->leave();
      stage.directory->clean_up();
      _exit(128 + signal);
    }
    stage.interrupted = true;
    stage.service->stop();
  }
}

/// A new size shows at once. A stop by the user (Ctrl-Z) gives the screen back for as long as it lasts.
asio::awaitable<void> heed_terminal(Stage& stage, asio::signal_set& signals) {
  while (true) {
    const auto [error, signal] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    if (signal == SIGTSTP) {
      stage.terminal->leave();
      raise(SIGSTOP);
      stage.terminal->enter();
    }
    show_picture(stage);
  }
}

/// Daemon and spectator side by side, until the spectator has seen enough.
asio::awaitable<void> play(Stage& stage) {
  std::exception_ptr bug;
  support::TaskGroup tasks(stage.loop.get_executor(), [&](std::exception_ptr thrown) {
    bug = std::move(thrown);
    stage.interrupted = true;
    stage.service->stop();
  });
  tasks.spawn(heed_signals(stage));
  asio::signal_set of_terminal(stage.loop);
  if (stage.terminal) {
    of_terminal.add(SIGWINCH);
    of_terminal.add(SIGTSTP);
    tasks.spawn(heed_terminal(stage, of_terminal));
  }
  tasks.spawn(stage.service->run([] {}));
  co_await watch(stage);
  stage.service->stop();
  stage.signals.cancel();
  of_terminal.cancel();
  co_await tasks.join();
  if (bug) std::rethrow_exception(bug);
}

/// A line a job; false where one ended otherwise than it was to.
store::Result<bool> tell_ends(Stage& stage) {
  Table table(
      {{"JOB"}, {"WHAT IT IS"}, {"ENDED AS"}, {"AS EXPECTED"}, {"AFTER"}, {"STATUS CALLS", Table::Align::right}});
  bool right = true;
  for (const auto& [script, job] : stage.jobs) {
    const auto operations = stage.service->store().operations_of(job.number);
    if (!operations) return std::unexpected(operations.error());
    std::int64_t polls = 0;
    for (const auto& operation : *operations) polls += operation.polls;
    const bool as_expected = job.state == script.end;
    right = right && as_expected;
    table.add({script.id, script.story, std::string(word(job.state)),
               as_expected ? "yes" : fmt::format("NO: {}", word(script.end)),
               job.ended_at ? core::in_words(*job.ended_at - stage.begin) : "-", fmt::to_string(polls)});
  }
  stage.out << "\n" << table.text() << "\n";
  return right;
}

void tell_where_next(const Stage& stage, const DemoOptions& options) {
  if (options.keep) {
    stage.out << fmt::format(
        "Look around:  lethe --config {0}/lethe.toml status   (or jobs, show keys, log)\n"
        "              Its clock goes on {1} times as fast as yours.\n",
        stage.directory->path().string(), demo_time_scale);
  } else {
    stage.out
        << "Look around:  all of it was in a temporary directory and is gone; `lethe demo --keep DIR` leaves it.\n";
  }
  stage.out << "Where next:   README.md has a first real configuration; `lethe check --online` tries it, `lethe run`\n"
               "              is the daemon, and `lethe submit JOB.toml --wait` gives it work.\n";
}

Outcome<void> verdict(Stage& stage) {
  if (stage.failed) return std::unexpected(*stage.failed);
  if (stage.interrupted) return std::unexpected(failure(ExitStatus::failed, "interrupted before the end"));
  const auto right = tell_ends(stage);
  if (!right) return std::unexpected(failure(right.error()));
  if (stage.late) return std::unexpected(failure(ExitStatus::failed, "not every job has ended in time"));
  if (!*right) return std::unexpected(failure(ExitStatus::failed, "a job ended otherwise than it was to"));
  return {};
}

/// On the terminal until the end; then the last picture stays where the plain form has its lines.
void play_live(Stage& stage) {
  stage.terminal = std::make_unique<Terminal>(stage.out);
  perform(stage.loop, play(stage));
  stage.terminal->leave();
  if (!stage.interrupted && !stage.failed) stage.out << picture(stage);
}

Outcome<void> run_through(Stage& stage, const DemoOptions& options) {
  if (auto ready = set_up(stage, options); !ready) return ready;
  if (!options.live) {
    stage.out << fmt::format(
        "A simulated Marketing Cloud listens on {}, with a restore window of 2 days;\n"
        "Lethe works against it, and time runs {} times as fast. Six jobs:\n\n",
        stage.cloud->url(), demo_time_scale);
  }
  if (auto submitted = submit_jobs(stage); !submitted) return submitted;
  if (options.live) {
    play_live(stage);
  } else {
    perform(stage.loop, play(stage));
  }
  return verdict(stage);
}

}  // namespace

Outcome<void> demo(const DemoOptions& options, std::ostream& out) {
  Stage stage(out);
  std::signal(SIGPIPE, SIG_IGN);
  auto result = run_through(stage, options);
  if (stage.cloud) perform(stage.loop, stage.cloud->stop());
  if (result) tell_where_next(stage, options);
  return result;
}

}  // namespace lethe::command
