// What was erased is nowhere: the bytes of the store's own files are looked through, on the machine's file system and,
// where many jobs are needed, in memory.
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <span>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::int64_t count_in(const std::string& bytes, std::string_view text) {
  std::int64_t count = 0;
  for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1)) ++count;
  return count;
}

class Erasure : public ::testing::Test {
 protected:
  Erasure() { open(); }

  void open() {
    process_.reset();
    process_ = std::make_unique<Process>(daemon_on(folder_ / "lethe.db"), clock_);
  }
  Store& store() { return **process_; }

  /// How often the text is in any file of the store.
  std::int64_t found(std::string_view text) {
    std::int64_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      count += count_in(bytes_of(entry.path()), text);
    }
    return count;
  }

  core::Job submit(const std::string& id, std::int64_t contacts, const std::string& prefix) {
    return process_->submit(a_job(id, contacts), some_contacts(contacts, prefix));
  }
  /// Sends the whole job and sees its end.
  void end(const core::Job& job, State state = State::deleted, core::Time at = noon) {
    const auto formed = must(process_->form({{job.number, 0, job.contacts}}));
    must(process_->move(accepted(formed, ++operation_ids_), state, at));
  }
  bool erase(std::vector<core::JobNumber> jobs, core::Time at = noon) {
    return must(process_->run(store().erase_contacts(std::move(jobs), at)));
  }
  core::Job now(const core::Job& job) { return must(store().job(job.number)); }

  Folder folder_;
  ManualClock clock_;
  std::unique_ptr<Process> process_;
  std::int64_t operation_ids_ = 0;
};

TEST_F(Erasure, leaves_no_byte_in_database_log_and_index) {
  const auto job = submit("dsr-1", 5000, "MARKER-");
  end(job);
  EXPECT_GT(found("MARKER-"), 0);
  EXPECT_TRUE(erase({job.number}, noon + hours{1}));
  EXPECT_EQ(found("MARKER-"), 0);
  EXPECT_EQ(now(job).contacts_erased_at, noon + hours{1});
  EXPECT_EQ(now(job).contacts, 5000) << "the count stays";
  EXPECT_EQ(now(job).digest, "digest of dsr-1") << "the digest stays";
}

TEST_F(Erasure, leaves_no_byte_while_jobs_stay_among_those_that_go) {
  std::mt19937_64 random(7);
  std::vector<core::Job> going;
  std::vector<core::Job> staying;
  for (int number = 0; number < 120; ++number) {
    const bool goes = random() % 3 != 0;
    constexpr std::array<std::int64_t, 8> sizes{1, 1, 1, 3, 20, 100, 1000, 4000};
    const auto size = sizes.at(random() % sizes.size());
    auto& jobs = goes ? going : staying;
    jobs.push_back(submit("job-" + std::to_string(number), size, goes ? "MARKER-" : "STAYS-"));
    if (!goes) continue;
    end(jobs.back());
    if (random() % 2 != 0 || going.size() < 10) continue;
    std::swap(going.at(random() % going.size()), going.back());
    EXPECT_TRUE(erase({going.back().number}));
    going.pop_back();
  }
  std::vector<core::JobNumber> numbers;
  for (const core::Job& job : going) numbers.push_back(job.number);
  EXPECT_TRUE(erase(numbers));
  EXPECT_EQ(found("MARKER-"), 0);

  // And those that stayed lose no contact by it, nor leave a byte when they go later.
  numbers.clear();
  for (const core::Job& job : staying) {
    std::int64_t contacts = 0;
    must(store().contacts(job.number, 0, job.contacts, [&](std::string_view contact) {
      EXPECT_EQ(contact, "STAYS-" + std::to_string(contacts));
      return ++contacts < job.contacts;
    }));
    EXPECT_EQ(contacts, job.contacts);
    end(job);
    numbers.push_back(job.number);
  }
  EXPECT_TRUE(erase(numbers));
  EXPECT_EQ(found("STAYS-"), 0);
}

TEST_F(Erasure, an_abandoned_load_leaves_no_byte_of_itself_or_its_neighbours) {
  for (int number = 0; number < 15; ++number) {
    const LoadNumber load = must(process_->run(store().begin_load()));
    must(process_->run(store().append(load, some_contacts(40, "ABANDONED-"))));
    const auto job = submit("job-" + std::to_string(number), 30, "MARKER-");
    must(process_->run(store().abandon(load)));
    end(job);
    EXPECT_TRUE(erase({job.number}));
  }
  EXPECT_EQ(found("MARKER-"), 0);
  EXPECT_EQ(found("ABANDONED-"), 0);
}

