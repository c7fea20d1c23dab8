// A crash at every single change of the file system: what was acknowledged is there, and all that is there fits
// together.
#include <sqlite3.h>

#include <chrono>
#include <map>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using simulation::MemoryVfs;
using std::chrono::hours;

/// What the store said it holds.
struct Acknowledged {
  std::vector<std::string> jobs;
  std::map<std::int64_t, core::Operation> operations;
  std::size_t transitions = 0;
};

OpenSettings settings_on(const MemoryVfs& files) {
  OpenSettings settings;
  settings.path = "lethe.db";
  settings.as = OpenSettings::As::daemon;
  settings.now = noon;
  settings.write_on_this_thread = true;
  settings.vfs = files.name();
  return settings;
}

/// The life of a few jobs, ended by the first write that fails.
class Script {
 public:
  explicit Script(MemoryVfs& files) : files_(files) {}
  const Acknowledged& acknowledged() const { return acknowledged_; }

  /// True: it came to its end.
  bool run(int large_contacts) {
    if (!live(large_contacts)) return false;
    process_.reset();
    if (!open()) return false;
    return submit("last", 3);
  }

 private:
  bool live(int large_contacts) {
    if (!open() || !submit("first", 3) || !submit("second", 2) || !submit("large", large_contacts)) return false;
    if (!form({{number("first"), 0, 3}, {number("second"), 0, 1}})) return false;
    if (!move(1, State::queued) || !move(1, State::submitting) || !move(1, State::suppressing, 11)) return false;
    if (!form({{number("second"), 1, 1}}) || !move(2, State::queued)) return false;
    // Takes the second job out of a queued operation, which is cancelled.
    if (!expire("second")) return false;
    if (!move(1, State::deleting) || !move(1, State::deleted)) return false;
    return isolate_a_refused_job() && hold_and_release("held");
  }

  /// The third operation is halved: the fourth takes its first job and is refused alone.
  bool isolate_a_refused_job() {
    if (!submit("left", 2) || !submit("right", 3) || !submit("held", 4)) return false;
    if (!form({{number("left"), 0, 2}, {number("right"), 0, 3}}) || !refuse(3, 2)) return false;
    if (!move(4, State::submitting) || !refuse(4, 1)) return false;
    return move(3, State::submitting) && move(3, State::suppressing, 12);
  }
  bool refuse(std::int64_t number, std::size_t transitions) {
    const auto refused =
        process_->run((*process_)->take_refusal(acknowledged_.operations.at(number), noon + hours{1}, "refused"));
    if (!refused) return false;
    acknowledged_.operations[number] = refused->operation;
    if (refused->split_off) acknowledged_.operations[refused->split_off->number.value] = *refused->split_off;
    acknowledged_.transitions += transitions;
    return true;
  }
  bool hold_and_release(const std::string& id) {
    if (!process_->run((*process_)->hold(number(id), noon, "too many"))) return false;
    ++acknowledged_.transitions;
    if (!process_->run((*process_)->release(number(id), noon))) return false;
    ++acknowledged_.transitions;
    return true;
  }

  bool open() {
    auto opened = open_store(settings_on(files_));
    if (!opened) return false;
    opened->reset();
    process_ = files_.crashed() ? nullptr : std::make_unique<Process>(settings_on(files_), clock_);
    return process_ != nullptr;
  }
  bool submit(const std::string& id, std::int64_t contacts) {
    const auto load = process_->run((*process_)->begin_load());
    if (!load || !process_->run((*process_)->append(*load, some_contacts(contacts)))) return false;
    if (!process_->run((*process_)->accept(*load, a_job(id, contacts)))) return false;
    acknowledged_.jobs.push_back(id);
    ++acknowledged_.transitions;
    return true;
  }
  /// 0 where the crash came since: what is asked for that job then fails too.
  core::JobNumber number(const std::string& id) {
    const auto job = (*process_)->job(id);
    return job && *job ? (*job)->number : core::JobNumber{};
  }
  bool form(std::vector<Slice> slices) { return keep(process_->form(std::move(slices))); }
  bool move(std::int64_t number, State state, std::int64_t operation_id = 0) {
    core::Operation operation = acknowledged_.operations.at(number);
    if (operation_id != 0) operation = accepted(operation, operation_id);
    return keep(process_->move(operation, state, noon + hours{1}));
  }
  bool expire(const std::string& id) {
    if (!process_->run((*process_)->expire(number(id), noon + hours{2}))) return false;
    acknowledged_.transitions += 2;
    acknowledged_.operations.erase(2);
    return true;
  }
  bool keep(const Result<core::Operation>& operation) {
    if (!operation) return false;
    acknowledged_.operations[operation->number.value] = *operation;
    ++acknowledged_.transitions;
    return true;
  }

  MemoryVfs& files_;
  ManualClock clock_;
  std::unique_ptr<Process> process_;
  Acknowledged acknowledged_;
};

