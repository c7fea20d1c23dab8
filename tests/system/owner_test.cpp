// Commands that root runs on a store of somebody else.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;

uid_t owner_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_uid;
}

void give_to_nobody(const fs::path& directory) {
  ASSERT_EQ(chown(directory.c_str(), nobody, nobody), 0);
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    ASSERT_EQ(lchown(entry.path().c_str(), nobody, nobody), 0);
  }
}

TEST(Owner, root_leaves_nothing_behind_that_the_owner_cant_use) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can act as another";
  Rig rig;
  rig.start_daemon();
  ASSERT_EQ(rig.stop_daemon(), 0);
  give_to_nobody(rig.directory());
  // Readable for root alone, as a list in root's home would be.
  const auto job = rig.job("by-root", "keys = [\"k\"]");
  const auto submitted = rig.lethe({"submit", job});
  EXPECT_EQ(submitted.status, 0) << submitted.err;
  EXPECT_EQ(rig.lethe({"status"}).status, 0);
  for (const auto& entry : fs::directory_iterator(rig.store().parent_path())) {
    EXPECT_EQ(owner_of(entry.path()), nobody) << entry.path();
  }
}

TEST(Owner, a_daemon_that_root_starts_becomes_the_owner) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another";
  Rig rig;
  rig.start_daemon();
  ASSERT_EQ(rig.stop_daemon(), 0);
  give_to_nobody(rig.directory());
  rig.start_daemon();
  EXPECT_EQ(rig.lethe({"submit", rig.job("by-root", "keys = [\"k\"]"), "--wait"}).status, 0);
  for (const auto& entry : fs::directory_iterator(rig.store().parent_path())) {
    EXPECT_EQ(owner_of(entry.path()), nobody) << entry.path();
  }
  EXPECT_EQ(rig.stop_daemon(), 0);
}

}  // namespace
}  // namespace lethe::system_test