TEST_F(Erasure, an_open_job_keeps_its_contacts) {
  const auto waiting = submit("waits", 3, "MARKER-");
  const auto running = submit("runs", 3, "OTHER-");
  end(running, State::suppressing);
  EXPECT_TRUE(erase({waiting.number, running.number}));
  EXPECT_FALSE(now(waiting).contacts_erased_at);
  EXPECT_FALSE(now(running).contacts_erased_at);
  int contacts = 0;
  for (const auto& job : {waiting, running}) {
    must(store().contacts(job.number, 0, 3, [&](std::string_view) { return ++contacts > 0; }));
  }
  EXPECT_EQ(contacts, 6);
}

TEST_F(Erasure, what_ended_unsent_is_erased_too) {
  const auto job = submit("late", 3, "MARKER-");
  must(process_->run(store().expire(job.number, noon + hours{1})));
  ASSERT_EQ(must(store().erasable(noon + hours{1}, 10)).size(), 1U);
  EXPECT_TRUE(erase({job.number}));
  EXPECT_EQ(found("MARKER-"), 0);
}

TEST_F(Erasure, lists_the_longest_ended_first_and_none_twice) {
  const auto first = submit("first", 1, "a");
  const auto second = submit("second", 1, "b");
  submit("open", 1, "c");
  EXPECT_EQ(must(store().next_erasable()), std::nullopt);
  end(second, State::failed, noon + hours{1});
  end(first, State::deleted, noon + hours{2});
  EXPECT_EQ(must(store().next_erasable()), noon + hours{1});
  EXPECT_TRUE(must(store().erasable(noon, 10)).empty());
  const auto both = must(store().erasable(noon + hours{2}, 10));
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].id, "second");
  EXPECT_EQ(must(store().erasable(noon + hours{2}, 1)).size(), 1U);
  EXPECT_TRUE(erase({second.number}));
  EXPECT_EQ(must(store().next_erasable()), noon + hours{2});
}

TEST_F(Erasure, erased_contacts_are_never_read_as_fewer) {
  const auto job = submit("dsr-1", 3, "a");
  end(job);
  EXPECT_TRUE(erase({job.number}));
  EXPECT_EQ(kind_of(store().contacts(job.number, 0, 3, [](std::string_view) { return true; })), Error::Kind::not_found);
}

TEST_F(Erasure, a_known_job_is_recognised_after_its_contacts_are_gone) {
  const auto job = submit("dsr-1", 3, "a");
  end(job);
  EXPECT_TRUE(erase({job.number}));
  const LoadNumber load = must(process_->run(store().begin_load()));
  must(process_->run(store().append(load, some_contacts(3, "MARKER-"))));
  const auto again = must(process_->run(store().accept(load, a_job("dsr-1", 3))));
  EXPECT_FALSE(again.accepted);
  EXPECT_EQ(again.readmission, core::Readmission::same);
  auto other = a_job("dsr-1", 3);
  other.digest = "another";
  const auto refused = must(process_->run(store().accept(must(process_->run(store().begin_load())), other)));
  EXPECT_EQ(refused.readmission, core::Readmission::other_content);
}

TEST_F(Erasure, waits_for_a_reader_and_goes_on_afterwards) {
  const auto job = submit("dsr-1", 3, "MARKER-");
  end(job);
  Process command(command_on(folder_ / "lethe.db"), clock_);
  bool erased = true;
  must(command->jobs({}, [&](const JobView&) {
    erased = erase({job.number});
    return true;
  }));
  EXPECT_FALSE(erased) << "the reader still sees the log";
  EXPECT_FALSE(now(job).contacts_erased_at);
  EXPECT_TRUE(erase({job.number}));
  EXPECT_EQ(found("MARKER-"), 0);
}

TEST_F(Erasure, files_are_known_by_job_until_forgotten) {
  const auto job = submit("dsr-1", 1, "a");
  const AcceptedFile file{job.number, "/spool", "dsr-1.toml", AcceptedFile::Kind::job};
  const AcceptedFile list{job.number, "/spool", "list.csv", AcceptedFile::Kind::list};
  for (const auto& each : {file, list, list}) must(process_->run(store().note_file(each)));
  const auto files = must(store().accepted_files(job.number));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "dsr-1.toml");
  EXPECT_EQ(files[0].directory, "/spool");
  EXPECT_EQ(files[1].kind, AcceptedFile::Kind::list);
  EXPECT_TRUE(must(store().overdue_files(10)).empty());
  end(job);
  EXPECT_TRUE(erase({job.number}));
  EXPECT_EQ(must(store().overdue_files(10)).size(), 2U);
  must(process_->run(store().forget_file(list)));
  EXPECT_EQ(must(store().overdue_files(10)).size(), 1U);
}

