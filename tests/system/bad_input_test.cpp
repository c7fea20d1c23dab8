// Bad input that ends with one clear line, the agreed exit status, and nothing lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A file system in memory of its own, where the tests may mount one.
class SmallDisk {
 public:
  SmallDisk(fs::path place, const std::string& size) : place_(std::move(place)) {
    fs::create_directories(place_);
    mounted_ = mount("tmpfs", place_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(place_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  void let_write(bool may) const {
    const auto flags = static_cast<unsigned long>(may ? MS_REMOUNT : MS_REMOUNT | MS_RDONLY);
    ASSERT_EQ(mount("tmpfs", place_.c_str(), "tmpfs", flags, nullptr), 0);
  }

 private:
  fs::path place_;
  bool mounted_ = false;
};

class BadInput : public testing::Test {
 protected:
  void make_store() {
    rig.start_daemon();
    ASSERT_EQ(rig.stop_daemon(), 0);
  }

  /// One line, and the status.
  void refused(const Result& result, int status, const testing::Matcher<const std::string&>& about) const {
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_TRUE(result.err.starts_with("lethe: ")) << result.err;
    EXPECT_THAT(result.err, about);
  }

  void replace(const std::string& what, const std::string& by) const {
    auto text = read_file(rig.config());
    ASSERT_TRUE(text.contains(what)) << what;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
      text.replace(at, what.size(), by);
    }
    rig.write("lethe.toml", text);
  }

  /// Renames a finished file in, as a job must come.
  void drop(const std::string& name, const std::string& text) const {
    fs::rename(rig.write(name + ".part", text), rig.directory() / "intake" / (name + ".toml"));
  }

  Rig rig;
};

TEST_F(BadInput, configuration) {
  const auto good = read_file(rig.config());
  const auto with = [&](const std::string& line) {
    rig.write("lethe.toml", good + line + "\n");
    return rig.lethe({"check"});
  };
  refused(rig.lethe({"--config", rig.directory() / "none.toml", "run"}), 78,
          AllOf(HasSubstr("--config"), HasSubstr("LETHE_CONFIG")));
  refused(with("requests_per_day = \"many\""), 78,
          AllOf(HasSubstr("lethe.toml:"), HasSubstr("account.acme.requests_per_day"), HasSubstr("integer")));
  refused(with("requests_in_flight = 65"), 78, AllOf(HasSubstr("requests_in_flight"), HasSubstr("64")));
  refused(with("min_time_between_submissions = \"5 min\""), 78, HasSubstr("\"5m\""));
  rig.write("lethe.toml", good);
  replace(rig.cloud().url(), "http://cloud.example.org");
  const auto foreign = rig.lethe({"check"});
  EXPECT_EQ(foreign.status, 78);
  EXPECT_THAT(foreign.err, HasSubstr("loopback"));
}

TEST_F(BadInput, jobs) {
  make_store();
  const auto submitted = [&](const std::string& body) { return rig.lethe({"submit", rig.job("bad", body)}); };
  refused(submitted("keys = []"), 1, HasSubstr("bad.toml:2:8: keys: is empty"));
  refused(submitted("keys = [\"" + std::string(300, 'k') + "\"]"), 1,
          AllOf(HasSubstr("bad.toml:2"), HasSubstr("254"), Not(HasSubstr("kkkk"))));
  refused(submitted("keys = [\"a\"]\nnot_afer = 1"), 1, HasSubstr("did you mean not_after"));
  refused(submitted("keys = [\"a\", "), 1, HasSubstr("isn't valid TOML"));

  std::string ids;
  for (int i = 1; i <= 70'000; ++i) ids += std::to_string(i) + "\n";
  rig.write("ids.txt", ids + "7x1\n8\n");
  refused(submitted("ids_file = \"ids.txt\""), 1, AllOf(HasSubstr("ids.txt:70001"), Not(HasSubstr("7x1"))));
  rig.write("names.csv", "Name,Key\na,b\n");
  refused(submitted("keys_file = \"names.csv\"\ncolumn = \"SubscriberKey\""), 1, HasSubstr("names.csv:1"));
  rig.write("nothing.txt", "");
  refused(submitted("keys_file = \"nothing.txt\""), 1, HasSubstr("nothing.txt"));
  EXPECT_TRUE(rig.json({"jobs", "--json"}).as_array().empty());
}

TEST_F(BadInput, a_dropped_job_is_rejected_with_its_reason_and_the_next_one_is_taken) {
  rig.write("lethe.toml", "[intake]\ndirectory = \"intake\"\n" + read_file(rig.config()));
  fs::create_directory(rig.directory() / "intake");
  const auto outside = rig.write("outside.txt", "K1\n");
  fs::create_symlink(outside, rig.directory() / "intake" / "link.txt");
  fs::create_directory_symlink(rig.directory(), rig.directory() / "intake" / "folder");
  const std::string head = "account = \"acme\"\n";
  drop("absolute", head + "keys_file = \"" + outside.string() + "\"\n");
  drop("climbing", head + "keys_file = \"../outside.txt\"\n");
  drop("linked", head + "keys_file = \"link.txt\"\n");
  drop("linked-folder", head + "keys_file = \"folder/outside.txt\"\n");
  drop("half", head + "keys = [\"a\", ");
  drop("misspelt", head + "kees = [\"a\"]\n");
  drop("nobodys", "account = \"nobody\"\nkeys = [\"a\"]\n");
  drop("right", head + "keys = [\"a\"]\n");
  rig.start_daemon();
  const auto folder = rig.directory() / "intake";
  ASSERT_TRUE(eventually([&] { return fs::exists(folder / "accepted" / "right.toml"); }));
  for (const std::string name : {"absolute", "climbing", "linked", "linked-folder", "half", "misspelt", "nobodys"}) {
    EXPECT_TRUE(fs::exists(folder / "rejected" / (name + ".toml"))) << name;
    EXPECT_NE(read_file(folder / "rejected" / (name + ".toml.why")), "") << name;
  }
  EXPECT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(read_file(outside), "K1\n");
  EXPECT_EQ(rig.json({"jobs", "--json"}).as_array().size(), 1U);
}

TEST_F(BadInput, a_wrong_secret_doesnt_end_the_daemon_and_loses_no_job) {
  rig.write("acme.secret", "wrong\n");
  rig.start_daemon();
  ASSERT_EQ(rig.lethe({"submit", rig.job("waits", "keys = [\"a\"]\nnot_after = 2199-01-01T00:00:00Z")}).status, 0);
  ASSERT_TRUE(eventually([&] { return rig.lethe({"status"}).out.contains("blocked"); }));
  EXPECT_TRUE(rig.daemon().running());
  EXPECT_EQ(rig.state_of("waits"), "queued");
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST_F(BadInput, an_unreachable_host_doesnt_end_the_daemon_and_loses_no_job) {
  replace(rig.cloud().url(), "http://127.0.0.1:1");
  rig.start_daemon();
  ASSERT_EQ(rig.lethe({"submit", rig.job("waits", "keys = [\"a\"]\nnot_after = 2199-01-01T00:00:00Z")}).status, 0);
  ASSERT_TRUE(eventually([&] { return rig.daemon_log().contains("127.0.0.1:1: "); }));
  EXPECT_TRUE(rig.daemon().running());
  EXPECT_EQ(rig.state_of("waits"), "queued");
  EXPECT_EQ(rig.stop_daemon(), 0);
}

TEST_F(BadInput, a_full_disk_is_1_and_takes_nothing_by_half) {
  const SmallDisk disk(rig.directory() / "small", "1m");
  if (!disk.mounted()) GTEST_SKIP() << "a file system can't be mounted here";
  replace("state/lethe.db", "small/lethe.db");
  make_store();
  std::string ids;
  for (int i = 1; i <= 200'000; ++i) ids += std::to_string(i) + "\n";
  rig.write("ids.txt", ids);
  refused(rig.lethe({"submit", rig.job("large", "ids_file = \"ids.txt\"")}), 1, HasSubstr("disk is full"));
  EXPECT_TRUE(rig.json({"jobs", "--json"}).as_array().empty());
}

TEST_F(BadInput, a_read_only_store_is_78_and_works_again_afterwards) {
  const SmallDisk disk(rig.directory() / "small", "8m");
  if (!disk.mounted()) GTEST_SKIP() << "a file system can't be mounted here";
  replace("state/lethe.db", "small/lethe.db");
  make_store();
  ASSERT_EQ(rig.lethe({"submit", rig.job("kept", "keys = [\"a\"]")}).status, 0);
  disk.let_write(false);
  refused(rig.lethe({"submit", rig.job("another", "keys = [\"b\"]")}), 78, HasSubstr("can't be opened for writing"));
  auto daemon = rig.launch_daemon("second");
  EXPECT_EQ(daemon->wait(), 78);
  EXPECT_THAT(daemon->err(), HasSubstr("can't be opened for writing"));
  disk.let_write(true);
  EXPECT_EQ(rig.json({"jobs", "--json"}).as_array().size(), 1U);
}

TEST_F(BadInput, a_dry_run_needs_no_store_and_queues_nothing) {
  const auto job = rig.job("dry", "keys = [\"a\", \"b\", \"a\"]");
  const auto early = rig.json({"submit", "--dry-run", "--json", job});
  EXPECT_EQ(early.at(0).at("contacts"), boost::json::value(2));
  EXPECT_EQ(early.at(0).at("duplicates"), boost::json::value(1));
  EXPECT_FALSE(fs::exists(rig.store()));
  make_store();
  EXPECT_EQ(rig.lethe({"submit", "--dry-run", job}).status, 0);
  EXPECT_TRUE(rig.json({"jobs", "--json"}).as_array().empty());
  ASSERT_EQ(rig.lethe({"submit", rig.job("first", "keys = [\"z\"]")}).status, 0);
  EXPECT_EQ(rig.json({"submit", "--dry-run", "--json", job}).at(0).at("operations_ahead"), boost::json::value(0))
      << "both leave together";
  EXPECT_EQ(rig.json({"submit", "--dry-run", "--json", rig.job("first", "keys = [\"z\"]")}).at(0).at("known"),
            "queued");
  EXPECT_EQ(rig.cloud().calls().token, 0);
  EXPECT_EQ(rig.lethe({"submit", "--dry-run", "--wait", job}).status, 2);
}

/// One contact an operation, and an hour in suppression each as it is reckoned: a hundred can be sent within the week,
/// two hundred can't.
TEST(AtAPace, what_is_queued_already_counts_once) {
  RigSettings settings;
  settings.settings = "max_contacts_per_operation = 1";
  Rig rig(settings);
  rig.start_daemon();
  ASSERT_EQ(rig.stop_daemon(), 0);
  std::string keys;
  for (int i = 0; i < 100; ++i) keys += "k" + std::to_string(i) + "\n";
  const auto list = rig.write("keys.txt", keys);
  const auto job = rig.job("queued", "keys_file = \"keys.txt\"");
  ASSERT_EQ(rig.lethe({"submit", job}).status, 0);
  const auto checked = rig.lethe({"check", job});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("known already as queued"));
  rig.write("keys.txt", keys + "another\n");
  EXPECT_THAT(rig.lethe({"check", job}).err, HasSubstr("is known with another content"));
  rig.write("keys.txt", keys);
  ASSERT_EQ(rig.lethe({"cancel", "queued"}).status, 0);
  const std::vector<std::string> by_flags{"submit", "--account", "acme", "--keys-file", list.string()};
  ASSERT_EQ(rig.lethe(by_flags).status, 0);
  const auto again = rig.lethe(by_flags);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("known already"));
}

}  // namespace
}  // namespace lethe::system_test
