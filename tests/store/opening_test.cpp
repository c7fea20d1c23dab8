#include <sqlite3.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using std::chrono::minutes;

void execute(const std::filesystem::path& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void expect_refused(const OpenSettings& settings, Error::Kind kind) {
  const auto opened = open_store(settings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, kind) << opened.error().what;
  EXPECT_NE(opened.error().what.find(settings.path.parent_path().string()), std::string::npos) << opened.error().what;
  EXPECT_EQ(opened.error().what.find('\n'), std::string::npos);
}

class Opening : public ::testing::Test {
 protected:
  /// Makes the store with a job in it.
  void make(double time_scale = 1) {
    OpenSettings settings = daemon_on(path_);
    settings.time_scale = time_scale;
    Process process(settings, clock_);
    process.submit("dsr-1", 1);
  }

  Folder folder_;
  std::filesystem::path path_ = folder_ / "lethe.db";
  ManualClock clock_;
};

TEST_F(Opening, command_never_makes_a_store) {
  expect_refused(command_on(path_), Error::Kind::missing);
  EXPECT_FALSE(std::filesystem::exists(path_));
  expect_refused(command_on(folder_ / "no" / "lethe.db"), Error::Kind::missing);
  std::ofstream(path_).close();
  expect_refused(command_on(path_), Error::Kind::missing);
}

TEST_F(Opening, daemon_makes_a_store_for_its_owner_alone) {
  const Process process(daemon_on(path_), clock_);
  for (const char* end : {"", "-wal", "-shm", ".lock"}) {
    struct stat status{};
    ASSERT_EQ(::stat((path_.string() + end).c_str(), &status), 0) << end;
    EXPECT_EQ(status.st_mode & 0777u, 0600u) << end;
  }
}

TEST_F(Opening, store_opens_again_with_all_it_held) {
  make();
  Process daemon(daemon_on(path_), clock_);
  Process command(command_on(path_), clock_);
  EXPECT_TRUE(must(daemon->job("dsr-1")));
  EXPECT_TRUE(must(command->job("dsr-1")));
}

TEST_F(Opening, missing_folder_is_named) {
  expect_refused(daemon_on(folder_ / "no" / "lethe.db"), Error::Kind::read_only);
}

TEST_F(Opening, folder_in_its_place_is_no_store) {
  std::filesystem::create_directory(path_);
  expect_refused(daemon_on(path_), Error::Kind::read_only);
}

TEST_F(Opening, newer_store_is_refused_and_not_touched) {
  make();
  execute(path_, "PRAGMA user_version = 99");
  const std::string before = bytes_of(path_);
  expect_refused(daemon_on(path_), Error::Kind::newer);
  expect_refused(command_on(path_), Error::Kind::newer);
  EXPECT_EQ(bytes_of(path_), before);
}

TEST_F(Opening, foreign_database_is_refused_and_not_touched) {
  execute(path_, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
  const std::string before = bytes_of(path_);
  expect_refused(daemon_on(path_), Error::Kind::foreign);
  expect_refused(command_on(path_), Error::Kind::foreign);
  EXPECT_EQ(bytes_of(path_), before);
}

TEST_F(Opening, database_marked_by_another_program_is_foreign_though_empty) {
  execute(path_, "PRAGMA application_id = 1234");
  expect_refused(daemon_on(path_), Error::Kind::foreign);
}

TEST_F(Opening, file_that_is_no_database_is_foreign_and_not_touched) {
  const std::string text(5000, 'x');
  std::ofstream(path_) << text;
  expect_refused(daemon_on(path_), Error::Kind::foreign);
  expect_refused(command_on(path_), Error::Kind::foreign);
  EXPECT_EQ(bytes_of(path_), text);
}

TEST_F(Opening, second_daemon_is_told_of_the_claim) {
  auto first = std::make_unique<Process>(daemon_on(path_), clock_);
  expect_refused(daemon_on(path_), Error::Kind::claimed);
  EXPECT_TRUE(open_store(command_on(path_))) << "a command needs no claim";
  first.reset();
  EXPECT_TRUE(open_store(daemon_on(path_)));
}

TEST_F(Opening, instance_is_made_once) {
  make();
  const auto instance = must(open_store(daemon_on(path_)))->instance();
  EXPECT_EQ(must(open_store(command_on(path_)))->instance(), instance);
  EXPECT_NE(must(open_store(daemon_on(folder_ / "other.db")))->instance(), instance);
  OpenSettings given = daemon_on(folder_ / "given.db");
  given.instance = 0xffff'ffff'ffff'fff7;
  EXPECT_EQ(must(open_store(given))->instance(), 0xffff'ffff'ffff'fff7);
}

// --- time scale

TEST_F(Opening, scale_is_recorded_by_the_first_run) {
  make(60);
  OpenSettings again = daemon_on(path_);
  again.time_scale = 60;
  again.now = noon + minutes{5};
  const auto store = must(open_store(again));
  EXPECT_EQ(store->time_scale().factor, 60);
  EXPECT_EQ(store->time_scale().epoch, noon);
  EXPECT_EQ(store->time_scale().real_epoch, noon);
}

TEST_F(Opening, other_scale_is_refused_once_there_is_a_job) {
  make(60);
  expect_refused(daemon_on(path_), Error::Kind::other_time);
  OpenSettings other = daemon_on(path_);
  other.time_scale = 30;
  const auto refused = open_store(other);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("60"), std::string::npos);
  EXPECT_NE(refused.error().what.find("30"), std::string::npos);
}

TEST_F(Opening, store_in_real_time_is_no_rehearsal) {
  make();
  OpenSettings rehearsal = daemon_on(path_);
  rehearsal.time_scale = 60;
  expect_refused(rehearsal, Error::Kind::other_time);
}

TEST_F(Opening, store_without_a_job_takes_a_new_scale) {
  const auto instance = must(open_store(daemon_on(path_)))->instance();
  OpenSettings rehearsal = daemon_on(path_);
  rehearsal.time_scale = 60;
  rehearsal.now = noon + minutes{5};
  const auto store = must(open_store(rehearsal));
  EXPECT_EQ(store->time_scale().factor, 60);
  EXPECT_EQ(store->time_scale().epoch, noon + minutes{5});
  EXPECT_EQ(store->instance(), instance);
}

TEST_F(Opening, command_takes_the_recorded_scale) {
  make(60);
  EXPECT_EQ(must(open_store(command_on(path_)))->time_scale().factor, 60);
}

// --- interrupted loads

void clean(Process& process) {
  while (must(process.run(process->clean_loads()))) {
  }
}

TEST_F(Opening, load_of_a_process_that_is_gone_is_cleaned_up) {
  LoadNumber load;
  {
    Process process(daemon_on(path_), clock_);
    load = must(process.run(process->begin_load()));
    must(process.run(process->append(load, some_contacts(100'000))));
  }
  Process process(daemon_on(path_), clock_);
  must(process.run(process->append(load, {})));
  int pieces = 0;
  while (must(process.run(process->clean_loads()))) ++pieces;
  EXPECT_GT(pieces, 1) << "in pieces that hold the lock for a short time";
  EXPECT_EQ(kind_of(process.run(process->append(load, {}))), Error::Kind::not_found);
}

TEST_F(Opening, load_that_somebody_goes_on_with_is_left_alone) {
  make();
  Process daemon(daemon_on(path_), clock_);
  const LoadNumber own = must(daemon.run(daemon->begin_load()));
  {
    Process command(command_on(path_), clock_);
    const LoadNumber alive = must(command.run(command->begin_load()));
    clean(daemon);
    must(command.run(command->append(alive, some_contacts(1))));
    command.run(command->accept(alive, a_job("alive", 1)));
    const LoadNumber dead = must(command.run(command->begin_load()));
    must(command.run(command->append(dead, some_contacts(1))));
  }
  clean(daemon);
  must(daemon.run(daemon->append(own, some_contacts(1))));
  EXPECT_TRUE(must(daemon.run(daemon->accept(own, a_job("own", 1)))).accepted);
  EXPECT_TRUE(must(daemon->job("alive")));
}

TEST_F(Opening, cleaning_up_leaves_accepted_contacts_alone) {
  make();
  OpenSettings settings = daemon_on(path_);
  settings.now = noon + minutes{6000};
  Process process(settings, clock_);
  clean(process);
  std::vector<std::string> contacts;
  must(process->contacts(must(process->job("dsr-1"))->number, 0, 1, [&](std::string_view contact) {
    contacts.emplace_back(contact);
    return true;
  }));
  EXPECT_EQ(contacts, std::vector<std::string>{"contact-0"});
}

}  // namespace
}  // namespace lethe::store::testing