TEST_F(Erasure, a_file_that_comes_after_the_erasure_makes_the_job_erasable_again) {
  const auto job = submit("dsr-1", 1, "a");
  end(job);
  EXPECT_TRUE(erase({job.number}));
  must(process_->run(store().note_file({job.number, "/spool", "again.toml", AcceptedFile::Kind::job})));
  EXPECT_EQ(must(store().erasable(noon, 10)).size(), 1U);
}

/// A crash at every single change of the file system while jobs are erased.
class ErasureCrashes : public ::testing::TestWithParam<simulation::MemoryVfs::Survives> {};

std::string name_of(const ::testing::TestParamInfo<simulation::MemoryVfs::Survives>& info) {
  if (info.param == simulation::MemoryVfs::Survives::synced) return "of_the_power";
  return info.param == simulation::MemoryVfs::Survives::some ? "of_the_power_with_writes_reordered" : "of_the_process";
}

INSTANTIATE_TEST_SUITE_P(all, ErasureCrashes,
                         ::testing::Values(simulation::MemoryVfs::Survives::synced,
                                           simulation::MemoryVfs::Survives::some,
                                           simulation::MemoryVfs::Survives::written),
                         name_of);

OpenSettings settings_on(const simulation::MemoryVfs& files) {
  OpenSettings settings = daemon_on("lethe.db");
  settings.write_on_this_thread = true;
  settings.vfs = files.name();
  return settings;
}

std::int64_t found_in(const simulation::MemoryVfs& files, std::string_view text) {
  std::int64_t count = 0;
  for (const char* name : {"lethe.db", "lethe.db-wal", "lethe.db-shm"}) {
    count += count_in(files.content(name).value_or(""), text);
  }
  return count;
}

std::int64_t rows_of_chunks(const simulation::MemoryVfs& files) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2("lethe.db", &db, SQLITE_OPEN_READWRITE, files.name().c_str()), SQLITE_OK);
  sqlite3_stmt* count = nullptr;
  sqlite3_prepare_v2(db, "SELECT count(*) FROM chunk", -1, &count, nullptr);
  sqlite3_step(count);
  const std::int64_t rows = sqlite3_column_int64(count, 0);
  sqlite3_finalize(count);
  sqlite3_close(db);
  return rows;
}

/// Enough rows of all sizes that pages run empty and would be joined, were rows removed.
TEST(ErasureOfMany, leaves_no_byte_in_pages_that_others_still_use) {
  simulation::MemoryVfs files("erasure-test");
  ManualClock clock;
  Process process(settings_on(files), clock);
  std::mt19937_64 random(1);
  constexpr std::array<std::int64_t, 8> sizes{1, 1, 1, 3, 20, 100, 300, 1000};
  std::vector<core::JobNumber> going;
  const auto erase_last = [&] {
    must(process.run(process->expire(going.back(), noon)));
    EXPECT_TRUE(must(process.run(process->erase_contacts({going.back()}, noon))));
    going.pop_back();
  };
  for (int number = 0; number < 2000; ++number) {
    const bool goes = random() % 5 < 3;
    const auto size = sizes.at(random() % sizes.size());
    const std::string id = "job-" + std::to_string(number);
    const auto job = process.submit(a_job(id, size), some_contacts(size, (goes ? "MARKER-" : "STAYS-") + id + "-"));
    if (goes) going.push_back(job.number);
    if (number % 3 != 2 || going.size() < 6) continue;
    std::swap(going.at(random() % going.size()), going.back());
    erase_last();
  }
  while (!going.empty()) erase_last();
  EXPECT_EQ(found_in(files, "MARKER-"), 0);
}

/// Many small jobs: what fills the pages of the table itself is given back by nothing but a removal of rows.
TEST(ErasureOfMany, gives_room_back_when_the_oldest_go_first) {
  constexpr std::size_t open_jobs = 300;
  simulation::MemoryVfs files("erasure-test");
  ManualClock clock;
  Process process(settings_on(files), clock);
  std::vector<core::JobNumber> jobs;
  const auto erase_until = [&](std::size_t from, std::size_t end) {
    for (std::size_t each = from; each < end; ++each) must(process.run(process->expire(jobs[each], noon)));
    const std::span going = std::span(jobs).subspan(from, end - from);
    EXPECT_TRUE(must(process.run(process->erase_contacts({going.begin(), going.end()}, noon))));
  };
  for (int number = 0; number < 4000; ++number) {
    const std::string id = "job-" + std::to_string(number);
    jobs.push_back(process.submit(a_job(id, 1), {std::string(150, 'm') + "MARKER-" + id}).number);
    if (jobs.size() % 100 == 0 && jobs.size() > open_jobs) {
      erase_until(jobs.size() - open_jobs - 100, jobs.size() - open_jobs);
    }
  }
  EXPECT_LT(rows_of_chunks(files), 2500) << "300 jobs are open, and 2,000 rows stay beside them";
  EXPECT_GE(found_in(files, "MARKER-"), 300);
  erase_until(jobs.size() - open_jobs, jobs.size());
  EXPECT_EQ(found_in(files, "MARKER-"), 0);
  EXPECT_EQ(rows_of_chunks(files), 0);
}

