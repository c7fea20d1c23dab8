// What a newcomer sees first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
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

}  // namespace
}  // namespace lethe::system_test
