#include "simulation/memory_vfs.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace lethe::simulation {
namespace {

/// A connection to a WAL database of one table.
class Client {
 public:
  explicit Client(const MemoryVfs& files, const char* path = "a.db") {
    opened_ = sqlite3_open_v2(path, &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, files.name().c_str());
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("CREATE TABLE IF NOT EXISTS t (x)");
  }
  ~Client() { sqlite3_close(db_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int opened() const { return opened_; }
  int run(const char* sql) { return sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) & 0xff; }
  /// How many rows the table holds; -1: it can't be read.
  int rows() {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, "SELECT count(*) FROM t", -1, &statement, nullptr) != SQLITE_OK) return -1;
    const int found = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
    sqlite3_finalize(statement);
    return found;
  }

 private:
  sqlite3* db_ = nullptr;
  int opened_ = 0;
};

constexpr const char* insert = "INSERT INTO t VALUES (1)";

class MemoryFiles : public ::testing::Test {
 protected:
  MemoryVfs files_{"memory-files"};
};

TEST_F(MemoryFiles, connections_share_a_database) {
  Client one(files_);
  Client two(files_);
  EXPECT_EQ(one.run(insert), SQLITE_OK);
  EXPECT_EQ(two.rows(), 1);
  EXPECT_EQ(two.run(insert), SQLITE_OK);
  EXPECT_EQ(one.rows(), 2);
  Client other(files_, "b.db");
  EXPECT_EQ(other.rows(), 0);
}

TEST_F(MemoryFiles, one_writer_at_a_time) {
  Client one(files_);
  Client two(files_);
  EXPECT_EQ(one.run("BEGIN IMMEDIATE"), SQLITE_OK);
  EXPECT_EQ(two.run(insert), SQLITE_BUSY);
  EXPECT_EQ(two.rows(), 0) << "readers go on";
  EXPECT_EQ(one.run(insert), SQLITE_OK);
  EXPECT_EQ(one.run("COMMIT"), SQLITE_OK);
  EXPECT_EQ(two.run(insert), SQLITE_OK);
}

TEST_F(MemoryFiles, rollback_journal_locks_too) {
  Client one(files_);
  one.run("PRAGMA journal_mode = DELETE");
  EXPECT_EQ(one.run(insert), SQLITE_OK);
  sqlite3* other = nullptr;
  sqlite3_open_v2("a.db", &other, SQLITE_OPEN_READWRITE, files_.name().c_str());
  EXPECT_EQ(one.run("BEGIN EXCLUSIVE"), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(other, "SELECT count(*) FROM t", nullptr, nullptr, nullptr), SQLITE_BUSY);
  EXPECT_EQ(one.run("COMMIT"), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(other, "SELECT count(*) FROM t", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
}

TEST_F(MemoryFiles, crash_forgets_what_was_not_synced) {
  {
    Client client(files_);
    EXPECT_EQ(client.run(insert), SQLITE_OK);
    client.run("PRAGMA synchronous = OFF");
    EXPECT_EQ(client.run(insert), SQLITE_OK);
    EXPECT_EQ(client.rows(), 2);
    files_.crash();
  }
  files_.revive();
  EXPECT_EQ(Client(files_).rows(), 1);
}

TEST_F(MemoryFiles, end_of_the_process_alone_forgets_nothing) {
  {
    Client client(files_);
    client.run("PRAGMA synchronous = OFF");
    EXPECT_EQ(client.run(insert), SQLITE_OK);
    files_.crash();
  }
  files_.revive(MemoryVfs::Survives::written);
  EXPECT_EQ(Client(files_).rows(), 1);
}

TEST_F(MemoryFiles, file_that_was_never_synced_vanishes) {
  {
    sqlite3* db = nullptr;
    sqlite3_open_v2("new.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, files_.name().c_str());
    sqlite3_exec(db, "PRAGMA synchronous = OFF; CREATE TABLE t (x)", nullptr, nullptr, nullptr);
    EXPECT_TRUE(files_.exists("new.db"));
    files_.crash();
    sqlite3_close(db);
  }
  files_.revive();
  EXPECT_FALSE(files_.exists("new.db"));
}

TEST_F(MemoryFiles, unsynced_deletion_is_undone) {
  files_.put("kept", "content");
  sqlite3_vfs* vfs = sqlite3_vfs_find(files_.name().c_str());
  EXPECT_EQ(vfs->xDelete(vfs, "kept", 0), SQLITE_OK);
  EXPECT_FALSE(files_.exists("kept"));
  files_.crash();
  files_.revive();
  EXPECT_EQ(files_.content("kept"), "content");
  EXPECT_EQ(vfs->xDelete(vfs, "kept", 1), SQLITE_OK);
  files_.crash();
  files_.revive();
  EXPECT_FALSE(files_.exists("kept"));
}

TEST_F(MemoryFiles, handle_from_before_a_crash_is_dead_for_good) {
  Client old(files_);
  EXPECT_EQ(old.run(insert), SQLITE_OK);
  files_.crash();
  EXPECT_EQ(old.rows(), -1);
  EXPECT_EQ(Client(files_).rows(), -1);
  files_.revive();
  EXPECT_EQ(old.run(insert), SQLITE_IOERR);
  Client fresh(files_);
  EXPECT_EQ(fresh.rows(), 1);
  EXPECT_EQ(fresh.run(insert), SQLITE_OK) << "no lock of the old one is in the way";
}

TEST_F(MemoryFiles, crashes_at_the_change_it_was_told) {
  Client client(files_);
  const std::int64_t before = files_.changes();
  files_.crash_at_change(2);
  EXPECT_EQ(client.run(insert), SQLITE_IOERR);
  EXPECT_EQ(files_.changes(), before + 2);
  EXPECT_TRUE(files_.crashed());
  files_.revive();
  EXPECT_EQ(Client(files_).rows(), 0);
}

TEST_F(MemoryFiles, full_until_there_is_room) {
  Client client(files_);
  files_.set_condition(MemoryVfs::Condition::full);
  EXPECT_EQ(client.run(insert), SQLITE_FULL);
  EXPECT_EQ(client.rows(), 0);
  files_.set_condition(MemoryVfs::Condition::fine);
  EXPECT_EQ(client.run(insert), SQLITE_OK);
}

TEST_F(MemoryFiles, same_seed_gives_the_same_randomness) {
  const MemoryVfs one("seeded-1", 7);
  const MemoryVfs two("seeded-2", 7);
  char a[16] = {};
  char b[16] = {};
  for (const auto& [name, into] : {std::pair{"seeded-1", a}, std::pair{"seeded-2", b}}) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(name);
    vfs->xRandomness(vfs, 16, into);
  }
  EXPECT_EQ(std::string(a, 16), std::string(b, 16));
}

}  // namespace
}  // namespace lethe::simulation