/// The numbers behind each "MARKER-" in the store's files.
std::set<int> marked(const simulation::MemoryVfs& files) {
  constexpr std::string_view marker = "MARKER-";
  std::set<int> found;
  for (const char* name : {"lethe.db", "lethe.db-wal"}) {
    const std::string bytes = files.content(name).value_or("");
    for (auto at = bytes.find(marker); at != std::string::npos; at = bytes.find(marker, at + 1)) {
      found.insert(std::atoi(bytes.c_str() + at + marker.size()));
    }
  }
  return found;
}

/// Room is given back next to jobs that stay: none of their bytes may be moved by it, to outlive them.
TEST(ErasureOfMany, gives_room_back_without_moving_the_contacts_that_stay) {
  simulation::MemoryVfs files("erasure-test");
  ManualClock clock;
  Process process(settings_on(files), clock);
  std::mt19937_64 random(2);
  constexpr std::array<std::int64_t, 4> sizes{1, 3, 20, 60};
  constexpr std::size_t open_jobs = 40;
  std::map<int, core::JobNumber> open;
  for (int number = 0; number < 4000; ++number) {
    const auto size = sizes.at(random() % sizes.size());
    const std::string id = std::to_string(number);
    open[number] = process.submit(a_job(id, size), some_contacts(size, "MARKER-" + id + "-")).number;
    if (open.size() < open_jobs) continue;
    const auto going = std::next(open.begin(), static_cast<std::ptrdiff_t>(random() % 10));
    must(process.run(process->expire(going->second, noon)));
    EXPECT_TRUE(must(process.run(process->erase_contacts({going->second}, noon))));
    open.erase(going);
    if (number % 20 != 0) continue;
    for (const int left : marked(files)) ASSERT_TRUE(open.contains(left)) << "of job " << left << " after " << number;
  }
  EXPECT_LT(rows_of_chunks(files), 2500);
}

/// Two jobs of which the first has ended.
void prepare(Process& process) {
  const auto going = process.submit(a_job("goes", 700), some_contacts(700, std::string(100, 'm') + "MARKER-"));
  process.submit(a_job("stays", 20), some_contacts(20, "STAYS-"));
  must(process.move(accepted(must(process.form({{going.number, 0, 700}})), 1), State::deleted));
}

TEST_P(ErasureCrashes, are_made_good_by_the_next_start) {
  bool ended = false;
  std::int64_t crashes = 0;
  for (; !ended; ++crashes) {
    SCOPED_TRACE("crash at change " + std::to_string(crashes + 1));
    simulation::MemoryVfs files("erasure-test", static_cast<std::uint64_t>(crashes + 1));
    ManualClock clock;
    {
      Process process(settings_on(files), clock);
      prepare(process);
      files.crash_at_change(crashes + 1);
      const auto erased = process.run(process->erase_contacts({core::JobNumber{1}}, noon));
      ended = erased && *erased;
    }
    if (!files.crashed()) files.crash();
    files.revive(GetParam());
    Process process(settings_on(files), clock);
    const core::Job job = must(process->job(core::JobNumber{1}));
    if (ended) EXPECT_TRUE(job.contacts_erased_at);
    if (job.contacts_erased_at) {
      EXPECT_TRUE(must(process->erasable(noon, 10)).empty());
    } else {
      ASSERT_EQ(must(process->erasable(noon, 10)).size(), 1U);
      EXPECT_TRUE(must(process.run(process->erase_contacts({job.number}, noon))));
    }
    EXPECT_EQ(found_in(files, "MARKER-"), 0);
    std::int64_t stayed = 0;
    must(process->contacts(core::JobNumber{2}, 0, 20, [&](std::string_view) { return ++stayed > 0; }));
    EXPECT_EQ(stayed, 20);
    if (HasFailure()) break;
  }
  EXPECT_GT(crashes, 10);
}

}  // namespace
}  // namespace lethe::store::testing