/// How many rows the query gives; the first column of the first in words.
std::string answer(const MemoryVfs& files, const char* query) {
  sqlite3* db = nullptr;
  sqlite3_open_v2("lethe.db", &db, SQLITE_OPEN_READWRITE, files.name().c_str());
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, query, -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  std::string text = "nothing";
  if (sqlite3_step(statement) == SQLITE_ROW) text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return text;
}

void expect_consistent(const MemoryVfs& files) {
  EXPECT_EQ(answer(files, "PRAGMA integrity_check"), "ok");
  EXPECT_EQ(answer(files, "PRAGMA foreign_key_check"), "nothing");
  EXPECT_EQ(answer(files,
                   "SELECT 'job ' || number FROM job WHERE cursor <>"
                   " (SELECT ifnull(sum(count), 0) FROM (SELECT DISTINCT first, count FROM slice WHERE job = number))"),
            "nothing");
  EXPECT_EQ(answer(files,
                   "SELECT 'job ' || id FROM job WHERE id IN ('left', 'right') AND cursor > 0"
                   " AND (SELECT count(*) FROM slice WHERE job = number AND withdrawn IS NULL) <> 1"),
            "nothing")
      << "each half keeps its jobs, and no job is in both";
  EXPECT_EQ(answer(files,
                   "SELECT 'fuse' WHERE (SELECT ifnull(sum(contacts), 0) FROM fuse) <>"
                   " (SELECT ifnull(sum(length), 0) FROM job WHERE cursor > 0)"),
            "nothing");
  EXPECT_EQ(answer(files,
                   "SELECT 'operation ' || number FROM operation o WHERE state <>"
                   " (SELECT to_state FROM transition t WHERE t.operation = o.number ORDER BY seq DESC LIMIT 1)"),
            "nothing");
  EXPECT_EQ(answer(files,
                   "SELECT 'tally of ' || state FROM tally WHERE operations <>"
                   " (SELECT count(*) FROM operation o WHERE o.account = tally.account AND o.state = tally.state)"),
            "nothing");
  EXPECT_EQ(answer(files,
                   "SELECT 'contacts of job ' || number FROM job WHERE contacts <>"
                   " (SELECT ifnull(sum(count), 0) FROM chunk WHERE chunk.load = job.load)"),
            "nothing");
}

void expect_kept(Process& process, const Acknowledged& acknowledged) {
  for (const std::string& id : acknowledged.jobs) EXPECT_TRUE(must(process->job(id))) << id;
  for (const auto& [number, operation] : acknowledged.operations) {
    const core::Operation kept = must(process->operation(core::OperationNumber{number}));
    EXPECT_GE(kept.version, operation.version);
    if (kept.version == operation.version) EXPECT_EQ(kept.state, operation.state);
  }
  const auto transitions = process.transitions();
  EXPECT_GE(transitions.size(), acknowledged.transitions);
  expect_whole_chain(transitions);
}

struct Crash {
  const char* name;
  MemoryVfs::Survives survives;
  int large_contacts;
  std::int64_t stride;
};

class Crashes : public ::testing::TestWithParam<Crash> {};

INSTANTIATE_TEST_SUITE_P(
    all, Crashes,
    ::testing::Values(Crash{"of_the_power", MemoryVfs::Survives::synced, 50, 1},
                      Crash{"of_the_power_with_writes_reordered", MemoryVfs::Survives::some, 50, 1},
                      Crash{"of_the_process", MemoryVfs::Survives::written, 50, 1},
                      Crash{"of_the_power_amid_checkpoints", MemoryVfs::Survives::synced, 300'000, 199},
                      Crash{"of_the_power_amid_checkpoints_reordered", MemoryVfs::Survives::some, 300'000, 151}),
    [](const auto& info) { return info.param.name; });

TEST_P(Crashes, lose_nothing_acknowledged_and_leave_a_consistent_store) {
  std::int64_t crashes = 0;
  for (bool ended = false; !ended; ++crashes) {
    const std::int64_t change = 1 + crashes * GetParam().stride;
    SCOPED_TRACE("crash at change " + std::to_string(change));
    MemoryVfs files("crash-test", static_cast<std::uint64_t>(change));
    files.crash_at_change(change);
    Acknowledged acknowledged;
    {
      Script script(files);
      ended = script.run(GetParam().large_contacts);
      acknowledged = script.acknowledged();
    }
    if (!files.crashed()) files.crash();
    files.revive(GetParam().survives);
    ManualClock clock;
    Process process(settings_on(files), clock);
    expect_consistent(files);
    expect_kept(process, acknowledged);
    process.submit("afterwards", 1);
    if (HasFailure()) break;
  }
  EXPECT_GT(crashes, 20);
}

}  // namespace
}  // namespace lethe::store::testing
